package io.tally.engine.internal;

import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps what a watcher of an item is told, which must not be older than what it was told before.
 */
final class Told implements WatchHandler {
  final List<String> all = new ArrayList<>();
  final long itemId;
  Subscription subscription;
  long incarnation;
  private long changeCount;
  long version;
  long left;
  int refusal;

  /** What is done when it is told. */
  Runnable then = () -> {};

  private Told(final long itemId) {
    this.itemId = itemId;
  }

  /** Watches an item on a node; the subscription is null if the node had no place for it. */
  static Told watch(final StockNode node, final long itemId) {
    return watch(node.engine.watcher(), node.clock.nanoTime(), itemId);
  }

  static Told watch(final Watcher watcher, final long nowNs, final long itemId) {
    final Told told = new Told(itemId);
    final UnsafeBuffer payload = StockClient.count(itemId);
    told.subscription =
        watcher.subscribe(
            nowNs,
            StockClient.placementHash(itemId),
            StockClient.entityHash(itemId),
            payload,
            0,
            payload.capacity(),
            told);
    return told;
  }

  @Override
  public void onValue(
      final long shardIncarnation,
      final long newVersion,
      final int serviceCode,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
    if (reply == null || reply.itemId() != itemId) {
      throw new AssertionError("not what was asked for");
    }
    if (shardIncarnation < incarnation
        || shardIncarnation == incarnation && reply.changeCount() < changeCount) {
      throw new AssertionError("an older value after " + all);
    }
    incarnation = shardIncarnation;
    changeCount = reply.changeCount();
    version = newVersion;
    refusal = serviceCode;
    left = reply.left();
    all.add(left + (version == 0 ? " deleted" : ""));
    then.run();
  }

  @Override
  public void onLost(final WatchLoss reason) {
    all.add(reason.name());
    then.run();
  }

  String last() {
    return all.get(all.size() - 1);
  }
}
