package io.tally.engine.internal;

import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Replies from other threads arrive at their ingress once and whole. Two threads at a time, so that
 * two processors suffice.
 */
public class ReplyQueueStress implements ReplySink {
  private final ReplyQueue queue =
      new ReplyQueue(8, new MessageLengths(0, 0, Long.BYTES, Long.BYTES), () -> {});
  private int first;
  private int second;
  private int torn;

  ReplyQueueStress() {}

  final void drain() {
    queue.drain(this);
  }

  final void report(final III_Result result) {
    drain();
    result.r1 = first;
    result.r2 = second;
    result.r3 = torn;
  }

  final void answer(final long value) {
    final MessageClaim claim = new MessageClaim();
    final Command command = new Command();
    command.correlationId = value;
    final UnsafeBuffer payload = new UnsafeBuffer(new byte[Long.BYTES]);
    payload.putLong(0, value);
    if (queue.tryClaim(ReplyLayout.encodedLength(Long.BYTES), claim)) {
      new ReplyProxy()
          .encode(claim, command, value, ReplyCode.ANSWERED, 0, false, payload, 0, Long.BYTES);
      claim.commit();
    }
  }

  @Override
  public void onReply(
      final long correlationId,
      final ReplyCode code,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (shardIncarnation != correlationId
        || code != ReplyCode.ANSWERED
        || length != Long.BYTES
        || buffer.getLong(offset) != correlationId) {
      torn++;
    } else if (correlationId == 1) {
      first++;
    } else {
      second++;
    }
  }

  /** A shard agent and the ingress. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class HandOver extends ReplyQueueStress {
    /** Answers two commands. */
    @Actor
    public void answers() {
      answer(1);
      answer(2);
    }

    /** Drains while they come. */
    @Actor
    public void drains() {
      drain();
    }

    /**
     * Takes what is left.
     *
     * @param result replies of each value, and torn ones.
     */
    @Arbiter
    public void takeRest(final III_Result result) {
      report(result);
    }
  }

  /** Two shard agents. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Each once, and none torn.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, repeated or torn.")
  @State
  public static class Claims extends ReplyQueueStress {
    /** One shard agent. */
    @Actor
    public void answerFirst() {
      answer(1);
    }

    /** Another. */
    @Actor
    public void answerSecond() {
      answer(2);
    }

    /**
     * Takes what was published.
     *
     * @param result replies of each value, and torn ones.
     */
    @Arbiter
    public void takeAll(final III_Result result) {
      report(result);
    }
  }
}
