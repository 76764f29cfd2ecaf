package io.tally.edge;

/** The exchanges of one connection that are under way, in the order of their requests. */
final class ExchangeRing {
  private final Exchange[] slots;
  private int first;
  private int count;

  ExchangeRing(final int capacity) {
    slots = new Exchange[capacity];
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count == slots.length;
  }

  /** Adds the exchange of the next request, and returns its slot. */
  int add(final Exchange exchange) {
    if (isFull()) {
      throw new IllegalStateException("a request was read although none more may be in flight");
    }
    final int slot = slotAt(count++);
    slots[slot] = exchange;
    return slot;
  }

  /** Null if it was written, or was complete when its connection closed. */
  Exchange get(final int slot) {
    return slots[slot];
  }

  /** The oldest if it may be written, else null. */
  Exchange firstReady() {
    final Exchange oldest = slots[first];
    return oldest != null && oldest.ready ? oldest : null;
  }

  void removeFirst() {
    slots[first] = null;
    count--;
    first = count == 0 || first + 1 == slots.length ? 0 : first + 1;
  }

  Exchange last() {
    return slots[slotAt(count - 1)];
  }

  int readyCount() {
    int ready = 0;
    for (int i = 0; i < count; i++) {
      ready += slots[slotAt(i)].ready ? 1 : 0;
    }
    return ready;
  }

  /**
   * Ends all exchanges. Those that wait for replies keep their slots, so that their last reply is
   * recognised.
   */
  void end() {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != null && slots[i].ready) {
        slots[i] = null;
      }
    }
    count = 0;
  }

  private int slotAt(final int position) {
    final int slot = first + position;
    return slot >= slots.length ? slot - slots.length : slot;
  }
}
