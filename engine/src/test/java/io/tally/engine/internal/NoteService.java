package io.tally.engine.internal;

import io.tally.engine.Budget;
import io.tally.engine.CopiedState;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A service of the tests that does all that a service may: refuses, gives keys back, throws, sets
 * timers. Each answer is a digest of all that has happened so far in its shard, times included, so
 * that two shards that answer alike have the same history.
 */
final class NoteService implements ShardService {
  /** What a note has the service do. */
  enum Op {
    ADD,
    REFUSE,
    REFUSE_NOT_UNDER_KEY,
    THROW_NOT_UNDER_KEY,
    SET_TIMER,
    CANCEL_TIMER,
    INVALID
  }

  static final int SCHEMA_ID = 900;
  static final int VERSION = 3;
  static final int ADD_NOTE = 1;
  static final int READ_NOTES = 5;
  static final int ADD_BLOCK_LENGTH = 24;
  static final int READ_LENGTH = MessageHeaderWord.ENCODED_LENGTH + Short.BYTES + Long.BYTES;
  static final int FULL = 1;
  static final int REFUSED = 7;
  static final int REFUSED_NOT_UNDER_KEY = 255;

  private static final long PRIME = 0x100000001B3L;

  private final Budget budget;
  private final Set<Long> entities = new TreeSet<>();
  private final CopiedState snapshot = new CopiedState(SCHEMA_ID, this::image, this::restore);
  private final UnsafeBuffer id = new UnsafeBuffer(new byte[Long.BYTES]);
  private ShardContext shard;
  private volatile int entityCount;
  private long digest;
  private long version;
  private boolean closed;

  NoteService(final Budget budget) {
    this.budget = budget;
  }

  /** The payload of a note. */
  static byte[] note(final Op op, final long timerId, final long delayNs) {
    return ByteBuffer.allocate(MessageHeaderWord.ENCODED_LENGTH + ADD_BLOCK_LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MessageHeaderWord.of(ADD_BLOCK_LENGTH, ADD_NOTE, SCHEMA_ID, VERSION))
        .putLong(op.ordinal())
        .putLong(timerId)
        .putLong(delayNs)
        .array();
  }

  /** The payload of a read. */
  static byte[] read(final long entity) {
    return ByteBuffer.allocate(READ_LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MessageHeaderWord.of(0, READ_NOTES, SCHEMA_ID, 0))
        .putShort((short) Long.BYTES)
        .putLong(entity)
        .array();
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
    if (templateId == ADD_NOTE) {
      final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
      final Op op = Op.values()[(int) buffer.getLong(block, ByteOrder.LITTLE_ENDIAN)];
      final long timerId = buffer.getLong(block + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
      final long delayNs = buffer.getLong(block + 2 * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
      add(timeNs, entityHash, op, timerId, delayNs, reply);
    }
    reply.buffer().putLong(reply.offset(), digest);
    reply.length(Long.BYTES);
    reply.version(version);
  }

  private void add(
      final long timeNs,
      final long entityHash,
      final Op op,
      final long timerId,
      final long delayNs,
      final ServiceReply reply) {
    switch (op) {
      case REFUSE -> reply.refuse(REFUSED);
      case REFUSE_NOT_UNDER_KEY -> {
        reply.refuse(REFUSED_NOT_UNDER_KEY);
        reply.notUnderKey();
      }
      case THROW_NOT_UNDER_KEY -> {
        happened(timeNs);
        reply.notUnderKey();
        throw new IllegalStateException("played by the test");
      }
      case SET_TIMER -> happened(shard.setTimer(timerId, timeNs + delayNs) ? 1 : 0);
      case CANCEL_TIMER -> happened(shard.cancelTimer(timerId) ? 1 : 0);
      case INVALID -> reply.invalid();
      default -> {
        if (!entities.contains(entityHash) && !shard.places().tryTake(budget)) {
          reply.refuse(FULL);
        } else {
          entities.add(entityHash);
          entityCount = entities.size();
          happened(entityHash);
          happened(timeNs);
          changed(entityHash);
        }
      }
    }
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    happened(timerId);
    happened(timeNs);
    changed(timerId);
    if (timerId % 3 == 0) {
      happened(shard.setTimer(timerId + 1, timeNs + timerId) ? 1 : 0);
    }
  }

  @Override
  public SnapshotSource snapshot() {
    return snapshot;
  }

  private byte[] image() {
    final ByteBuffer image = ByteBuffer.allocate((1 + entities.size()) * Long.BYTES);
    image.putLong(digest);
    entities.forEach(image::putLong);
    return image.array();
  }

  private void restore(final byte[] image) {
    final ByteBuffer from = ByteBuffer.wrap(image);
    digest = from.getLong();
    while (from.hasRemaining()) {
      entities.add(from.getLong());
      budget.take();
    }
    entityCount = entities.size();
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public long entityCount() {
    return entityCount;
  }

  boolean isClosed() {
    return closed;
  }

  long digest() {
    return digest;
  }

  private void changed(final long entity) {
    id.putLong(0, entity, ByteOrder.LITTLE_ENDIAN);
    shard.changed(id, 0, Long.BYTES);
  }

  private void happened(final long what) {
    digest = (digest ^ what) * PRIME;
    version++;
  }
}
