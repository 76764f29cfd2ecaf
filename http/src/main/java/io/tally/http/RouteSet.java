package io.tally.http;

import java.util.EnumMap;
import java.util.Map;

/** The routes of a port. Answers what needs nobody behind it. */
final class RouteSet {
  private final Map<Route, Page> options = new EnumMap<>(Route.class);

  RouteSet(final Route... routes) {
    for (final Route route : routes) {
      options.put(route, Page.options(route.allow()));
    }
  }

  /** Whether somebody has to answer the request; if not, the exchange is answered. */
  boolean admits(final Request request, final Exchange exchange) {
    final Route route = request.route;
    exchange.route = route;
    exchange.head = request.verb == Verb.HEAD;
    final Page ofOptions = options.get(route);
    if (ofOptions == null) {
      exchange.refuse(Refusal.NOT_FOUND);
    } else if (request.verb == Verb.OPTIONS) {
      exchange.answer(ofOptions);
    } else if (route == Route.SERVER) {
      // Only OPTIONS may address the server as a whole.
      exchange.refuse(Refusal.NOT_FOUND);
    } else if (!route.allows(request.verb)) {
      exchange.refuse(Refusal.METHOD_NOT_ALLOWED);
    }
    return !exchange.ready;
  }
}
