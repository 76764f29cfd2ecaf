package io.tally.engine.internal;

/**
 * Pending requests in the order in which they end. Nearly all end in the order in which they came;
 * further steps of what began long ago end before others, and have a list of their own.
 */
final class PendingDeadlines {
  private final PendingList inOrder = new PendingList();
  private final PendingList earlier = new PendingList();

  void await(final PendingRequest request) {
    final PendingRequest last = inOrder.last();
    if (last == null || request.deadlineNs - last.deadlineNs >= 0) {
      inOrder.append(request.byDeadline);
    } else {
      earlier.insertByDeadline(request.byDeadline);
    }
  }

  /** The one with the first deadline, or null. */
  PendingRequest first() {
    final PendingRequest first = inOrder.first();
    final PendingRequest other = earlier.first();
    return first == null || other != null && other.deadlineNs - first.deadlineNs < 0
        ? other
        : first;
  }
}
