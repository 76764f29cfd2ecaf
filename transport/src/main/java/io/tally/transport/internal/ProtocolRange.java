package io.tally.transport.internal;

/**
 * The versions of the protocol between nodes that a process speaks: all from the lowest to the
 * highest, which is not below it.
 */
record ProtocolRange(int lowest, int highest) {
  /** Version 1 was the first to say in its hellos what it speaks. */
  static final int FIRST = 1;

  /** What this process speaks. The highest rises with every change of what nodes say. */
  static final ProtocolRange OWN = new ProtocolRange(FIRST, 4);

  /** There is no common version. */
  static final int NONE = 0;

  /** The version in which two processes talk, or {@link #NONE}. */
  int highestCommon(final ProtocolRange other) {
    final int common = Math.min(highest, other.highest);
    return common >= Math.max(lowest, other.lowest) ? common : NONE;
  }
}
