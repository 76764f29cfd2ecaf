package io.tally.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Warns when a limit comes near, and when it is reached: once each, and again only after the limit
 * was far for a while. Checked by one thread, about once a second.
 */
final class LimitWatch {
  /** Is told of a limit that comes near or is reached. */
  interface Listener {
    void onLimit(Limit limit, long value, boolean reached);
  }

  /**
   * Something that is limited.
   *
   * @param name as in its metrics, without prefix.
   * @param help of the value.
   * @param value now.
   * @param max most that it can be.
   * @param refusals how often it was exceeded so far; short peaks show only here.
   * @param remedy what to raise.
   */
  record Limit(
      String name,
      String help,
      LongSupplier value,
      long max,
      LongSupplier refusals,
      String remedy) {}

  private static final double NEAR = 0.8;
  private static final double FAR = 0.7;

  /** Number of checks far from the limit after which a warning is given again. */
  static final int CALM_CHECKS = 60;

  private final List<Watched> watched = new ArrayList<>();
  private final Listener listener;

  LimitWatch(final List<Limit> limits, final Listener listener) {
    this.listener = listener;
    limits.forEach(limit -> watched.add(new Watched(limit)));
  }

  void check() {
    watched.forEach(Watched::check);
  }

  static void log(final Limit limit, final long value, final boolean reached) {
    Log.warn(
        reached ? "a limit is reached: what is beyond waits or is refused" : "a limit is near",
        "limit",
        limit.name(),
        "value",
        value,
        "max",
        limit.max(),
        "raise",
        limit.remedy());
  }

  private final class Watched {
    private final Limit limit;
    private long refusals;
    private boolean nearTold;
    private boolean reachedTold;
    private int calmChecks;

    private Watched(final Limit limit) {
      this.limit = limit;
      refusals = limit.refusals().getAsLong();
    }

    private void check() {
      final long value = limit.value().getAsLong();
      final long refusalsNow = limit.refusals().getAsLong();
      final boolean reached = value >= limit.max() || refusalsNow > refusals;
      refusals = refusalsNow;
      if (reached && !reachedTold) {
        reachedTold = true;
        nearTold = true;
        // The limit was reached when something was refused, although the value may have fallen
        // since.
        listener.onLimit(limit, Math.max(value, limit.max()), true);
      } else if (value >= limit.max() * NEAR && !nearTold) {
        nearTold = true;
        listener.onLimit(limit, value, false);
      }
      calmChecks = reached || value >= limit.max() * FAR ? 0 : calmChecks + 1;
      if (calmChecks == CALM_CHECKS) {
        nearTold = false;
        reachedTold = false;
      }
    }
  }
}
