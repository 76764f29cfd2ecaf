package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.engine.StableHash;
import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * One entity that a client watches. Where the node's watcher lives its subscription is paused until
 * the client can be told again. On the event loop of the client it holds the value that is told.
 */
final class WatchedEntity<V> implements WatchHandler {
  /** Heap of one, with its subscription; its id comes to it. */
  static final int BYTES = 256;

  private static final byte[] ID = "event: value\nid: ".getBytes(US_ASCII);
  private static final byte[] DATA = "\ndata: {".getBytes(US_ASCII);
  private static final byte[] QUOTE = "\"".getBytes(US_ASCII);
  private static final byte[] END = "}\n".getBytes(US_ASCII);

  private final EntityStream<V> stream;
  private final int slot;
  private final byte[] id;

  // Fields of the thread of the watcher.
  private DirectBuffer read;
  private Watcher watcher;
  private Subscription subscription;
  private boolean wanted = true;

  /** Belongs to the event loop of the client. */
  private Told<V> told;

  /** A value as it came, at a time. */
  private record Told<V>(long atNs, long incarnation, long version, V value) {}

  WatchedEntity(final EntityStream<V> stream, final int slot, final byte[] id) {
    this.stream = stream;
    this.slot = slot;
    this.id = id;
    read = stream.texts.readOf(id);
  }

  byte[] id() {
    return id;
  }

  // Called on the thread of the watcher.

  void open(final Watcher ofNode, final long nowNs) {
    watcher = ofNode;
    final long entityHash = StableHash.hash(id, 0, id.length);
    subscription =
        ofNode.subscribe(
            nowNs,
            StableHash.placement(id, 0, id.length, entityHash),
            entityHash,
            read,
            0,
            read.capacity(),
            this);
    read = null;
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
    final V value = valueOf(serviceCode, buffer, offset, length);
    if (value == null) {
      onLost(WatchLoss.FAULT);
      return;
    }
    final Told<V> news = new Told<>(watcher.toldNs(), incarnation, version, value);
    stream.execute(() -> onTold(news));
  }

  /**
   * Reads the value; null if it is none, or the service's reader throws: the client must not wait.
   */
  private V valueOf(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    try {
      return stream.texts.valueOf(serviceCode, buffer, offset, length);
    } catch (final RuntimeException fault) {
      stream.execute(() -> stream.onFault(fault));
      return null;
    }
  }

  @Override
  public void onLost(final WatchLoss reason) {
    stream.execute(() -> stream.onLost(this, reason));
  }

  // Called on the event loop of the client.

  private void onTold(final Told<V> news) {
    told = news;
    stream.onTold(slot, news.incarnation(), news.version());
  }

  void write(final long nowNs, final EventWriter out) {
    out.put(ID).tag(told.incarnation(), told.version());
    out.put(DATA).put(stream.kind.asFirstMember()).escaped(id).put(QUOTE);
    stream.texts.write(told.value(), TimeUnit.NANOSECONDS.toMillis(nowNs - told.atNs()), out);
    out.put(END);
  }
}
