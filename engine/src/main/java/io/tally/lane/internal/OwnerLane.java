package io.tally.lane.internal;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The receiving end of a lane: says of each copy of a write whether it is the first, and keeps the
 * replies of the sequences above the floor. Slots are allocated as outstanding work grows, up to
 * the window. A reply that is too long for a slot is kept beside the slots ({@link LongReplies}).
 * Not thread-safe.
 */
public final class OwnerLane extends LaneSlots {
  /**
   * The first copy came: it is marked now, and the caller must run it and then {@link #conclude}.
   */
  public static final int EXECUTE = 0;

  /** The command ran before; the recorded reply is to be sent again. */
  public static final int DUPLICATE = 1;

  /** The ingress no longer awaits it: not to be run, whatever became of earlier copies. */
  public static final int STALE = 2;

  /** Beyond the window: the sender breaks the protocol. Not to be run. */
  public static final int BEYOND_WINDOW = 3;

  private static final int MIN_CAPACITY = 16;

  private final int window;
  private final long marked;
  private final LongReplies longReplies;

  /** The replies that do not fit into their slots; null before the first. */
  private LaneLongReplies outside;

  /** The snapshot that shows this lane before it changes; null if none does. */
  private LaneSnapshot snapshot;

  private int snapshotIndex;

  /**
   * Creates a lane.
   *
   * @param window the same as at the sending end.
   * @param slotReplyLength bound of the replies in bytes that have to fit into a slot.
   * @param floor the floor of the first command that came: nothing at or below it is ever sent
   *     again.
   * @param markedCode the code of a sequence that was marked and never concluded.
   * @param longReplies of the shard, for replies that do not fit; null if all do.
   */
  public OwnerLane(
      final int window,
      final int slotReplyLength,
      final long floor,
      final byte markedCode,
      final LongReplies longReplies) {
    super(slotReplyLength, Math.min(MIN_CAPACITY, window), floor);
    this.window = window;
    this.longReplies = longReplies;
    marked = RecordedReply.marked(markedCode);
  }

  /**
   * Whether a reply fits into its slot, and so may be written at {@link #replyOffset(long)}.
   *
   * @param replyLength in bytes.
   * @return false if it has to be written elsewhere.
   */
  public boolean fits(final int replyLength) {
    return replyLength <= slotLength - HEADER_LENGTH;
  }

  /**
   * Takes a copy of a command: first moves the floor, then looks up the sequence and marks it if it
   * is new.
   *
   * @param sequence of the command.
   * @param ackFloor the ingress's floor as the command carries it.
   * @return {@link #EXECUTE}, {@link #DUPLICATE}, {@link #STALE} or {@link #BEYOND_WINDOW}.
   */
  public int begin(final long sequence, final long ackFloor) {
    if (sequence > ackFloor + window) {
      return BEYOND_WINDOW;
    }
    showFirst();
    if (ackFloor > floor) {
      raiseFloor(ackFloor);
    }
    if (sequence <= floor) {
      return STALE;
    }
    if (sequence > floor + capacity) {
      grow(sequence);
    }
    final int slot = slotOffset(sequence);
    if (slots.getLong(slot) != RecordedReply.EMPTY) {
      return DUPLICATE;
    }
    slots.putLong(slot, marked);
    return EXECUTE;
  }

  /**
   * Records the reply of a marked sequence. The reply itself was written at {@link
   * #replyOffset(long)} before.
   *
   * @param sequence marked by {@link #begin}.
   * @param code of the reply.
   * @param serviceCode of the reply, unsigned.
   * @param flags of the reply.
   * @param length of the reply in bytes.
   */
  public void conclude(
      final long sequence,
      final byte code,
      final byte serviceCode,
      final byte flags,
      final int length) {
    concludeAt(replyOffset(sequence), code, serviceCode, flags, length);
  }

  /**
   * Records the reply like {@link #conclude}, for a caller who knows where it stands.
   *
   * @param replyOffset as {@link #replyOffset(long)} said.
   * @param code of the reply.
   * @param serviceCode of the reply, unsigned.
   * @param flags of the reply.
   * @param length of the reply in bytes.
   */
  public void concludeAt(
      final int replyOffset,
      final byte code,
      final byte serviceCode,
      final byte flags,
      final int length) {
    slots.putLong(
        replyOffset - HEADER_LENGTH, RecordedReply.done(code, serviceCode, flags, length));
  }

