package io.tally.http.internal;

import java.util.function.Supplier;

/** What {@code /cluster} says. Called on event loops; must not block or throw. */
@FunctionalInterface
public interface ClusterView {
  /**
   * Nodes, their shards and state.
   *
   * @return one JSON object.
   */
  String state();

  /**
   * Nodes, their shards and state, and who owns an entity.
   *
   * @param id of the entity, 1 to {@link io.tally.http.PathId#MAX_BYTES} bytes.
   * @return one JSON object.
   */
  default String stateWith(final byte[] id) {
    return state();
  }

  /**
   * How {@link #state} and {@link #stateWith} look.
   *
   * @return JSON Schema, as JSON.
   */
  default String schema() {
    return "{\"type\":\"object\"}";
  }

  /**
   * What tells of the cluster once a second while somebody looks.
   *
   * @param counters of the server that shows it.
   * @return makes one JSON object without line feeds, each time it is asked; used by one event loop
   *     only.
   */
  default Supplier<String> samples(final HttpCounters counters) {
    return this::state;
  }
}
