package io.tally.http;

import io.tally.engine.WatchExecutor;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.ErrorHandler;

/**
 * Tells one client of entities of a service, each as it is now and whenever it has changed. Belongs
 * to the event loop of the client; the node's watcher lives on another one, and each side runs
 * tasks on the other.
 *
 * @param <V> value of an entity.
 */
public final class EntityStream<V> implements Events {
  /** Least time between two events of one entity, in nanoseconds. */
  public static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

  final PathId kind;
  final EntityEvents<V> texts;
  private final WatchExecutor watches;
  private final ErrorHandler errors;
  private final List<WatchedEntity<V>> entities;

  /** The state that the client has seen; empty if that is not known. */
  private String lastEventId;

  private EventStream stream;

  private EntityStream(
      final WatchExecutor watches,
      final PathId kind,
      final EntityEvents<V> texts,
      final List<byte[]> ids,
      final String lastEventId,
      final ErrorHandler errors) {
    this.watches = watches;
    this.errors = errors;
    this.kind = kind;
    this.texts = texts;
    this.lastEventId = lastEventId;
    entities =
        IntStream.range(0, ids.size())
            .mapToObj(slot -> new WatchedEntity<>(this, slot, ids.get(slot)))
            .toList();
  }

  /**
   * Answers an exchange with a stream of the entity in its path, or refuses it.
   *
   * @param watches of the node.
   * @param kind of the entity's id.
   * @param texts say how it is told of.
   * @param request as the row is given it.
   * @param exchange as the row is given it.
   * @param <V> value of an entity.
   */
  public static <V> void begin(
      final WatchExecutor watches,
      final PathId kind,
      final EntityEvents<V> texts,
      final Request request,
      final HttpExchange exchange) {
    final byte[] id = Arrays.copyOf(exchange.id(), exchange.idLength());
    begin(watches, kind, texts, List.of(id), request, exchange);
  }

  /**
   * Begins a stream of several entities.
   *
   * @param watches of the node.
   * @param kind of the entities' ids.
   * @param texts say how they are told of.
   * @param ids of the entities; not changed afterwards.
   * @param request as the row is given it.
   * @param exchange as the row is given it.
   * @param <V> value of an entity.
   */
  public static <V> void begin(
      final WatchExecutor watches,
      final PathId kind,
      final EntityEvents<V> texts,
      final List<byte[]> ids,
      final Request request,
      final HttpExchange exchange) {
    // An event id is one of an entity's shard. Among several entities, of another shard too, it
    // does not say which of them the client has seen.
    final String seen = ids.size() == 1 ? request.lastEventId() : "";
    final EntityStream<V> events =
        new EntityStream<>(watches, kind, texts, ids, seen, exchange.errors());
    events.stream = exchange.stream(events, ids.size(), INTERVAL_NS);
    if (events.stream != null) {
      final long nowNs = exchange.readNs();
      watches.execute(watcher -> events.open(watcher, nowNs));
    }
  }

  private void open(final Watcher watcher, final long nowNs) {
    entities.forEach(entity -> entity.open(watcher, nowNs));
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

  void onFault(final RuntimeException fault) {
    errors.onError(fault);
  }

  void onLost(final WatchedEntity<V> entity, final WatchLoss reason) {
    stream.lost(reason, kind, entity.id());
  }

  @Override
  public void onReady(final int slot) {
    final WatchedEntity<V> entity = entities.get(slot);
    watches.execute(watcher -> entity.want());
  }

  @Override
  public void write(final int slot, final long nowNs, final EventWriter out) {
    entities.get(slot).write(nowNs, out);
  }

  @Override
  public long heldBytes() {
    long bytes = 0;
    for (final WatchedEntity<V> entity : entities) {
      bytes += WatchedEntity.BYTES + entity.id().length;
    }
    return bytes;
  }

  @Override
  public void onEnd() {
    watches.execute(watcher -> entities.forEach(WatchedEntity::close));
  }
}
