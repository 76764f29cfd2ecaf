package io.tally.engine.internal;

/**
 * What one agent has for the other nodes. Messages to a peer are gathered until they are flushed,
 * so what threads share is touched once for many. Used by one thread at a time, which flushes
 * before it leaves this to another. Never blocks.
 */
public interface NodeOutput {
  /** The message was claimed and must be committed or aborted, before the next one is claimed. */
  int CLAIMED = 1;

  /**
   * No room: the window of unacknowledged bytes to this peer, or the buffer in front of it, is
   * full. Try again.
   */
  int BACK_PRESSURED = -1;

  /** The peer is not reachable as far as this node knows. */
  int DOWN = -2;

  /**
   * Claims space for one message in one of the next frames to a peer. A peer that drains is still
   * sent replies, and copies of commands it was handed before; whoever hands over a new one asks
   * {@link NodeLink#incarnation(int)} first.
   *
   * @param nodeIndex of the peer.
   * @param length of the message in bytes.
   * @param claim receives the space when the result is {@link #CLAIMED}.
   * @return {@link #CLAIMED}, {@link #BACK_PRESSURED} or {@link #DOWN}.
   */
  int tryClaim(int nodeIndex, int length, MessageClaim claim);

  /**
   * Claims more space at the end of the message that was claimed last for a peer, and committed.
   * That message then ends where this space does. There is none if the message has been flushed, if
   * it waits for what is not gathered, or if there is no room; the caller claims another message
   * then.
   *
   * @param nodeIndex of the peer.
   * @param length of the space in bytes.
   * @param claim receives the space if there is some.
   * @return whether there is.
   */
  boolean tryExtend(int nodeIndex, int length, MessageClaim claim);

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
