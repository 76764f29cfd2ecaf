package io.tally.engine.internal;

/** An intrusive doubly linked list of pending requests. */
final class PendingList {
  /** A request's place in one list at a time. */
  static final class Link {
    private final PendingRequest request;
    private Link previous;
    private Link next;

    Link(final PendingRequest request) {
      this.request = request;
    }

    void unlink() {
      if (next != null) {
        previous.next = next;
        next.previous = previous;
        next = null;
        previous = null;
      }
    }
  }

  private final Link end = new Link(null);

  PendingList() {
    end.previous = end;
    end.next = end;
  }

  void append(final Link link) {
    put(end.previous, link);
  }

  /** Puts it behind those that end no later; so all are to be put. */
  void insertByDeadline(final Link link) {
    Link before = end.previous;
    while (before != end && before.request.deadlineNs - link.request.deadlineNs > 0) {
      before = before.previous;
    }
    put(before, link);
  }

  private static void put(final Link before, final Link link) {
    link.previous = before;
    link.next = before.next;
    before.next.previous = link;
    before.next = link;
  }

  /** The first request, or null. */
  PendingRequest first() {
    return end.next.request;
  }

  /** The last request, or null. */
  PendingRequest last() {
    return end.previous.request;
  }

  boolean isEmpty() {
    return end.next == end;
  }
}
