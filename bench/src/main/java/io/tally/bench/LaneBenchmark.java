package io.tally.bench;

import io.tally.lane.internal.IngressLane;
import io.tally.lane.internal.OwnerLane;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;

/** Both ends of a lane: what one write pays for being applied at most once. */
public class LaneBenchmark extends MicroBenchmark {
  private static final int WINDOW = 4096;
  private static final int MAX_REPLY_BYTES = 24;
  private static final int BATCH = 64;

  private final IngressLane ingress = new IngressLane(WINDOW);
  private final OwnerLane owner = new OwnerLane(WINDOW, MAX_REPLY_BYTES, 0, (byte) 1, null);
  private long expectedSequence;

  @Benchmark
  public void oneOutstanding() {
    final long sequence = ingress.assign();
    apply(sequence, ingress.floor());
    ingress.resolve(sequence);
    expectedSequence++;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void manyOutstanding() {
    final long floor = ingress.floor();
    for (int i = 0; i < BATCH; i++) {
      apply(ingress.assign(), floor);
    }
    for (int i = 1; i <= BATCH; i++) {
      ingress.resolve(floor + i);
    }
    expectedSequence += BATCH;
  }

  @TearDown
  public void verify() {
    verify("resolved sequences", expectedSequence, ingress.floor());
    verify("a late copy", OwnerLane.STALE, owner.begin(expectedSequence, expectedSequence));
  }

  private void apply(final long sequence, final long floor) {
    if (owner.begin(sequence, floor) != OwnerLane.EXECUTE) {
      throw new IllegalStateException("sequence " + sequence + " was not new");
    }
    owner.buffer().putLong(owner.replyOffset(sequence), sequence);
    owner.conclude(sequence, (byte) 0, (byte) 0, (byte) 0, Long.BYTES);
    if (owner.buffer().getLong(owner.replyOffset(sequence)) != sequence) {
      throw new IllegalStateException("the answer of " + sequence + " is not its own");
    }
  }
}
