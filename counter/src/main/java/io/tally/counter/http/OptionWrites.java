package io.tally.counter.http;

import io.tally.counter.CounterOperation;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.http.HttpExchange;
import io.tally.http.Precondition;
import io.tally.http.Refusal;
import io.tally.http.Request;

/** Writes to a counter that say more than an amount. On one event loop; not thread-safe. */
final class OptionWrites {
  private final CounterProxy counters;
  private final CounterRequest options = new CounterRequest();

  OptionWrites(final CounterProxy counters) {
    this.counters = counters;
  }

  void increment(final Request request, final HttpExchange exchange) {
    begin(request);
    final Refusal fault = IncrementBody.read(request, options);
    end(CounterOperation.INCREMENT, fault, request, exchange);
  }

  void limit(final Request request, final HttpExchange exchange) {
    begin(request);
    LimitBody.read(request, options);
    LimitBody.policy(request, exchange.rateLimit());
    end(CounterOperation.LIMIT, null, request, exchange);
  }

  void set(final Request request, final HttpExchange exchange) {
    begin(request);
    final Refusal fault = SetBody.read(request, options);
    end(CounterOperation.SET, fault, request, exchange);
  }

  void delete(final Request request, final HttpExchange exchange) {
    begin(request);
    end(CounterOperation.DELETE, null, request, exchange);
  }

  /** Begins the request to the counters with what each write may say. */
  private void begin(final Request request) {
    final Precondition given = request.precondition();
    options.clear().condition(condition(given.kind()), given.incarnation(), given.version());
  }

  private static Condition condition(final Precondition.Kind kind) {
    return switch (kind) {
      case NONE -> Condition.NONE;
      case IF_MATCH -> Condition.IF_MATCH;
      case IF_EXISTS -> Condition.IF_EXISTS;
      case IF_ABSENT -> Condition.IF_ABSENT;
      case IF_NOT_MATCH -> Condition.IF_NOT_MATCH;
    };
  }

  /** Sends what was begun; or refuses the request if there is a fault, which may be null. */
  private void end(
      final CounterOperation operation,
      final Refusal fault,
      final Request request,
      final HttpExchange exchange) {
    if (fault != null) {
      exchange.refuse(fault);
      return;
    }
    counters.write(
        operation,
        exchange.readNs(),
        exchange.id(),
        0,
        exchange.idLength(),
        options,
        request.idempotencyKey(),
        0,
        request.idempotencyKeyLength(),
        exchange.replies(),
        exchange.cookie());
  }
}
