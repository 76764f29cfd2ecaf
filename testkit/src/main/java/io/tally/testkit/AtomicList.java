package io.tally.testkit;

import io.tally.counter.CounterOperations;
import io.tally.counter.CounterRequest;
import io.tally.counter.CounterShardProxy;
import io.tally.counter.OperationsReplyAdapter;
import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Increments that are applied all or not at all, within bounds that may refuse them all. All
 * requests that share its key are this one list.
 *
 * @param identity that no other list of the history has, and that its first operation carries.
 * @param counters that the steps number.
 * @param steps its operations.
 * @param key that it is sent with; empty for none.
 * @param firstNs when it was sent first.
 */
record AtomicList(long identity, Entity[] counters, List<Step> steps, String key, long firstNs) {
  static final long MAX = 10;

  /** 10,000 days: no history lasts so long. */
  private static final long TTL_MS = 864_000_000_000L;

  /**
   * Adds to a counter from 0 to {@link #MAX}, or as far as that goes; gives it a deadline if it has
   * none, and asks for that, or leaves it as it is.
   */
  record Step(int counter, long amount, boolean saturate, boolean timed) {}

  /**
   * What a client is told: the operation that refused all, or -1, the values, and of which counters
   * a deadline.
   */
  record Answer(CounterStatus status, int refused, List<Long> values, List<Boolean> timed) {}

  boolean isKeyed() {
    return !key.isEmpty();
  }

  /**
   * What must become of the counters, and what must be answered.
   *
   * @param state their values, and then for each 1 if it has a deadline, else 0.
   */
  Answer applyTo(final long[] state) {
    final long[] after = state.clone();
    final List<Long> answers = new ArrayList<>();
    final List<Boolean> timed = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      final Step step = steps.get(i);
      final long sum = after[step.counter] + step.amount;
      final long within = Math.max(0, Math.min(MAX, sum));
      if (sum != within && !step.saturate) {
        return new Answer(
            CounterStatus.OK,
            i,
            steps.stream().map(each -> state[each.counter]).toList(),
            steps.stream().map(each -> each.timed && hasDeadline(state, each)).toList());
      }
      after[step.counter] = within;
      after[counters.length + step.counter] |= step.timed ? 1 : 0;
      answers.add(within);
      timed.add(step.timed);
    }
    System.arraycopy(after, 0, state, 0, state.length);
    return new Answer(CounterStatus.OK, -1, answers, timed);
  }

  private boolean hasDeadline(final long[] state, final Step step) {
    return state[counters.length + step.counter] != 0;
  }

  /** Reads an answer; null if these bytes are none to a list of this length. */
  Answer read(final DirectBuffer buffer, final int offset, final int length) {
    final OperationsReplyAdapter reply = new OperationsReplyAdapter();
    if (!reply.wrap(buffer, offset, length) || reply.count() != steps.size()) {
      return null;
    }
    final List<Long> values = new ArrayList<>();
    final List<Boolean> timed = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      values.add(reply.value(i));
      timed.add(reply.ttlMs(i) != 0);
    }
    return new Answer(
        reply.status(), reply.isRefused() ? reply.refusedOperation() : -1, values, timed);
  }

  void submit(
      final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
    final CounterOperations operations = new CounterOperations();
    final CounterRequest request = new CounterRequest();
    for (final Step step : steps) {
      final byte[] id = counters[step.counter].id();
      request
          .clear()
          .condition(Condition.NONE, 0, identity)
          .amount(step.amount)
          .min(0)
          .max(MAX)
          .saturate(step.saturate);
      if (step.timed) {
        request.ttlOnce(TTL_MS);
      }
      operations.incrementWith(id, 0, id.length, request);
    }
    final byte[] keyBytes = key.getBytes(StandardCharsets.US_ASCII);
    new CounterShardProxy(ingress)
        .apply(
            nowNs,
            counters[0].placementHash(),
            operations,
            keyBytes,
            0,
            keyBytes.length,
            handler,
            cookie);
  }

  @Override
  public String toString() {
    return "list " + identity + (isKeyed() ? " with a key " : " ") + steps;
  }
}
