package io.tally.counter.http;

import io.tally.counter.CounterProxy;
import io.tally.http.HttpExchange;
import io.tally.http.ItemList;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.http.Request;

/**
 * Reads of many counters in one request, each by itself: not as they were at one instant. On one
 * event loop; not thread-safe.
 */
final class CounterReads {
  /** Most counters of a request. */
  static final int MAX_COUNTERS = 100;

  private static final ProblemType INVALID_QUERY =
      new ProblemType(
          "invalid-query",
          "Invalid query",
          "A query names counters by id, or lists them with prefix, limit and cursor, but not both. A stream is of"
              + " counters that it names.");

  static final Refusal MIXED =
      Refusal.of(INVALID_QUERY, 400, "invalid query: id goes with no other parameter");

  /** A list cannot be watched. */
  static final Refusal NO_ID =
      Refusal.of(CounterProblems.INVALID_ID, 400, "invalid query: id is missing");

  private final CounterProxy counters;

  CounterReads(final CounterProxy counters) {
    this.counters = counters;
  }

  void get(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    if (CounterPages.isAsked(request)) {
      exchange.refuse(MIXED);
    } else if (!counters.hasRoom(items.count())) {
      counters.refuse(exchange.replies(), exchange.cookie());
    } else {
      exchange.awaitItems(items);
      for (int item = 0; item < items.count(); item++) {
        counters.get(
            exchange.readNs(),
            items.ids(),
            items.idOffset(item),
            items.idLength(item),
            exchange.replies(),
            exchange.itemCookie(item));
      }
    }
  }
}
