package io.tally.engine.internal;

import org.agrona.DirectBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Messages that producers claim and publish in a ring arrive once and whole, also where its slots
 * are used again and where it is full. Two threads at a time, so that two processors suffice.
 */
public class MessageRingStress implements MessageRing.Handler {
  private static final int LENGTH = 16;
  private static final long PATTERN = 0x0101_0101_0101_0101L;

  private final MessageRing ring = new MessageRing(2, LENGTH);
  private int first;
  private int second;
  private int torn;

  /** The ring has been round already, and one slot of two is taken. */
  MessageRingStress() {
    final MessageClaim claim = new MessageClaim();
    for (int i = 0; i < 3; i++) {
      ring.tryClaim(LENGTH, 0, claim);
      claim.abort();
      poll();
    }
    ring.tryClaim(LENGTH, 0, claim);
    claim.abort();
  }

  final void poll() {
    ring.poll(this, 2, MessageRing.NO_BOUND);
  }

  /** A refused offer arrived nowhere, and counts as one that was not lost. */
  final int offer(final int value) {
    final MessageClaim claim = new MessageClaim();
    if (!ring.tryClaim(LENGTH, value, claim)) {
      return 1;
    }
    claim.buffer().putLong(claim.offset(), value * PATTERN);
    claim.buffer().putLong(claim.offset() + Long.BYTES, value * PATTERN);
    claim.commit();
    return 0;
  }

  final void report(final III_Result result, final int firstRefused, final int secondRefused) {
    poll();
    result.r1 = first + firstRefused;
    result.r2 = second + secondRefused;
    result.r3 = torn;
  }

  @Override
  public void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    final long value = buffer.getLong(offset);
    if (length != LENGTH
        || value != deadlineNs * PATTERN
        || value != buffer.getLong(offset + Long.BYTES)) {
      torn++;
    } else if (deadlineNs == 1) {
      first++;
    } else {
      second++;
    }
  }

  /** A producer and the consumer. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class HandOver extends MessageRingStress {
    private int firstRefused;
    private int secondRefused;

    /** Offers two commands; the second may find the ring full. */
    @Actor
    public void produce() {
      firstRefused = offer(1);
      secondRefused = offer(2);
    }

    /** Polls while they come. */
    @Actor
    public void consume() {
      poll();
      poll();
    }

    /**
     * Takes what is left.
     *
     * @param result commands of each value, and torn ones.
     */
    @Arbiter
    public void takeRest(final III_Result result) {
      report(result, firstRefused, secondRefused);
    }
  }

  /** Two producers, and one free slot. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class Claims extends MessageRingStress {
    private int firstRefused;
    private int secondRefused;

    /** One producer. */
    @Actor
    public void produceFirst() {
      firstRefused = offer(1);
    }

    /** Another. */
    @Actor
    public void produceSecond() {
      secondRefused = offer(2);
    }

    /**
     * Takes what was published.
     *
     * @param result commands of each value, and torn ones.
     */
    @Arbiter
    public void takeAll(final III_Result result) {
      report(result, firstRefused, secondRefused);
    }
  }
}
