package io.tally.counter.http;

import io.tally.engine.WatchExecutor;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import io.tally.http.EventStream;
import io.tally.http.EventWriter;
import io.tally.http.Events;
import io.tally.http.HttpExchange;
import io.tally.http.PathId;
import io.tally.http.Request;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Tells one client of counters, each as it is now and whenever it has changed. Belongs to the event
 * loop of the client; the node's watcher lives on another one, and each side runs tasks on the
 * other.
 */
final class CounterStream implements Events {
  /** Least time between two events of one counter. */
  static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final WatchExecutor watches;
  private final PathId kind;
  private final List<WatchedCounter> counters;

  /** The state that the client has seen; empty if that is not known. */
  private String lastEventId;

  private EventStream stream;

  private CounterStream(
      final WatchExecutor watches,
      final PathId kind,
      final List<byte[]> ids,
      final String lastEventId) {
    this.watches = watches;
    this.kind = kind;
    this.lastEventId = lastEventId;
    counters =
        IntStream.range(0, ids.size())
            .mapToObj(slot -> new WatchedCounter(this, slot, ids.get(slot)))
            .toList();
  }

  /** Answers an exchange with a stream of these counters, or refuses it. */
  static void begin(
      final WatchExecutor watches,
      final PathId kind,
      final List<byte[]> ids,
      final Request request,
      final HttpExchange exchange) {
    // An event id is one of a counter's shard. Among several counters, of another shard too, it
    // does not say which of them the client has seen.
    final String seen = ids.size() == 1 ? request.lastEventId() : "";
    final CounterStream events = new CounterStream(watches, kind, ids, seen);
    events.stream = exchange.stream(events, ids.size(), INTERVAL_NS);
    if (events.stream != null) {
      final long nowNs = exchange.readNs();
      watches.execute(watcher -> events.open(watcher, nowNs));
    }
  }

  private void open(final Watcher watcher, final long nowNs) {
    counters.forEach(counter -> counter.open(watcher, nowNs));
  }

  /** Any thread. */
  void execute(final Runnable task) {
    stream.execute(task);
  }

  void onTold(final int slot, final long incarnation, final long version) {
    final boolean seen = EventStream.isSeen(lastEventId, incarnation, version);
    lastEventId = "";
    if (seen) {
      onReady(slot);
    } else {
      stream.send(slot);
    }
  }

  void onLost(final WatchedCounter counter, final WatchLoss reason) {
    stream.lost(reason, kind, counter.id());
  }

  @Override
  public void onReady(final int slot) {
    final WatchedCounter counter = counters.get(slot);
    watches.execute(watcher -> counter.want());
  }

  @Override
  public void write(final int slot, final long nowNs, final EventWriter out) {
    counters.get(slot).write(nowNs, out);
  }

  @Override
  public long heldBytes() {
    long bytes = 0;
    for (final WatchedCounter counter : counters) {
      bytes += WatchedCounter.BYTES + counter.id().length;
    }
    return bytes;
  }

  @Override
  public void onEnd() {
    watches.execute(watcher -> counters.forEach(WatchedCounter::close));
  }
}
