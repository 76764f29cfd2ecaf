package io.tally.edge.internal;

/**
 * The exchanges of one connection that are under way, in the order of their requests. They are
 * found by the numbers of these: no two under way have the same one. Grows with use.
 */
final class ExchangeRing {
  private static final int INITIAL_LENGTH = 4;

  private final int capacity;
  private Exchange[] slots = new Exchange[INITIAL_LENGTH];
  private int firstNumber;
  private int count;

  ExchangeRing(final int capacity) {
    this.capacity = capacity;
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count == capacity;
  }

  /** Adds the exchange of the next request, and returns the number of that. */
  int add(final Exchange exchange) {
    if (isFull()) {
      throw new IllegalStateException("a request was read although none more may be in flight");
    }
    if (count == slots.length) {
      grow();
    }
    final int number = firstNumber + count++;
    slots[index(number)] = exchange;
    return number;
  }

  private void grow() {
    final Exchange[] small = slots;
    slots = new Exchange[2 * small.length];
    for (int number = firstNumber; number != firstNumber + count; number++) {
      slots[index(number)] = small[number & small.length - 1];
    }
  }

  /**
   * The exchange of a number; null if it was written, or was complete when its connection closed.
   */
  Exchange get(final int number) {
    final Exchange exchange = slots[index(number)];
    return exchange != null && exchange.isOf(number) ? exchange : null;
  }

  /** The oldest if it may be written, else null. */
  Exchange firstReady() {
    final Exchange oldest = slots[index(firstNumber)];
    return oldest != null && oldest.ready ? oldest : null;
  }

  void removeFirst() {
    slots[index(firstNumber++)] = null;
    count--;
  }

  Exchange last() {
    return slots[index(firstNumber + count - 1)];
  }

  /** What the exchanges that are complete count for among the requests under way. */
  int readyParts() {
    int parts = 0;
    for (int i = 0; i < count; i++) {
      final Exchange exchange = slots[index(firstNumber + i)];
      parts += exchange.ready ? exchange.parts() : 0;
    }
    return parts;
  }

  /** Ends all. Those that wait for replies stay, so that the last reply is known. */
  void end() {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] != null && slots[i].ready) {
        slots[i] = null;
      }
    }
    count = 0;
  }

  private int index(final int number) {
    return number & slots.length - 1;
  }
}
