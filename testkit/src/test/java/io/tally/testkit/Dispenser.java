package io.tally.testkit;

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
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The service of the test kit's example: a dispenser hands out a few numbers, and so many again
 * when a shift is over that began with the first of them.
 */
class Dispenser implements ShardService {
  static final int TAKE = 1;
  static final int LOOK = 2;

  /** A refusal: all numbers of the shift are out. */
  static final int EMPTY = 1;

  static final long NUMBERS = 12;
  static final long SHIFT_NS = 1_200_000_000;
  private static final int SCHEMA_ID = 7_001;

  private record Shift(long endNs, long given) {}

  private final Map<Long, Shift> shifts = new TreeMap<>();
  private final CopiedState snapshot = new CopiedState(SCHEMA_ID, this::image, this::restore);
  private ShardContext shard;
  private volatile long count;

  /** What a node has to know of it. */
  static class Definition implements ServiceDefinition {
    @Override
    public String name() {
      return "dispenser";
    }

    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(TAKE, "Take", true, 0, Long.BYTES),
          new MessageType(LOOK, "Look", false, 0, Long.BYTES));
    }

    @Override
    public int maxCommandLength() {
      return MessageHeaderWord.ENCODED_LENGTH;
    }

    @Override
    public int maxTimers() {
      return 100;
    }

    @Override
    public ShardService create(final int shardId) {
      return new Dispenser();
    }
  }

  /** Writes a command. */
  static int encode(final int templateId, final MutableDirectBuffer buffer, final int offset) {
    MessageHeaderWord.put(buffer, offset, MessageHeaderWord.of(0, templateId, SCHEMA_ID, 0));
    return MessageHeaderWord.ENCODED_LENGTH;
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
    final Shift shift = shiftOf(entityHash, timeNs);
    if (templateId == TAKE && shift.given == NUMBERS) {
      reply.refuse(EMPTY);
      reply.notUnderKey();
      return;
    }
    final long given = shift.given + (templateId == TAKE ? 1 : 0);
    if (templateId == TAKE) {
      put(entityHash, new Shift(shift.endNs, given));
    }
    reply.buffer().putLong(reply.offset(), given);
    reply.length(Long.BYTES);
  }

  private Shift shiftOf(final long entityHash, final long timeNs) {
    final Shift shift = shifts.get(entityHash);
    return shift == null ? new Shift(timeNs + SHIFT_NS, 0) : shift;
  }

  private void put(final long entityHash, final Shift shift) {
    shifts.put(entityHash, shift);
    count = shifts.size();
    shard.setTimer(entityHash, shift.endNs);
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    shifts.remove(timerId);
    count = shifts.size();
  }

  @Override
  public SnapshotSource snapshot() {
    return snapshot;
  }

  /** The state as bytes. */
  byte[] image() {
    final ByteBuffer image = ByteBuffer.allocate(Integer.BYTES + 3 * Long.BYTES * shifts.size());
    image.putInt(shifts.size());
    shifts.forEach(
        (entityHash, shift) -> image.putLong(entityHash).putLong(shift.endNs).putLong(shift.given));
    return image.array();
  }

  private void restore(final byte[] image) {
    final ByteBuffer from = ByteBuffer.wrap(image);
    for (int left = from.getInt(); left > 0; left--) {
      shifts.put(from.getLong(), new Shift(from.getLong(), from.getLong()));
    }
    count = shifts.size();
  }

  @Override
  public long entityCount() {
    return count;
  }
}
