package io.tally.engine.internal;

/**
 * An intrusive doubly linked list of pending requests, in the order in which they were appended.
 */
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
    link.previous = end.previous;
    link.next = end;
    end.previous.next = link;
    end.previous = link;
  }

  /** The request that has been here longest, or null. */
  PendingRequest first() {
    return end.next.request;
  }

  boolean isEmpty() {
    return end.next == end;
  }
}
