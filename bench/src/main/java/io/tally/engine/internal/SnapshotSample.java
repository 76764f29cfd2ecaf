package io.tally.engine.internal;

import io.tally.bench.KeyWalk;
import io.tally.bench.MicroBenchmark;
import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.engine.Places;
import io.tally.engine.ServiceReply;
import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/** A shard that keeps counters and idempotency keys, and the records of its snapshot, forgotten. */
final class SnapshotSample implements SnapshotSink {
  /** The head, the head of the keys, that of the counters, and the end. */
  private static final int RECORDS_BESIDE_ROWS = 4;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int REPLY_BYTES = 17;

  private final UnsafeBuffer records = new UnsafeBuffer(new byte[BUFFER_BYTES]);
  private final UnsafeBuffer replies = new UnsafeBuffer(new byte[64]);
  private final ServiceReply reply = new ServiceReply();
  private final SampleCommand sample = new SampleCommand();
  private final Command command = new Command();
  private final KeyWalk ids;
  private final Shard shard;
  private final int rowCount;
  private ShardSnapshot snapshot;
  private int end;
  private long recordCount;

  SnapshotSample(final int counters, final int keys) {
    rowCount = counters + keys;
    ids = new KeyWalk(counters);
    final ShardEngine engine =
        BenchEngine.launch(
            1, new CounterDefinition(new CounterLimit(counters)), SystemNanoClock.INSTANCE);
    shard = engine.ownedShards().findFirst().orElseThrow();
    for (int i = 0; i < counters; i++) {
      increment();
    }
    use(keys);
  }

  private void use(final int keys) {
    command.buffer = sample.slots;
    command.idempotencyKeyOffset = sample.request.idempotencyKeyOffset();
    command.idempotencyKeyLength = Long.BYTES;
    command.payloadOffset = sample.request.payloadOffset;
    command.payloadLength = sample.request.payloadLength;
    for (int key = 0; key < keys; key++) {
      sample.slots.putLong(command.idempotencyKeyOffset, key);
      final int found = shard.keys().begin(shard.time().timeNs(), command, Places.ASKED);
      MicroBenchmark.verify("a new key", IdempotencyTable.RESERVED, found);
      shard.keys().conclude(ReplyCode.ANSWERED, 0, replies, 0, REPLY_BYTES);
    }
  }

  /** Increments a counter; which one, no cache foresees. */
  void increment() {
    ids.next();
    sample.address(ids);
    shard.slots()[0].service.onCommand(
        0,
        ids.hash(),
        IncrementDecoder.TEMPLATE_ID,
        sample.slots,
        sample.request.payloadOffset,
        sample.request.payloadLength,
        reply.wrap(replies, 0, replies.capacity()));
    MicroBenchmark.verify("refusals", 0, reply.serviceCode());
  }

  void begin() {
    recordCount = 0;
    snapshot = new ShardSnapshot(shard, this);
    snapshot.begin(System.nanoTime());
  }

  /** Returns whether the snapshot is whole. */
  boolean write(final int limit) {
    if (!snapshot.write(limit)) {
      return false;
    }
    snapshot.end();
    MicroBenchmark.verify("records", rowCount + RECORDS_BESIDE_ROWS, recordCount);
    return true;
  }

  long recordCount() {
    return recordCount;
  }

  @Override
  public int tryClaim(final int length) {
    final int offset = end + length <= BUFFER_BYTES ? end : 0;
    end = offset + length;
    return offset;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return records;
  }

  @Override
  public void commit() {
    recordCount++;
  }
}
