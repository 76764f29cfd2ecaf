package io.tally.lane;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The receiving end of a lane: says of each copy of a write whether it is the first, and keeps the
 * replies of the sequences above the floor. Slots are allocated as outstanding work grows, up to
 * the window. Not thread-safe.
 */
public final class OwnerLane {
  /** First copy: it is now marked, and the caller must run it and then {@link #conclude}. */
  public static final int EXECUTE = 0;

  /** It ran before; the recorded reply is to be sent again. */
  public static final int DUPLICATE = 1;

  /** The ingress no longer awaits it: not to be run, whatever became of earlier copies. */
  public static final int STALE = 2;

  /** Beyond the window: the sender breaks the protocol. Not to be run. */
  public static final int BEYOND_WINDOW = 3;

  private static final int MIN_CAPACITY = 16;
  private static final int HEADER_LENGTH = Long.BYTES;

  // A slot's header is one word, written at once; from its highest bits: length, service code,
  // flags, code, state.
  private static final long EMPTY = 0;
  private static final long MARKED = 1;
  private static final long DONE = 2;
  private static final int CODE_SHIFT = 8;
  private static final int FLAGS_SHIFT = 16;
  private static final int SERVICE_CODE_SHIFT = 24;
  private static final int LENGTH_SHIFT = 32;

  private final int window;
  private final int slotLength;
  private final long marked;
  private int capacity;
  private UnsafeBuffer slots;
  private long floor;

  /**
   * Creates a lane.
   *
   * @param window the same as at the sending end.
   * @param maxReplyLength bound of a reply in bytes.
   * @param floor the floor of the first command that came: nothing at or below it is ever sent
   *     again.
   * @param markedCode the code of a sequence that was marked and never concluded.
   */
  public OwnerLane(
      final int window, final int maxReplyLength, final long floor, final byte markedCode) {
    this.window = window;
    this.floor = floor;
    marked = MARKED | (markedCode & 0xFFL) << CODE_SHIFT;
    slotLength = slotLength(maxReplyLength);
    capacity = Math.min(MIN_CAPACITY, window);
    slots = new UnsafeBuffer(new byte[capacity * slotLength]);
  }

  /**
   * Heap bytes of one slot, for computing the bound of a shard's lanes.
   *
   * @param maxReplyLength bound of a reply in bytes.
   * @return the bytes.
   */
  public static int slotLength(final int maxReplyLength) {
    return HEADER_LENGTH + (maxReplyLength + 7 & ~7);
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
    if (slots.getLong(slot) != EMPTY) {
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
    slots.putLong(
        slotOffset(sequence),
        DONE
            | (code & 0xFFL) << CODE_SHIFT
            | (flags & 0xFFL) << FLAGS_SHIFT
            | (serviceCode & 0xFFL) << SERVICE_CODE_SHIFT
            | (long) length << LENGTH_SHIFT);
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
   * What was recorded of a reply besides its bytes: taken apart by {@link #codeOf}, {@link
   * #flagsOf} and {@link #lengthOf}.
   *
   * @param sequence above the floor.
   * @return all of it in one word.
   */
  public long recorded(final long sequence) {
    return slots.getLong(slotOffset(sequence));
  }

  /**
   * Length of a recorded reply.
   *
   * @param recorded from {@link #recorded}.
   * @return length in bytes.
   */
  public static int lengthOf(final long recorded) {
    return (int) (recorded >>> LENGTH_SHIFT);
  }

  /**
   * Code of a recorded reply.
   *
   * @param recorded from {@link #recorded}.
   * @return the code.
   */
  public static byte codeOf(final long recorded) {
    return (byte) (recorded >>> CODE_SHIFT);
  }

  /**
   * Service code of a recorded reply.
   *
   * @param recorded from {@link #recorded}.
   * @return the code, 0 to 255.
   */
  public static int serviceCodeOf(final long recorded) {
    return (int) (recorded >>> SERVICE_CODE_SHIFT) & 0xFF;
  }

  /**
   * Flags of a recorded reply.
   *
   * @param recorded from {@link #recorded}.
   * @return the flags.
   */
  public static byte flagsOf(final long recorded) {
    return (byte) (recorded >>> FLAGS_SHIFT);
  }

  /**
   * The highest floor any command carried.
   *
   * @return the floor.
   */
  public long floor() {
    return floor;
  }

  /**
   * Slots allocated now.
   *
   * @return the number, at most the window.
   */
  public int capacity() {
    return capacity;
  }

  /**
   * Sequences above the floor that came: what is taken of the window.
   *
   * @return the number.
   */
  public int recordedCount() {
    int count = 0;
    for (long sequence = floor + 1; sequence <= floor + capacity; sequence++) {
      if (slots.getLong(slotOffset(sequence)) != EMPTY) {
        count++;
      }
    }
    return count;
  }

  private void raiseFloor(final long newFloor) {
    final long last = Math.min(newFloor, floor + capacity);
    for (long sequence = floor + 1; sequence <= last; sequence++) {
      slots.putLong(slotOffset(sequence), EMPTY);
    }
    floor = newFloor;
  }

  private void grow(final long sequence) {
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
  }

  private int slotOffset(final long sequence) {
    return (int) (sequence & (capacity - 1)) * slotLength;
  }
}
