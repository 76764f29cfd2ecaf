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

  /** Adds to a counter from 0 to {@link #MAX}, or as far as that goes. */
  record Step(int counter, long amount, boolean saturate) {}

  /** What a client is told: the operation that refused all, or -1, and the values. */
  record Answer(CounterStatus status, int refused, List<Long> values) {}

  boolean isKeyed() {
    return !key.isEmpty();
  }

  /** What must become of the counters, and what must be answered. */
  Answer applyTo(final long[] values) {
    final long[] after = values.clone();
    final List<Long> answers = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      final Step step = steps.get(i);
      final long sum = after[step.counter] + step.amount;
      final long within = Math.max(0, Math.min(MAX, sum));
      if (sum != within && !step.saturate) {
        return new Answer(
            CounterStatus.OK, i, steps.stream().map(each -> values[each.counter]).toList());
      }
      after[step.counter] = within;
      answers.add(within);
    }
    System.arraycopy(after, 0, values, 0, values.length);
    return new Answer(CounterStatus.OK, -1, answers);
  }

  /** Null if these bytes are no answer to a list of this length. */
  Answer read(final DirectBuffer buffer, final int offset, final int length) {
    final OperationsReplyAdapter reply = new OperationsReplyAdapter();
    if (!reply.wrap(buffer, offset, length) || reply.count() != steps.size()) {
      return null;
    }
    final List<Long> values = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      values.add(reply.value(i));
    }
    return new Answer(reply.status(), reply.isRefused() ? reply.refusedOperation() : -1, values);
  }

  void submit(
      final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
    final CounterOperations operations = new CounterOperations();
    final CounterRequest request = new CounterRequest();
    for (final Step step : steps) {
      final byte[] id = counters[step.counter].id();
      operations.incrementWith(
          id,
          0,
          id.length,
          request
              .condition(Condition.NONE, 0, identity)
              .amount(step.amount)
              .min(0)
              .max(MAX)
              .saturate(step.saturate));
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
