package io.tally.lane;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The receiving end of a lane: says of each copy of a write whether it is the first, and keeps the
 * answers of the sequences above the floor. Slots are allocated as outstanding work grows, up to
 * the window. Not thread-safe.
 */
public final class OwnerLane {
  /** First copy: it is now marked, and the caller must run it and then {@link #conclude}. */
  public static final int EXECUTE = 0;

  /** It ran before; the recorded answer is to be sent again. */
  public static final int DUPLICATE = 1;

  /** The ingress no longer awaits it: not to be run, whatever became of earlier copies. */
  public static final int STALE = 2;

  /** Beyond the window: the sender breaks the protocol. Not to be run. */
  public static final int BEYOND_WINDOW = 3;

  private static final int MIN_CAPACITY = 16;
  private static final byte EMPTY = 0;
  private static final byte MARKED = 1;
  private static final byte DONE = 2;
  private static final int STATE_OFFSET = 0;
  private static final int CODE_OFFSET = 1;
  private static final int FLAGS_OFFSET = 2;
  private static final int LENGTH_OFFSET = 4;
  private static final int HEADER_LENGTH = 8;

  private final int window;
  private final int slotLength;
  private final byte markedCode;
  private int capacity;
  private UnsafeBuffer slots;
  private long floor;

  /**
   * Creates a lane.
   *
   * @param window the same as at the sending end.
   * @param maxReplyLength bound of an answer in bytes.
   * @param floor the floor of the first command that came: nothing at or below it is ever sent
   *     again.
   * @param markedCode the code of a sequence that was marked and never concluded.
   */
  public OwnerLane(
      final int window, final int maxReplyLength, final long floor, final byte markedCode) {
    this.window = window;
    this.floor = floor;
    this.markedCode = markedCode;
    slotLength = slotLength(maxReplyLength);
    capacity = Math.min(MIN_CAPACITY, window);
    slots = new UnsafeBuffer(new byte[capacity * slotLength]);
  }

  /**
   * Heap bytes of one slot, for computing the bound of a shard's lanes.
   *
   * @param maxReplyLength bound of an answer in bytes.
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
    if (slots.getByte(slot + STATE_OFFSET) != EMPTY) {
      return DUPLICATE;
    }
    slots.putByte(slot + STATE_OFFSET, MARKED);
    slots.putByte(slot + CODE_OFFSET, markedCode);
    slots.putByte(slot + FLAGS_OFFSET, (byte) 0);
    slots.putInt(slot + LENGTH_OFFSET, 0);
    return EXECUTE;
  }

  /**
   * Records the answer of a marked sequence. The answer itself was written at {@link
   * #replyOffset(long)} before.
   *
   * @param sequence marked by {@link #begin}.
   * @param code of the answer.
   * @param flags of the answer.
   * @param length of the answer in bytes.
   */
  public void conclude(final long sequence, final byte code, final byte flags, final int length) {
    final int slot = slotOffset(sequence);
    slots.putByte(slot + CODE_OFFSET, code);
    slots.putByte(slot + FLAGS_OFFSET, flags);
    slots.putInt(slot + LENGTH_OFFSET, length);
    slots.putByte(slot + STATE_OFFSET, DONE);
  }

  /**
   * Holds the answers. Another buffer may take its place at the next {@link #begin}.
   *
   * @return the buffer.
   */
  public MutableDirectBuffer buffer() {
    return slots;
  }

  /**
   * Where the answer of a sequence stands, or is to be written.
   *
   * @param sequence above the floor.
   * @return offset in {@link #buffer()}.
   */
  public int replyOffset(final long sequence) {
    return slotOffset(sequence) + HEADER_LENGTH;
  }

  /**
   * Length of a recorded answer.
   *
   * @param sequence above the floor.
   * @return length in bytes.
   */
  public int replyLength(final long sequence) {
    return slots.getInt(slotOffset(sequence) + LENGTH_OFFSET);
  }

  /**
   * Code of a recorded answer.
   *
   * @param sequence above the floor.
   * @return the code.
   */
  public byte replyCode(final long sequence) {
    return slots.getByte(slotOffset(sequence) + CODE_OFFSET);
  }

  /**
   * Flags of a recorded answer.
   *
   * @param sequence above the floor.
   * @return the flags.
   */
  public byte replyFlags(final long sequence) {
    return slots.getByte(slotOffset(sequence) + FLAGS_OFFSET);
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

  private void raiseFloor(final long newFloor) {
    final long last = Math.min(newFloor, floor + capacity);
    for (long sequence = floor + 1; sequence <= last; sequence++) {
      slots.putByte(slotOffset(sequence) + STATE_OFFSET, EMPTY);
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
