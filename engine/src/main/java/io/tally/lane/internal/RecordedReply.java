package io.tally.lane.internal;

/**
 * What a lane records of one sequence besides the bytes of its reply, in one word that is written
 * at once. From its highest bits: length, service code, flags, code, state.
 */
public final class RecordedReply {
  static final long EMPTY = 0;
  static final long DONE_OUTSIDE = 3;
  static final long DROPPED = 4;
  private static final long MARKED = 1;
  private static final long DONE = 2;
  private static final long STATE_MASK = 0xFF;
  private static final int CODE_SHIFT = 8;
  private static final int FLAGS_SHIFT = 16;
  private static final int SERVICE_CODE_SHIFT = 24;
  private static final int LENGTH_SHIFT = 32;

  private RecordedReply() {}

  static long marked(final byte code) {
    return MARKED | (code & 0xFFL) << CODE_SHIFT;
  }

  static long done(final byte code, final byte serviceCode, final byte flags, final int length) {
    return DONE
        | (code & 0xFFL) << CODE_SHIFT
        | (flags & 0xFFL) << FLAGS_SHIFT
        | (serviceCode & 0xFFL) << SERVICE_CODE_SHIFT
        | (long) length << LENGTH_SHIFT;
  }

  static long withState(final long recorded, final long state) {
    return recorded & ~STATE_MASK | state;
  }

  /**
   * Whether a recorded reply stands in its slot: in {@link OwnerLane#buffer()} at {@link
   * OwnerLane#replyOffset}.
   *
   * @param recorded from {@link OwnerLane#recorded}.
   * @return false if it stands in {@link OwnerLane#longReply}, or is no longer kept.
   */
  public static boolean isInSlot(final long recorded) {
    return (recorded & STATE_MASK) <= DONE;
  }

  /**
   * Length of a recorded reply.
   *
   * @param recorded from {@link OwnerLane#recorded}.
   * @return length in bytes.
   */
  public static int lengthOf(final long recorded) {
    return (int) (recorded >>> LENGTH_SHIFT);
  }

  /**
   * Code of a recorded reply.
   *
   * @param recorded from {@link OwnerLane#recorded}.
   * @return the code.
   */
  public static byte codeOf(final long recorded) {
    return (byte) (recorded >>> CODE_SHIFT);
  }

  /**
   * Service code of a recorded reply.
   *
   * @param recorded from {@link OwnerLane#recorded}.
   * @return the code, 0 to 255.
   */
  public static int serviceCodeOf(final long recorded) {
    return (int) (recorded >>> SERVICE_CODE_SHIFT) & 0xFF;
  }

  /**
   * Flags of a recorded reply.
   *
   * @param recorded from {@link OwnerLane#recorded}.
   * @return the flags.
   */
  public static byte flagsOf(final long recorded) {
    return (byte) (recorded >>> FLAGS_SHIFT);
  }
}
