package io.tally.lane.internal;

import org.agrona.concurrent.UnsafeBuffer;

/** The memory of one owner's lane: a slot for each sequence above the floor that may come. */
abstract class LaneSlots {
  static final int HEADER_LENGTH = Long.BYTES;

  final int slotLength;
  int capacity;
  UnsafeBuffer slots;
  long floor;

  LaneSlots(final int slotReplyLength, final int capacity, final long floor) {
    this.capacity = capacity;
    this.floor = floor;
    slotLength = slotLength(slotReplyLength);
    slots = new UnsafeBuffer(new byte[capacity * slotLength]);
  }

  static int slotLength(final int slotReplyLength) {
    return HEADER_LENGTH + (slotReplyLength + 7 & ~7);
  }

  /**
   * The highest floor any command carried.
   *
   * @return the floor.
   */
  public final long floor() {
    return floor;
  }

  /**
   * Slots allocated now.
   *
   * @return the number, at most the window.
   */
  public final int capacity() {
    return capacity;
  }

  /**
   * Sequences above the floor that came: what is taken of the window.
   *
   * @return the number.
   */
  public final int recordedCount() {
    int count = 0;
    for (long sequence = floor + 1; sequence <= floor + capacity; sequence++) {
      if (slots.getLong(slotOffset(sequence)) != RecordedReply.EMPTY) {
        count++;
      }
    }
    return count;
  }

  /**
   * Whether a sequence came.
   *
   * @param sequence any.
   * @return true if something is recorded of it; false for one at or below the floor.
   */
  public final boolean isRecorded(final long sequence) {
    return sequence > floor
        && sequence - floor <= capacity
        && slots.getLong(slotOffset(sequence)) != RecordedReply.EMPTY;
  }

  final void state(final long sequence, final long state) {
    final int slot = slotOffset(sequence);
    slots.putLong(slot, RecordedReply.withState(slots.getLong(slot), state));
  }

  /** Grows until there is a slot for a sequence; returns how many there are then. */
  final int growSlots(final long sequence) {
    int newCapacity = capacity;
    while (sequence > floor + newCapacity) {
      newCapacity <<= 1;
    }
    final UnsafeBuffer newSlots = new UnsafeBuffer(new byte[newCapacity * slotLength]);
    for (long s = floor + 1; s <= floor + capacity; s++) {
      newSlots.putBytes(
          (int) (s & (newCapacity - 1)) * slotLength, slots, slotOffset(s), slotLength);
    }
    capacity = newCapacity;
    slots = newSlots;
    return newCapacity;
  }

  final int slotOffset(final long sequence) {
    return (int) (sequence & (capacity - 1)) * slotLength;
  }
}
