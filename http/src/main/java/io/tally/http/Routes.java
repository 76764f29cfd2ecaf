package io.tally.http;

import io.tally.engine.ReplyHandler;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Decides what answers a request: a page, a refusal or the counters. One for each event loop. */
final class Routes implements RequestHandler {
  private static final RouteSet ROUTES =
      new RouteSet(
          Route.INCREMENT,
          Route.COUNTER,
          Route.HELP,
          Route.CLUSTER,
          Route.READYZ,
          Route.LIVEZ,
          Route.PROBLEM,
          Route.SERVER);

  private final CounterEntry counters;
  private final Page help;
  private final Supplier<ProbeResult> readiness;
  private final Supplier<ProbeResult> liveness;
  private final Supplier<String> cluster;
  private final BooleanSupplier serving;

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
  }

  @Override
  public void onRequest(
      final long nowNs,
      final Request request,
      final Exchange exchange,
      final Connection connection,
      final int slot) {
    exchange.write = request.verb.mayWrite();
    if (request.route.isCounter() && request.target.refusal() == null) {
      exchange.id(request.target.id(), request.target.idLength());
    }
    if (!ROUTES.admits(request, exchange)) {
      return;
    }
    if (request.route.isCounter()) {
      counter(nowNs, request, exchange, connection, slot);
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
      case READYZ -> Page.probe(readiness.get());
      case LIVEZ -> Page.probe(liveness.get());
      case PROBLEM -> Page.problem(request.target.problem());
      default -> help;
    };
  }
}
