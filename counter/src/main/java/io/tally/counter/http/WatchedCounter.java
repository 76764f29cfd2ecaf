package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterWatch;
import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import io.tally.http.EventWriter;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * One counter that a client watches. Where the node's watcher lives it waits until the client can
 * be told again: until then, values only come and go there. On the event loop of the client it
 * holds the value that is told.
 */
final class WatchedCounter implements WatchHandler {
  /** Heap of one, with its subscription; its id comes to it. */
  static final int BYTES = 256;

  private static final byte[] ID = "event: value\nid: ".getBytes(US_ASCII);
  private static final byte[] DATA = "\ndata: {\"counter_id\":\"".getBytes(US_ASCII);
  private static final byte[] VALUE = "\",\"value\":".getBytes(US_ASCII);
  private static final byte[] TTL = ",\"ttl_ms\":".getBytes(US_ASCII);
  private static final byte[] END = "}\n".getBytes(US_ASCII);
  private static final long NO_TTL = -1;

  private final CounterStream stream;
  private final int slot;
  private final byte[] id;

  // These belong to the thread of the watcher.
  private Watcher watcher;
  private Subscription subscription;
  private boolean wanted = true;

  /** Belongs to the event loop of the client. */
  private Told told;

  /** A value as it came, at a time. */
  private record Told(long atNs, long incarnation, long version, long value, long ttlMs) {}

  WatchedCounter(final CounterStream stream, final int slot, final byte[] id) {
    this.stream = stream;
    this.slot = slot;
    this.id = id;
  }

  byte[] id() {
    return id;
  }

  // On the thread of the watcher.

  void open(final Watcher ofNode, final long nowNs) {
    watcher = ofNode;
    subscription = CounterWatch.subscribe(ofNode, nowNs, id, this);
    if (subscription == null) {
      onLost(WatchLoss.LIMIT);
    } else if (!wanted) {
      subscription.pause();
    }
  }

  /** The client can be told again. */
  void want() {
    wanted = true;
    if (subscription != null) {
      subscription.resume();
    }
  }

  void close() {
    if (subscription != null) {
      subscription.close();
    }
  }

  @Override
  public void onValue(
      final long incarnation,
      final long version,
      final int serviceCode,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    wanted = false;
    if (subscription != null) {
      subscription.pause();
    }
    final CounterReplyAdapter reply = new CounterReplyAdapter();
    if (!reply.wrap(buffer, offset, length) || serviceCode != 0) {
      onLost(WatchLoss.FAULT);
      return;
    }
    final Told news =
        new Told(
            watcher.toldNs(),
            incarnation,
            version,
            reply.value(),
            reply.hasTtl() ? reply.ttlMs() : NO_TTL);
    stream.execute(() -> onTold(news));
  }

  @Override
  public void onLost(final WatchLoss reason) {
    stream.execute(() -> stream.onLost(this, reason));
  }

  // On the event loop of the client.

  private void onTold(final Told news) {
    told = news;
    stream.onTold(slot, news.incarnation(), news.version());
  }

  void write(final long nowNs, final EventWriter out) {
    out.put(ID).tag(told.incarnation(), told.version());
    out.put(DATA).escaped(id).put(VALUE).number(told.value());
    if (told.ttlMs() != NO_TTL) {
      final long passedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - told.atNs());
      out.put(TTL).number(Math.max(1, told.ttlMs() - passedMs));
    }
    out.put(END);
  }
}
