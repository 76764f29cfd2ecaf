package io.tally.testkit;

import io.tally.engine.ShardService;

/** Clients that ask counters for more than sums, in some of the histories. */
abstract class CounterClients {
  static final long MS = Settings.MS;

  /** How often a write is sent again while nobody knows what has become of it. */
  static final int MAX_RETRIES = 3;

  final World world;
  final Settings settings;
  final Traces traces;
  final Attempts attempts;
  private final long loadEndNs;

  CounterClients(
      final World world,
      final Settings settings,
      final Traces traces,
      final Attempts attempts,
      final long loadEndNs) {
    this.world = world;
    this.settings = settings;
    this.traces = traces;
    this.attempts = attempts;
    this.loadEndNs = loadEndNs;
  }

  /** The cluster is there: requests begin. */
  abstract void begin();

  /** The service of a shard, seen by whoever judges these clients. */
  abstract ShardService seen(ShardService service);

  /** Says what was wrong, when all has ended. */
  abstract void judge();

  /** Whether requests may still begin. */
  final boolean isLoading() {
    return world.nowNs() < loadEndNs;
  }

  /** Has a write sent again after a while, if its key is remembered then. */
  final void retryLater(final long firstNs, final Runnable retry) {
    world.after(
        world.skewed(50 * MS),
        () -> {
          if (settings.isRemembered(world.nowNs() - firstNs) && isLoading()) {
            retry.run();
          }
        });
  }
}
