package io.tally.engine.internal;

/**
 * What one agent has for the other nodes. Messages to a peer are gathered until they are flushed,
 * so what threads share is touched once for many. Each is meant for one process of that peer, and
 * no other one is ever sent it. Used by one thread at a time, which flushes before it leaves this
 * to another. Never blocks.
 */
public interface NodeOutput {
  /** The message was claimed, and must be committed or aborted before anything else is claimed. */
  int CLAIMED = 1;

  /**
   * No room: the window of unacknowledged bytes to this peer, or the buffer in front of it, is
   * full. Try again.
   */
  int BACK_PRESSURED = -1;

  /** That process of the peer is not reachable as far as this node knows. */
  int DOWN = -2;

  /**
   * Claims space for one message in one of the next frames to a peer. A peer that drains is still
   * sent replies, and copies of commands it was handed before; whoever hands over a new one asks
   * {@link NodeLink#incarnation(int)} first.
   *
   * @param nodeIndex of the peer.
   * @param incarnation of the peer that the message is meant for.
   * @param length of the message in bytes.
   * @param claim receives the space when the result is {@link #CLAIMED}.
   * @return {@link #CLAIMED}, {@link #BACK_PRESSURED} or {@link #DOWN}.
   */
  int tryClaim(int nodeIndex, long incarnation, int length, MessageClaim claim);

  /**
   * Claims more space at the end of the message that was claimed last for a peer, and committed.
   * That message then ends where this space does. There is none if the message has been flushed, if
   * it waits for what is not gathered, or if there is no room; the caller claims another message
   * then.
   *
   * @param nodeIndex of the peer.
   * @param incarnation of the peer that the message has to be meant for.
   * @param length of the space in bytes.
   * @param claim receives the space if there is some.
   * @return whether there is.
   */
  boolean tryExtend(int nodeIndex, long incarnation, int length, MessageClaim claim);

  /**
   * When a request that began here ends, in the monotonic clock of the process that the message
   * claimed last for a peer is meant for: never later there than here, and no longer after its
   * begin than that process allows.
   *
   * @param nodeIndex of the peer, for which a message was claimed.
   * @param startNs when the request began, in this process's monotonic clock.
   * @param timeoutNs after which it ends.
   * @return time in the peer's monotonic clock, nanoseconds.
   */
  long deadlineNs(int nodeIndex, long startNs, long timeoutNs);

  /**
   * Whether so little waits for a peer that commands and replies keep their room if a message is
   * claimed that may as well be dropped.
   *
   * @param nodeIndex of the peer.
   * @return false if such a message is to be dropped.
   */
  boolean hasSpareRoom(int nodeIndex);

  /** Hands over what has been claimed and committed; the frames leave soon after. */
  void flush();
}
