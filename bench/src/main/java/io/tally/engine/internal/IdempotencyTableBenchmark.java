package io.tally.engine.internal;

import io.tally.bench.MicroBenchmark;
import io.tally.engine.Places;
import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Idempotency keys of 16 bytes: one that is new, and one that was used before. */
public class IdempotencyTableBenchmark extends MicroBenchmark {
  private static final int KEYS = 1 << 16;
  private static final int KEY_LENGTH = 16;
  private static final int REPLY_BYTES = 17;

  private final UnsafeBuffer replies = new UnsafeBuffer(new byte[64]);
  private final Command command = new Command();
  private final SampleCommand sample = new SampleCommand();
  private IdempotencyTable table;
  private long nowNs;
  private long key;

  @Setup
  public void fill() {
    // A key is forgotten when KEYS further ones have come, one a nanosecond.
    final IdempotencyLimit limit = new IdempotencyLimit(Long.MAX_VALUE / 2);
    table = new IdempotencyTable(KEYS, 2 * KEYS, REPLY_BYTES, limit, 11, 13);
    command.buffer = sample.slots;
    command.entityHash = sample.request.entityHash;
    command.idempotencyKeyOffset = sample.request.idempotencyKeyOffset();
    command.idempotencyKeyLength = KEY_LENGTH;
    command.payloadOffset = sample.request.payloadOffset;
    command.payloadLength = sample.request.payloadLength;
    while (key < KEYS) {
      fresh();
    }
  }

  @Benchmark
  public long fresh() {
    nowNs++;
    use(++key);
    verify("a new key", IdempotencyTable.RESERVED, table.begin(nowNs, command, Places.ASKED));
    replies.putLong(0, key);
    table.conclude(ReplyCode.ANSWERED, 0, replies, 0, REPLY_BYTES);
    return key;
  }

  @Benchmark
  public long replay() {
    final long used = key - (nowNs & KEYS / 2 - 1);
    use(used);
    verify("a used key", IdempotencyTable.REPLAY, table.begin(nowNs, command, Places.ASKED));
    verify("length of its answer", REPLY_BYTES, table.copyReply(replies, 32));
    verify("its answer", used, replies.getLong(32));
    return used;
  }

  @TearDown
  public void verify() {
    verify("keys remembered", KEYS, table.size());
  }

  private void use(final long value) {
    sample.slots.putLong(command.idempotencyKeyOffset, value);
  }
}
