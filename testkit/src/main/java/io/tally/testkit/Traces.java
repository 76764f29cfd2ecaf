package io.tally.testkit;

import java.util.EnumMap;
import java.util.Map;

/** How often each {@link Trace} was left. */
final class Traces {
  private final long[] counts = new long[Trace.values().length];

  void add(final Trace trace) {
    add(trace, 1);
  }

  void add(final Trace trace, final long count) {
    counts[trace.ordinal()] += count;
  }

  void addAll(final Traces others) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += others.counts[i];
    }
  }

  long get(final Trace trace) {
    return counts[trace.ordinal()];
  }

  @Override
  public String toString() {
    final Map<Trace, Long> named = new EnumMap<>(Trace.class);
    for (final Trace trace : Trace.values()) {
      named.put(trace, get(trace));
    }
    return named.toString();
  }
}
