package io.tally.lane.internal;

/**
 * The sending end of a lane: assigns sequences to the writes of one ingress to one incarnation of
 * one shard, and keeps the floor below which every sequence is resolved. Not thread-safe.
 */
public final class IngressLane {
  /** Heap of a lane without its bits. */
  private static final int LANE_BYTES = 64;

  private final long[] resolved;
  private final int window;
  private long next = 1;
  private long low = 1;

  /**
   * Creates a lane that has sent nothing.
   *
   * @param window most sequences from the lowest unresolved one on, a power of two of at least 64;
   *     the same at both ends.
   */
  public IngressLane(final int window) {
    if (window < 64 || Integer.bitCount(window) != 1) {
      throw new IllegalArgumentException("lane window must be a power of two from 64: " + window);
    }
    this.window = window;
    resolved = new long[window / 64];
  }

  /**
   * Heap that a lane takes.
   *
   * @param window of the lane.
   * @return the bytes.
   */
  public static int bytes(final int window) {
    return LANE_BYTES + window / Byte.SIZE;
  }

  /**
   * Whether a sequence can be assigned.
   *
   * @return false if the next sequence is a window above the lowest unresolved one.
   */
  public boolean hasRoom() {
    return next < low + window;
  }

  /**
   * Places of the window that are taken: by sequences that are not resolved, and by those above the
   * lowest of them that are.
   *
   * @return the number, at most the window.
   */
  public int span() {
    return (int) (next - low);
  }

  /**
   * Assigns the next sequence.
   *
   * @return the sequence, from 1 on.
   */
  public long assign() {
    if (!hasRoom()) {
      throw new IllegalStateException("lane window is full");
    }
    return next++;
  }

  /**
   * Declares that a sequence is resolved: it was answered, or its request was given up. It must
   * never be sent again.
   *
   * @param sequence assigned by this lane and not resolved before.
   */
  public void resolve(final long sequence) {
    if (sequence < low || sequence >= next) {
      throw new IllegalStateException(
          "sequence " + sequence + " is not open in " + low + ".." + next);
    }
    resolved[word(sequence)] |= bit(sequence);
    while (low < next && (resolved[word(low)] & bit(low)) != 0) {
      resolved[word(low)] &= ~bit(low);
      low++;
    }
  }

  /**
   * The highest sequence up to which all are resolved; sent along with every command.
   *
   * @return the floor, 0 if nothing is resolved.
   */
  public long floor() {
    return low - 1;
  }

  private int word(final long sequence) {
    return (int) (sequence & (window - 1)) >>> 6;
  }

  private static long bit(final long sequence) {
    return 1L << sequence;
  }
}
