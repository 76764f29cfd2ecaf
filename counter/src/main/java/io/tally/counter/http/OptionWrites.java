package io.tally.counter.http;

import io.tally.counter.CounterProxy;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.engine.ReplyHandler;
import io.tally.http.HttpExchange;
import io.tally.http.Precondition;
import io.tally.http.Refusal;
import io.tally.http.Request;

/** Writes to a counter that say more than an amount. On one event loop; not thread-safe. */
final class OptionWrites {
  private final Write increments;
  private final Write limits;
  private final Write sets;
  private final Write deletes;
  private final CounterRequest options = new CounterRequest();

  /** A call of the proxy. */
  @FunctionalInterface
  private interface Write {
    void ask(
        long nowNs,
        byte[] id,
        int idOffset,
        int idLength,
        CounterRequest request,
        byte[] key,
        int keyOffset,
        int keyLength,
        ReplyHandler handler,
        long cookie);
  }

  OptionWrites(final CounterProxy counters) {
    increments = counters::incrementWith;
    limits = counters::limit;
    sets = counters::set;
    deletes = counters::delete;
  }

  void increment(final Request request, final HttpExchange exchange) {
    begin(request);
    final Refusal fault = IncrementBody.read(request, options);
    if (fault == null) {
      ask(increments, request, exchange);
    } else {
      exchange.refuse(fault);
    }
  }

  void limit(final Request request, final HttpExchange exchange) {
    begin(request);
    LimitBody.read(request, options);
    LimitBody.policy(request, exchange.rateLimit());
    ask(limits, request, exchange);
  }

  void set(final Request request, final HttpExchange exchange) {
    begin(request);
    final Refusal fault = SetBody.read(request, options);
    if (fault == null) {
      ask(sets, request, exchange);
    } else {
      exchange.refuse(fault);
    }
  }

  void delete(final Request request, final HttpExchange exchange) {
    begin(request);
    ask(deletes, request, exchange);
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

  private void ask(final Write write, final Request request, final HttpExchange exchange) {
    write.ask(
        exchange.readNs(),
        exchange.id(),
        0,
        exchange.idLength(),
        options,
        request.key(),
        0,
        request.keyLength(),
        exchange.replies(),
        exchange.cookie());
  }
}
