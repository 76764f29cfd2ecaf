package io.tally.engine.internal;

/**
 * What the agents of the engine count. Each counter has one writer for each agent; readers add the
 * agents up.
 */
public enum EngineCounter {
  /** Requests refused because no pending slot was free. */
  REJECTED_PENDING_FULL,
  /** Requests refused because long payloads of other requests took the room for theirs. */
  REJECTED_PAYLOADS_FULL,
  /** Requests refused because ring, lane window or peer window stayed full for the queue limit. */
  REJECTED_BUSY,
  /** Requests refused because the owner of their shard was away. */
  REJECTED_NO_OWNER,
  /** Requests refused because the owner of their shard does not know their message yet. */
  REJECTED_UNSUPPORTED,
  /** Requests refused because they, or their longest reply, are too long to go between nodes. */
  REJECTED_TOO_LONG,
  /** Requests refused because the node was closing. */
  REJECTED_CLOSING,
  /** Requests that passed their deadline after a copy had left. */
  TIMED_OUT,
  /** Replies for requests that had already ended, or of another life of the shard. */
  REPLIES_LATE,
  /**
   * Replies that found no room on their way to another thread or node; those of writes are kept in
   * their lanes.
   */
  REPLIES_DROPPED,
  /** Copies sent after the first one. */
  LANE_RETRIES,
  /** Copies of a write that were answered from its lane slot. */
  LANE_DUPLICATES,
  /** Copies refused because their sequence lay at or below the floor. */
  LANE_STALE,
  /** Copies refused because they broke the lane window. */
  LANE_BEYOND_WINDOW,
  /** Commands refused because they named another incarnation of the shard. */
  WRONG_INCARNATION,
  /** Commands refused because the shard is not owned here. */
  NOT_OWNER,
  /** Commands that had passed their deadline when their turn came. */
  EXPIRED,
  /**
   * Commands answered busy because their ring stayed full for the queue limit after they arrived.
   */
  RECEIVED_BUSY,
  /**
   * Commands from other nodes whose deadline lay beyond the longest that this node allows: the
   * clock of one of the two stood still or was slowed down.
   */
  DEADLINES_CUT,
  /** Messages from other nodes refused as malformed. */
  MALFORMED,
  /**
   * Messages from other nodes that claim to come from another node, or from another incarnation of
   * it, than the one whose frame held them.
   */
  FOREIGN,
  /** Attempts to hand over a write that found the window of its lane full. */
  LANE_FULL,
  /**
   * Commands refused because no service here knows their message, or only as a write and not as a
   * read or the other way round.
   */
  UNKNOWN_MESSAGES,
  /** Times a service threw. */
  SERVICE_FAULTS,
  /** Changes of a shard's incarnation seen by the ingresses. */
  INCARNATION_CHANGES,
  /** Requests answered with what was recorded for an earlier one with the same idempotency key. */
  IDEMPOTENT_REPLAYS,
  /** Requests refused because their idempotency key was used with another payload. */
  IDEMPOTENCY_MISMATCHES,
  /** Requests refused because no further idempotency key could be remembered. */
  IDEMPOTENCY_LIMITED,
  /** Writes refused because there was no room to keep the longest reply that they may have. */
  REPLY_LIMITED,
  /** Commands answered busy because their shard stood still: it was frozen or being installed. */
  SHARD_STANDS_STILL,
  /** Snapshots given up because their sink was full, or because a service threw. */
  SNAPSHOTS_GIVEN_UP,
  /** Watches that the shards of this node have begun to keep: an entity and a node that watches. */
  WATCHES_REGISTERED,
  /** Registrations of watches, and subscriptions, beyond the most that there may be. */
  WATCHES_REFUSED,
  /** Values sent to watchers: because they registered, or because the entity had changed. */
  WATCH_EVENTS_SENT,
  /** Values for watchers that found no room on their way; the next renewal asks for them again. */
  WATCH_EVENTS_DROPPED
}
