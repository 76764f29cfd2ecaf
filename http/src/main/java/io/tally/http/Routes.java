package io.tally.http;

import io.tally.engine.ReplyHandler;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Decides what answers a request: a page, a refusal or the counters. One for each event loop. */
final class Routes {
  private final CounterEntry counters;
  private final Page help;
  private final Supplier<ProbeResult> readiness;
  private final Supplier<ProbeResult> liveness;
  private final Supplier<String> cluster;
  private final BooleanSupplier serving;
  private final Map<Route, Page> options = new EnumMap<>(Route.class);

  Routes(
      final CounterEntry counters,
      final Page help,
      final Supplier<ProbeResult> readiness,
      final Supplier<ProbeResult> liveness,
      final Supplier<String> cluster,
      final BooleanSupplier serving) {
    this.counters = counters;
    this.help = help;
    this.readiness = readiness;
    this.liveness = liveness;
    this.cluster = cluster;
    this.serving = serving;
    for (final Route route : Route.values()) {
      options.put(route, Page.options(route.allow()));
    }
  }

  /** Answers the exchange, or hands it to the counters with the handler and cookie. */
  void dispatch(
      final long nowNs,
      final Request request,
      final Exchange exchange,
      final ReplyHandler handler,
      final long cookie) {
    final Route route = request.route;
    exchange.route = route;
    exchange.head = request.verb == Verb.HEAD;
    exchange.write = request.verb.mayWrite();
    if (route.isCounter() && request.target.refusal() == null) {
      exchange.id(request.target.id(), request.target.idLength());
    }
    if (route == Route.UNKNOWN) {
      exchange.refuse(Refusal.NOT_FOUND);
    } else if (request.verb == Verb.OPTIONS) {
      exchange.answer(options.get(route));
    } else if (!route.allows(request.verb)) {
      exchange.refuse(Refusal.METHOD_NOT_ALLOWED);
    } else if (route.isCounter()) {
      counter(nowNs, request, exchange, handler, cookie);
    } else {
      exchange.answer(page(request));
    }
  }

  private void counter(
      final long nowNs,
      final Request request,
      final Exchange exchange,
      final ReplyHandler handler,
      final long cookie) {
    if (request.target.refusal() != null) {
      exchange.refuse(request.target.refusal());
    } else if (exchange.write && request.target.hasQuery()) {
      exchange.refuse(Refusal.PARAMETER);
    } else if (exchange.write && request.refusal != null) {
      exchange.refuse(request.refusal);
    } else if (!serving.getAsBoolean()) {
      exchange.refuse(Refusal.STARTING);
    } else if (!exchange.write) {
      counters.get(nowNs, exchange.id, exchange.idLength, handler, cookie);
    } else {
      counters.increment(
          nowNs,
          exchange.id,
          exchange.idLength,
          request.amount,
          request.key.bytes(),
          request.key.length(),
          handler,
          cookie);
    }
  }

  private Page page(final Request request) {
    return switch (request.route) {
      case CLUSTER -> Page.json(200, cluster.get());
      case READYZ -> probe(readiness.get());
      case LIVEZ -> probe(liveness.get());
      case PROBLEM -> problem(request.target.problem());
      default -> help;
    };
  }

  private static Page probe(final ProbeResult result) {
    return Page.json(result.up() ? 200 : 503, result.json());
  }

  private static Page problem(final Problem problem) {
    return Page.text(problem.title() + "\n\n" + problem.explanation() + "\n");
  }
}
