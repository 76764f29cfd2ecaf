package io.tally.testkit;

import io.tally.counter.CounterOperation;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.ReplyHandler;
import java.nio.charset.StandardCharsets;

/**
 * A write with options of a counter. All requests that share its key are this one write.
 *
 * @param identity that no other write of the history has, and that its message carries.
 * @param operation what it does.
 * @param target the counter.
 * @param request with what options.
 * @param key that it is sent with; empty for none.
 * @param firstNs when it was sent first.
 */
record OptionWrite(
    long identity,
    CounterOperation operation,
    Entity target,
    CounterRequest request,
    String key,
    long firstNs) {
  /** What its client was answered. */
  record Answer(CounterStatus status, long value, long version) {
    static Answer of(final CounterReplyAdapter reply) {
      return new Answer(reply.status(), reply.value(), reply.counterVersion());
    }
  }

  void submit(
      final CounterProxy counters,
      final long nowNs,
      final ReplyHandler handler,
      final long cookie) {
    final byte[] id = target.id();
    final byte[] keyBytes = key.getBytes(StandardCharsets.US_ASCII);
    counters.write(
        operation, nowNs, id, 0, id.length, request, keyBytes, 0, keyBytes.length, handler, cookie);
  }
}
