package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.CopiedState;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * A service of the tests whose answers show a command that was lost, applied twice or out of its
 * order: what is put adds up, and who asks for more than is left gets nothing. An item of which
 * nothing is left is deleted. The version of an item is the number of the change that made it what
 * it is, among those of all items of its shard.
 */
final class StockService implements ShardService {
  static final int SCHEMA_ID = 4711;
  static final int PUT = 1;
  static final int TAKE = 2;
  static final int COUNT = 3;

  private static final int BLOCK = MessageHeaderWord.ENCODED_LENGTH;

  /** A count is an EntityMessage, which has the item's id behind its length. */
  private static final int ID = BLOCK + Short.BYTES;

  private record Definition(int version) implements ServiceDefinition {
    @Override
    public String name() {
      return "stock";
    }

    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(PUT, "PutStock", true, blockLength(PUT), Reply.LENGTH),
          new MessageType(TAKE, "TakeStock", true, blockLength(TAKE), Reply.LENGTH),
          new MessageType(COUNT, "CountStock", false, blockLength(COUNT), Reply.LENGTH));
    }

    @Override
    public int maxCommandLength() {
      return BLOCK + blockLength(PUT);
    }

    @Override
    public ShardService create(final int shardId) {
      return new StockService();
    }
  }

  /**
   * What a command is answered with.
   *
   * @param itemId the command's, so that an answer shows whose it is.
   * @param left of the item after the command.
   * @param isTaken whether the quantity asked for was taken.
   * @param changeCount of all items of the shard: of two answers of one life of a shard the older
   *     one has the smaller one.
   */
  record Reply(long itemId, long left, boolean isTaken, long changeCount) {
    private static final int TEMPLATE_ID = 4;
    private static final int LEFT = BLOCK + Long.BYTES;
    private static final int TAKEN = LEFT + Long.BYTES;
    private static final int CHANGE_COUNT = TAKEN + Byte.BYTES;
    static final int LENGTH = CHANGE_COUNT + Long.BYTES;

    /** Returns null if these bytes are no such answer. */
    static Reply read(final DirectBuffer buffer, final int offset, final int length) {
      if (length < LENGTH) {
        return null;
      }
      final long header = MessageHeaderWord.get(buffer, offset);
      if (MessageHeaderWord.schemaId(header) != SCHEMA_ID
          || MessageHeaderWord.templateId(header) != TEMPLATE_ID) {
        return null;
      }
      return new Reply(
          buffer.getLong(offset + BLOCK, LITTLE_ENDIAN),
          buffer.getLong(offset + LEFT, LITTLE_ENDIAN),
          buffer.getByte(offset + TAKEN) == 1,
          buffer.getLong(offset + CHANGE_COUNT, LITTLE_ENDIAN));
    }

    void write(final MutableDirectBuffer buffer, final int offset) {
      MessageHeaderWord.put(
          buffer, offset, MessageHeaderWord.of(LENGTH - BLOCK, TEMPLATE_ID, SCHEMA_ID, 0));
      buffer.putLong(offset + BLOCK, itemId, LITTLE_ENDIAN);
      buffer.putLong(offset + LEFT, left, LITTLE_ENDIAN);
      buffer.putByte(offset + TAKEN, (byte) (isTaken ? 1 : 0));
      buffer.putLong(offset + CHANGE_COUNT, changeCount, LITTLE_ENDIAN);
    }
  }

  private final Long2LongHashMap stocks = new Long2LongHashMap(0);
  private final Long2LongHashMap versions = new Long2LongHashMap(0);
  private final CopiedState snapshot = new CopiedState(SCHEMA_ID, this::image, this::restore);
  private ShardContext shard;
  private long changeCount;
  private volatile long entityCount;

  private StockService() {}

  static ServiceDefinition definition() {
    return definition(0);
  }

  /** The service as it may be in a later version of its schema, in which nothing has changed. */
  static ServiceDefinition definition(final int version) {
    return new Definition(version);
  }

  /** Writes a command; a count has no quantity. Returns its length. */
  static int command(
      final int templateId,
      final int version,
      final long itemId,
      final long quantity,
      final MutableDirectBuffer buffer,
      final int offset) {
    final int blockLength = blockLength(templateId);
    MessageHeaderWord.put(
        buffer, offset, MessageHeaderWord.of(blockLength, templateId, SCHEMA_ID, version));
    if (templateId == COUNT) {
      buffer.putShort(offset + BLOCK, (short) Long.BYTES, LITTLE_ENDIAN);
      buffer.putLong(offset + ID, itemId, LITTLE_ENDIAN);
      return ID + Long.BYTES;
    }
    buffer.putLong(offset + BLOCK, itemId, LITTLE_ENDIAN);
    buffer.putLong(offset + BLOCK + Long.BYTES, quantity, LITTLE_ENDIAN);
    return BLOCK + blockLength;
  }

  private static int blockLength(final int templateId) {
    return templateId == COUNT ? 0 : 2 * Long.BYTES;
  }

  @Override
  public void onStart(final ShardContext context) {
    shard = context;
  }

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    final int item = offset + (templateId == COUNT ? ID : BLOCK);
    final long itemId = buffer.getLong(item, LITTLE_ENDIAN);
    final long quantity =
        templateId == COUNT ? 0 : buffer.getLong(offset + BLOCK + Long.BYTES, LITTLE_ENDIAN);
    if (quantity < 0) {
      reply.invalid();
      return;
    }
    final long before = stocks.get(itemId);
    final boolean taken = templateId != PUT && quantity <= before;
    final long left = templateId == PUT ? before + quantity : taken ? before - quantity : before;
    if (left != before) {
      change(itemId, left);
      shard.changed(buffer, item, Long.BYTES);
    }
    new Reply(itemId, left, taken, changeCount).write(reply.buffer(), reply.offset());
    reply.length(Reply.LENGTH);
    reply.version(versions.get(itemId));
  }

  private void change(final long itemId, final long left) {
    changeCount++;
    if (left != stocks.missingValue()) {
      stocks.put(itemId, left);
      versions.put(itemId, changeCount);
    } else {
      stocks.remove(itemId);
      versions.remove(itemId);
    }
    entityCount = stocks.size();
  }

  @Override
  public SnapshotSource snapshot() {
    return snapshot;
  }

  private byte[] image() {
    final ByteBuffer image = ByteBuffer.allocate(Long.BYTES + 3 * Long.BYTES * stocks.size());
    image.putLong(changeCount);
    stocks.keySet().stream()
        .sorted()
        .forEach(id -> image.putLong(id).putLong(stocks.get(id)).putLong(versions.get(id)));
    return image.array();
  }

  private void restore(final byte[] image) {
    final ByteBuffer from = ByteBuffer.wrap(image);
    changeCount = from.getLong();
    while (from.hasRemaining()) {
      final long id = from.getLong();
      stocks.put(id, from.getLong());
      versions.put(id, from.getLong());
    }
    entityCount = stocks.size();
  }

  @Override
  public void close() {
    stocks.clear();
    versions.clear();
    entityCount = 0;
  }

  @Override
  public long entityCount() {
    return entityCount;
  }

  /** What is left of an item, for tests that look behind the engine. */
  long left(final long itemId) {
    return stocks.get(itemId);
  }

  /** Version of an item, 0 if there is none, for tests that look behind the engine. */
  long version(final long itemId) {
    return versions.get(itemId);
  }
}
