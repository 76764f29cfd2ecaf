package io.tally.transport.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the server of this connection has denied to be published of late. A server does not say when
 * it permits that again: a denial that is not repeated within {@link #KEPT_NS}, which is longer
 * than two hellos are apart, counts as lifted. Of the thread that steps the session.
 */
final class PublishDenials {
  static final long KEPT_NS = 3_000_000_000L;

  private static final int MAX_DENIALS = 8;

  private final Map<String, Long> deniedNs = new LinkedHashMap<>();

  boolean isEmpty() {
    return deniedNs.isEmpty();
  }

  void add(final long nowNs, final String denial) {
    if (deniedNs.size() < MAX_DENIALS || deniedNs.containsKey(denial)) {
      deniedNs.put(denial, nowNs);
    }
  }

  void forgetLifted(final long nowNs) {
    deniedNs.values().removeIf(sinceNs -> nowNs - sinceNs >= KEPT_NS);
  }

  void clear() {
    deniedNs.clear();
  }

  /** The denials in a line for people. */
  String describe() {
    return String.join("; ", deniedNs.keySet());
  }
}
