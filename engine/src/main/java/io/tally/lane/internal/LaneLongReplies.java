package io.tally.lane.internal;

import org.agrona.DirectBuffer;

/** The long replies of one lane, by their slots. Belongs to the lane. */
final class LaneLongReplies {
  private final OwnerLane lane;
  private final LongReplies ofShard;
  private LongReplies.Entry[] bySlot;

  LaneLongReplies(final OwnerLane lane, final LongReplies ofShard, final int capacity) {
    this.lane = lane;
    this.ofShard = ofShard;
    bySlot = new LongReplies.Entry[capacity];
  }

  void add(
      final long sequence,
      final DirectBuffer source,
      final int offset,
      final int length,
      final long untilNs) {
    bySlot[slot(sequence)] = ofShard.add(lane, sequence, source, offset, length, untilNs);
  }

  /** The reply of a sequence; null if it is not kept. */
  LongReplies.Entry get(final long sequence) {
    return bySlot[slot(sequence)];
  }

  void remove(final long sequence) {
    final LongReplies.Entry entry = bySlot[slot(sequence)];
    if (entry != null) {
      bySlot[slot(sequence)] = null;
      ofShard.remove(entry);
    }
  }

  /** Moves the replies of sequences after the floor to their slots in a longer array. */
  void grow(final long floor, final int capacity) {
    final LongReplies.Entry[] grown = new LongReplies.Entry[capacity];
    for (long sequence = floor + 1; sequence <= floor + bySlot.length; sequence++) {
      grown[(int) (sequence & capacity - 1)] = bySlot[slot(sequence)];
    }
    bySlot = grown;
  }

  private int slot(final long sequence) {
    return (int) (sequence & bySlot.length - 1);
  }
}
