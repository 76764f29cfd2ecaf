package io.tally.transport.internal;

/**
 * What a link counts, beside the refusals by {@link FrameRefusal} and the histogram of frame sizes.
 */
public enum LinkCounter {
  /** Frames handed to the carrier. */
  FRAMES_SENT,
  /** Bytes of these frames. */
  BYTES_SENT,
  /** Commands in these frames. */
  COMMANDS_SENT,
  /** Replies in these frames. */
  REPLIES_SENT,
  /** Hellos in these frames. */
  HELLOS_SENT,
  /** Frames that the carrier did not take; their messages are lost. */
  PUBLISH_FAILURES,
  /**
   * Commands and replies that were claimed and never left: their peer went away, or the carrier
   * failed.
   */
  MESSAGES_DROPPED,
  /** Times that a peer's window of unacknowledged bytes became full while messages waited. */
  WINDOW_STALLS,
  /** Attempts to claim room in the queue to a peer that found it full. */
  QUEUE_FULL,
  /** Frames that arrived. */
  FRAMES_RECEIVED,
  /** Bytes of these frames. */
  BYTES_RECEIVED,
  /** Commands that arrived and were accepted. */
  COMMANDS_RECEIVED,
  /** Replies that arrived and were accepted. */
  REPLIES_RECEIVED,
  /** Hellos that arrived, this node's own excepted. */
  HELLOS_RECEIVED,
  /** Commands and replies that the inbound handler refused; a message it cannot read is one. */
  MESSAGES_REFUSED,
  /** Commands, replies and messages at which the inbound handler threw. */
  MESSAGE_FAULTS,
  /** Commands answered "busy" because their ring stayed full for the queue limit. */
  COMMANDS_BUSY,
  /** Replies dropped because they found no room for the queue limit. */
  REPLIES_DROPPED,
  /** Frames that had to wait for room in a ring. */
  FRAMES_HELD,
  /** Frames dropped because too many, or too many bytes, waited for the receiver already. */
  INBOUND_FULL,
  /**
   * Frames dropped because too much of their peer waited for room in a ring already, or because its
   * incarnation ended meanwhile.
   */
  FRAMES_DROPPED,
  /** Times that a peer was replaced by a newer incarnation. */
  INCARNATION_CHANGES,
  /** Times that a peer was declared down because nothing was heard of it. */
  PEERS_SILENT,
  /** Times that a peer that was heard acknowledged nothing for as long. */
  PEERS_DEAF
}
