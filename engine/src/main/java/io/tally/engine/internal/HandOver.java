package io.tally.engine.internal;

/**
 * What comes of handing a command over: all results of {@link CommandRouter}, {@link CommandSender}
 * and {@link WatchSender}. The first three are those of a {@link NodeOutput}.
 */
final class HandOver {
  /** A copy left, or may be encoded into the claim. */
  static final int DONE = NodeOutput.CLAIMED;

  /** No room on the way now, in the lane or behind it; to be offered again. */
  static final int BACK_PRESSURED = NodeOutput.BACK_PRESSURED;

  /** The owner is away, or takes nothing new. */
  static final int NO_OWNER = NodeOutput.DOWN;

  /** The shard's incarnation that a copy of this write was sent to is gone, with all its state. */
  static final int LOST = -3;

  /** The owner is another node, and command or reply is too long to go there and back. */
  static final int TOO_LONG = -4;

  /** The owner does not know this message yet. */
  static final int UNSUPPORTED = -5;

  private HandOver() {}
}
