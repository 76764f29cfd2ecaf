package io.tally.engine.internal;

/** Where the parts of a watch stand: in fields of a Command, and in the payload of a Reply. */
final class WatchLayout {
  /** What {@link #held} is of an origin that holds no value of this incarnation of the shard. */
  static final long NOTHING_HELD = -1;

  private static final int COPY_BITS = 8;
  private static final long COPY_MASK = (1L << COPY_BITS) - 1;

  static final int ORDER = 0;
  static final int VERSION = ORDER + Long.BYTES;
  static final int REPLY = VERSION + Long.BYTES;

  /** Room for what a watcher is told. */
  static final int MAX_LENGTH = REPLY + MessageLengths.SHORT_REPLY_BOUND;

  private WatchLayout() {}

  /** The lane sequence of the registration of an origin that holds this version. */
  static long held(final long version) {
    return version + 1;
  }

  /**
   * The correlation id of one of a watch's registrations, of which the last 256 can be told apart:
   * what is refused to an older one means nothing any more.
   */
  static long correlationId(final long watchId, final int copy) {
    return watchId << COPY_BITS | copy & COPY_MASK;
  }

  static long watchId(final long correlationId) {
    return correlationId >> COPY_BITS;
  }

  /** A plain read has the lane sequence 0, and no lane has a negative one. */
  static boolean isLaneSequence(final long value) {
    return value >= NOTHING_HELD;
  }

  /** Only these are kept by owner and watcher, so that what a watch costs has a bound. */
  static boolean isWatchable(final ServiceMessages.Known message, final int payloadLength) {
    return !message.write()
        && message.maxReplyLength() <= MessageLengths.SHORT_REPLY_BOUND
        && payloadLength <= MessageLengths.SHORT_COMMAND_BOUND;
  }
}
