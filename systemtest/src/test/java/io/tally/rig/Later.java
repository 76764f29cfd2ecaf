package io.tally.rig;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Requests that any client sends when their time has come. Thread-safe. */
final class Later {
  private record Entry(long dueNs, Request request) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueNs));

  synchronized void add(final long dueNs, final Request request) {
    entries.add(new Entry(dueNs, request));
  }

  /** One that is due, or null. */
  synchronized Request poll(final long nowNs) {
    final Entry next = entries.peek();
    return next != null && next.dueNs <= nowNs ? entries.remove().request : null;
  }
}
