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
 * Messages of several slots arrive once and whole, also where two producers meet at the end of the
 * slab. Two threads at a time, so that two processors suffice.
 */
public class LongMessageStress implements MessageRing.Handler {
  private static final int SHORT = 16;

  /** Two slots of a cache line each. */
  private static final int LONG = 96;

  private static final int SLOTS = 8;

  private final MessageRing ring = new MessageRing(SLOTS, SHORT, LONG);
  private final MessageRing.FirstReader firstReader;
  private int first;
  private int second;
  private int torn;

  /** The ring has been round already; so many slots are left before the slab's end. */
  LongMessageStress(final int beforeEnd, final boolean hasFirstReader) {
    firstReader = hasFirstReader ? ring.addFirstReader() : null;
    final MessageClaim claim = new MessageClaim();
    for (int i = 0; i < 2 * SLOTS - beforeEnd; i++) {
      ring.tryClaim(SHORT, 0, claim);
      claim.abort();
      if (hasFirstReader) {
        readAhead(this);
      }
      poll();
    }
  }

  /** One record at a time. */
  final void readAhead(final MessageRing.Handler handler) {
    firstReader.poll(handler, 1, MessageRing.NO_BOUND);
  }

  final void poll() {
    ring.poll(this, SLOTS, ring.lastClaimed());
  }

  /** A refused offer arrived nowhere, and counts as one that was not lost. */
  final int offer(final int value, final int length) {
    final MessageClaim claim = new MessageClaim();
    if (!ring.tryClaim(length, value, claim)) {
      return 1;
    }
    for (int i = 0; i < length; i += Integer.BYTES) {
      claim.buffer().putInt(claim.offset() + i, value);
    }
    claim.commit();
    return 0;
  }

  final void report(final III_Result result, final int firstRefused, final int secondRefused) {
    poll();
    result.r1 = first + firstRefused;
    result.r2 = second + secondRefused;
    result.r3 = torn + (int) ring.depth();
  }

  @Override
  public void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    boolean whole = length == LONG || length == SHORT;
    for (int i = 0; i < length; i += Integer.BYTES) {
      whole &= buffer.getInt(offset + i) == deadlineNs;
    }
    if (!whole) {
      torn++;
    } else if (deadlineNs == 1) {
      first++;
    } else {
      second++;
    }
  }

  /** A producer of long messages and the consumer; the second message goes over the slab's end. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class HandOver extends LongMessageStress {
    private int firstRefused;
    private int secondRefused;

    /** With three slots before the end. */
    public HandOver() {
      super(3, false);
    }

    /** Offers two long messages. */
    @Actor
    public void produce() {
      firstRefused = offer(1, LONG);
      secondRefused = offer(2, LONG);
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
     * @param result messages of each value, and torn ones.
     */
    @Arbiter
    public void takeRest(final III_Result result) {
      report(result, firstRefused, secondRefused);
    }
  }

  /** Two long messages, one of which has to make room for padding. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class Claims extends LongMessageStress {
    private int firstRefused;
    private int secondRefused;

    /** With three slots before the end. */
    public Claims() {
      super(3, false);
    }

    /** One producer. */
    @Actor
    public void produceFirst() {
      firstRefused = offer(1, LONG);
    }

    /** Another. */
    @Actor
    public void produceSecond() {
      secondRefused = offer(2, LONG);
    }

    /**
     * Takes what was published.
     *
     * @param result messages of each value, and torn ones.
     */
    @Arbiter
    public void takeAll(final III_Result result) {
      report(result, firstRefused, secondRefused);
    }
  }

  /** A reader in front of the consumer, which takes nothing that the reader has not handled. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and read before.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated, or consumed before it was read.")
  @State
  public static class ReadAhead extends LongMessageStress {
    private final int[] read = new int[3];
    private int firstRefused;
    private int secondRefused;

    /** With three slots before the end, and two messages that wait. */
    public ReadAhead() {
      super(3, true);
      firstRefused = offer(1, LONG);
      secondRefused = offer(2, LONG);
    }

    /** Reads ahead. */
    @Actor
    public void read() {
      readAhead(this::onRead);
      readAhead(this::onRead);
    }

    /** Consumes. */
    @Actor
    public void consume() {
      poll();
      poll();
    }

    /**
     * Takes what is left.
     *
     * @param result messages of each value, and those that came too early.
     */
    @Arbiter
    public void takeRest(final III_Result result) {
      readAhead(this::onRead);
      readAhead(this::onRead);
      report(result, firstRefused, secondRefused);
    }

    private void onRead(
        final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
      read[(int) deadlineNs] = length;
    }

    @Override
    public void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
      super.onMessage(buffer, offset, read[(int) deadlineNs], deadlineNs);
    }
  }

  /**
   * A short message takes the first of the two slots that a long one has seen before the end: the
   * slots that the long one is given lie on both sides of it.
   */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class ClaimAcrossTheEnd extends LongMessageStress {
    private int firstRefused;
    private int secondRefused;

    /** With two slots before the end. */
    public ClaimAcrossTheEnd() {
      super(2, false);
    }

    /** Sends the short one. */
    @Actor
    public void produceShort() {
      firstRefused = offer(1, SHORT);
    }

    /** Sends the long one. */
    @Actor
    public void produceLong() {
      secondRefused = offer(2, LONG);
    }

    /**
     * Takes what was published.
     *
     * @param result messages of each value, and torn ones.
     */
    @Arbiter
    public void takeAll(final III_Result result) {
      report(result, firstRefused, secondRefused);
    }
  }
}
