package io.tally.counter.http;

import io.tally.counter.CounterOperation;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterRequest;
import io.tally.http.HttpExchange;
import io.tally.http.ItemList;
import io.tally.http.Refusal;
import io.tally.http.Request;

/**
 * Increments of many counters in one request. All are checked before one is sent. Each is applied
 * or refused by itself, unless they are to be atomic. On one event loop; not thread-safe.
 */
final class CounterBatch {
  static final int ATOMIC = 0;

  private final CounterProxy counters;
  private final AtomicBatch atomic;
  private final CounterRequest options = new CounterRequest();
  private final ItemOrdinals ordinals = new ItemOrdinals();

  CounterBatch(final CounterProxy counters, final AtomicBatch atomic) {
    this.counters = counters;
    this.atomic = atomic;
  }

  void increment(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    final boolean isAtomic = request.member(ATOMIC) == 1;
    for (int item = 0; item < items.count(); item++) {
      final Refusal fault = check(request, item);
      if (fault != null) {
        exchange.refuse(fault, item);
        return;
      }
    }
    if (isAtomic) {
      atomic.increment(request, exchange);
      return;
    }
    if (!counters.hasRoom(items.count())) {
      counters.refuse(exchange.replies(), exchange.cookie());
      return;
    }
    if (request.idempotencyKeyLength() > 0) {
      ordinals.count(items);
    }
    exchange.awaitItems(items);
    for (int item = 0; item < items.count(); item++) {
      increment(request, item, exchange);
    }
  }

  private Refusal check(final Request request, final int item) {
    if (IncrementBody.isPlain(request.items().membersGiven(item))) {
      return null;
    }
    request.item(item);
    return IncrementBody.read(request, options.clear());
  }

  private void increment(final Request request, final int item, final HttpExchange exchange) {
    final ItemList items = request.items();
    final int keyItem = request.idempotencyKeyLength() > 0 ? ordinals.of(item) : 0;
    if (IncrementBody.isPlain(items.membersGiven(item))) {
      counters.incrementItem(
          exchange.readNs(),
          items.ids(),
          items.idOffset(item),
          items.idLength(item),
          IncrementBody.amount(items, item),
          request.idempotencyKey(),
          0,
          request.idempotencyKeyLength(),
          keyItem,
          exchange.replies(),
          exchange.itemCookie(item));
      return;
    }
    request.item(item);
    IncrementBody.read(request, options.clear());
    counters.write(
        CounterOperation.INCREMENT,
        exchange.readNs(),
        items.ids(),
        items.idOffset(item),
        items.idLength(item),
        options.keyItem(keyItem),
        request.idempotencyKey(),
        0,
        request.idempotencyKeyLength(),
        exchange.replies(),
        exchange.itemCookie(item));
  }
}
