package io.tally.counter.http;

import io.tally.counter.CounterOperations;
import io.tally.counter.CounterRequest;
import io.tally.counter.CounterShardProxy;
import io.tally.counter.OperationsReplyAdapter;
import io.tally.engine.StableHash;
import io.tally.http.HttpExchange;
import io.tally.http.ItemList;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.http.Request;
import org.agrona.DirectBuffer;

/**
 * Increments of several counters in one request that are applied all or not at all. Their counters
 * must be placed alike: by the same tag. On one event loop; not thread-safe.
 */
final class AtomicBatch {
  private static final Refusal NOT_ONE_SHARD =
      Refusal.of(
          new ProblemType(
              "not-one-shard",
              "Not one shard",
              "The counters of an atomic batch must have the same tag, as {user-7}:likes and {user-7}:posts have. Nothing was"
                  + " counted."),
          400,
          "the ids of an atomic batch must have the same tag in braces");

  /** How much an atomic batch has at most, in words. */
  static final String MOST =
      CounterOperations.MAX_OPERATIONS
          + " items, of "
          + CounterOperations.MAX_BYTES / 1_024
          + " KiB together";

  private static final Refusal TOO_MANY =
      Refusal.of(ItemList.TOO_MANY_ITEMS, 413, "an atomic batch has at most " + MOST);

  private final CounterShardProxy shards;
  private final CounterOperations operations = new CounterOperations();
  private final CounterRequest options = new CounterRequest();
  private final OperationsReplyAdapter reply = new OperationsReplyAdapter();

  AtomicBatch(final CounterShardProxy shards) {
    this.shards = shards;
  }

  static Refusal[] refusals() {
    return new Refusal[] {NOT_ONE_SHARD, TOO_MANY};
  }

  /** All items have been checked. */
  void increment(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    final long placementHash = placement(items, 0);
    operations.clear();
    for (int item = 0; item < items.count(); item++) {
      if (placement(items, item) != placementHash) {
        exchange.refuse(NOT_ONE_SHARD, item);
        return;
      }
      if (!add(request, item)) {
        exchange.refuse(TOO_MANY);
        return;
      }
    }
    exchange.awaitAllItems(items);
    shards.apply(
        exchange.readNs(),
        placementHash,
        operations,
        request.idempotencyKey(),
        0,
        request.idempotencyKeyLength(),
        exchange.replies(),
        exchange.cookie());
  }

  private static long placement(final ItemList items, final int item) {
    return StableHash.placement(items.ids(), items.idOffset(item), items.idLength(item));
  }

  private boolean add(final Request request, final int item) {
    final ItemList items = request.items();
    final int offset = items.idOffset(item);
    final int length = items.idLength(item);
    if (IncrementBody.isPlain(items.membersGiven(item))) {
      return operations.increment(items.ids(), offset, length, IncrementBody.amount(items, item));
    }
    request.item(item);
    IncrementBody.read(request, options.clear());
    return operations.incrementWith(items.ids(), offset, length, options);
  }

  /** Reads the one reply. */
  boolean onReply(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    if (!reply.wrap(buffer, offset, length) || reply.count() != exchange.itemCount()) {
      return false;
    }
    final Refusal refusal = CounterEndpoints.refusalOf(reply.status());
    if (refusal != null) {
      exchange.refuse(refusal, reply.refusedOperation());
      return true;
    }
    if (reply.isRefused()) {
      exchange.refusedItem(reply.refusedOperation());
    }
    for (int item = 0; item < reply.count(); item++) {
      exchange.integer(CounterEndpoints.VALUE, reply.value(item));
      if (reply.hasApplied(item)) {
        exchange.integer(CounterEndpoints.APPLIED, reply.applied(item));
      }
      if (reply.ttlMs(item) != 0) {
        exchange.integer(CounterEndpoints.TTL_MS, reply.ttlMs(item));
      }
      exchange.answerItem(item);
    }
    return true;
  }
}
