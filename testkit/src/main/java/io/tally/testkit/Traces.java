package io.tally.testkit;

import java.util.EnumMap;
import java.util.Map;

/** How often each {@link Trace} was left. */
final class Traces {
  private final Map<Trace, Long> counts = new EnumMap<>(Trace.class);

  void add(final Trace trace) {
    add(trace, 1);
  }

  void add(final Trace trace, final long count) {
    counts.merge(trace, count, Long::sum);
  }

  void addAll(final Traces others) {
    others.counts.forEach(this::add);
  }

  long get(final Trace trace) {
    return counts.getOrDefault(trace, 0L);
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