  /**
   * Records the reply of a marked sequence that was written elsewhere: in the slot if it fits, else
   * beside it. Room for it was reserved in the shard's {@link LongReplies}.
   *
   * @param sequence marked by {@link #begin}.
   * @param code of the reply.
   * @param serviceCode of the reply.
   * @param flags of the reply.
   * @param source holds the reply.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   * @param untilNs when no copy of the command is awaited any more.
   */
  public void concludeFrom(
      final long sequence,
      final byte code,
      final byte serviceCode,
      final byte flags,
      final DirectBuffer source,
      final int offset,
      final int length,
      final long untilNs) {
    if (fits(length)) {
      slots.putBytes(replyOffset(sequence), source, offset, length);
      conclude(sequence, code, serviceCode, flags, length);
      return;
    }
    if (outside == null) {
      outside = new LaneLongReplies(this, longReplies, capacity);
    }
    outside.add(sequence, source, offset, length, untilNs);
    conclude(sequence, code, serviceCode, flags, length);
    state(sequence, RecordedReply.DONE_OUTSIDE);
  }

  /**
   * Holds the replies. Another buffer may take its place at the next {@link #begin}.
   *
   * @return the buffer.
   */
  public MutableDirectBuffer buffer() {
    return slots;
  }

  /**
   * Where the reply of a sequence stands, or is to be written.
   *
   * @param sequence above the floor.
   * @return offset in {@link #buffer()}.
   */
  public int replyOffset(final long sequence) {
    return slotOffset(sequence) + HEADER_LENGTH;
  }

  /**
   * What was recorded of a reply besides its bytes: taken apart by {@link RecordedReply#codeOf},
   * {@link RecordedReply#flagsOf} and {@link RecordedReply#lengthOf}.
   *
   * @param sequence above the floor.
   * @return all of it in one word.
   */
  public long recorded(final long sequence) {
    return slots.getLong(slotOffset(sequence));
  }

  /**
   * A reply that does not stand in its slot.
   *
   * @param sequence above the floor, of which {@link RecordedReply#isInSlot} is false.
   * @param nowNs time.
   * @return holds the reply from its beginning; null once nobody can await it, whether it was
   *     dropped since or not.
   */
  public DirectBuffer longReply(final long sequence, final long nowNs) {
    final LongReplies.Entry entry = outside == null ? null : outside.get(sequence);
    return entry == null || entry.untilNs - nowNs <= 0 ? null : entry.bytes;
  }

  /**
   * The time up to which a reply that does not stand in its slot is kept.
   *
   * @param sequence above the floor, of which {@link #longReply} is not null.
   * @return the time with which it was recorded.
   */
  public long longReplyUntilNs(final long sequence) {
    return outside.get(sequence).untilNs;
  }

  /**
   * Records what another lane had recorded, in a lane that has taken no command yet. A long reply
   * is kept even if the process has no room for it.
   *
   * @param sequence above the floor, within the window.
   * @param code of the reply.
   * @param serviceCode of the reply.
   * @param flags of the reply.
   * @param source holds the reply; null if it was no longer kept.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   * @param untilNs as in {@link #concludeFrom}.
   * @throws IllegalArgumentException if the sequence is not in the window, or was restored before.
   */
  public void restore(
      final long sequence,
      final byte code,
      final byte serviceCode,
      final byte flags,
      final DirectBuffer source,
      final int offset,
      final int length,
      final long untilNs) {
    if (sequence <= floor || sequence > floor + window || begin(sequence, floor) != EXECUTE) {
      throw new IllegalArgumentException("sequence cannot be restored: " + sequence);
    }
    if (source == null) {
      conclude(sequence, code, serviceCode, flags, length);
      state(sequence, RecordedReply.DROPPED);
      return;
    }
    if (!fits(length)) {
      longReplies.reserve(length);
    }
    concludeFrom(sequence, code, serviceCode, flags, source, offset, length, untilNs);
  }

  void showBeforeChange(final LaneSnapshot by, final int index) {
    snapshot = by;
    snapshotIndex = index;
  }

  boolean isToBeShownBy(final LaneSnapshot by) {
    return snapshot == by;
  }

  private void showFirst() {
    if (snapshot != null) {
      snapshot.show(snapshotIndex);
    }
  }

  /** Forgets a long reply, but not that its sequence ran. */
  void drop(final long sequence) {
    showFirst();
    outside.remove(sequence);
    state(sequence, RecordedReply.DROPPED);
  }

  /** Gives back what the lane keeps beside its slots; nobody asks it for anything any more. */
  void close() {
    showFirst();
    removeOutside(floor + capacity);
  }

  private void removeOutside(final long last) {
    for (long sequence = floor + 1; outside != null && sequence <= last; sequence++) {
      outside.remove(sequence);
    }
  }

  private void raiseFloor(final long newFloor) {
    final long last = Math.min(newFloor, floor + capacity);
    removeOutside(last);
    for (long sequence = floor + 1; sequence <= last; sequence++) {
      slots.putLong(slotOffset(sequence), RecordedReply.EMPTY);
    }
    floor = newFloor;
  }

  private void grow(final long sequence) {
    final int newCapacity = growSlots(sequence);
    if (outside != null) {
      outside.grow(floor, newCapacity);
    }
  }
}
