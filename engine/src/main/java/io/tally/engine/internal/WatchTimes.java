package io.tally.engine.internal;

import io.tally.engine.Watcher;

/**
 * How long a registration of a watch lasts. Immutable.
 *
 * @param renewalNs after which the node that watches renews it.
 * @param expiryNs after which an owner ends one that is not renewed.
 */
public record WatchTimes(long renewalNs, long expiryNs) {
  /** What holds where nothing is simulated. */
  public static final WatchTimes DEFAULT =
      new WatchTimes(Watcher.RENEWAL_NS, 3 * Watcher.RENEWAL_NS);
}
