package io.tally.launcher;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/** Lets each kind of message through once a minute. Thread-safe. */
final class Repeats {
  static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

  private static final int MAX_KINDS = 256;

  private final NanoClock clock;
  private final Map<String, Long> lastNsByKind = new ConcurrentHashMap<>();

  Repeats(final NanoClock clock) {
    this.clock = clock;
  }

  /** Whether this kind was not let through within the last minute, and is now. */
  boolean admit(final String kind) {
    final long nowNs = clock.nanoTime();
    if (lastNsByKind.size() >= MAX_KINDS) {
      // A kind that is forgotten is let through once more.
      lastNsByKind.values().removeIf(lastNs -> nowNs - lastNs >= INTERVAL_NS);
      if (lastNsByKind.size() >= MAX_KINDS && !lastNsByKind.containsKey(kind)) {
        return false;
      }
    }
    final Long lastNs = lastNsByKind.get(kind);
    if (lastNs == null) {
      return lastNsByKind.putIfAbsent(kind, nowNs) == null;
    }
    return nowNs - lastNs >= INTERVAL_NS && lastNsByKind.replace(kind, lastNs, nowNs);
  }
}
