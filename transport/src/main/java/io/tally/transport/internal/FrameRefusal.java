package io.tally.transport.internal;

/** Why a frame that arrived was refused as a whole. A closed set, used as a metric label. */
public enum FrameRefusal {
  /** The schema is not Tally's. */
  FOREIGN_SCHEMA,
  /** The version is not spoken here: older than the oldest, or newer than the newest. */
  VERSION,
  /**
   * It does not start with a frame header, or holds a message of a kind that has no place in a
   * frame.
   */
  UNKNOWN_TEMPLATE,
  /** A length points beyond the end. */
  TRUNCATED,
  /** Larger than the largest frame. */
  OVERSIZED,
  /** More or fewer messages than the header says. */
  MESSAGE_COUNT,
  /** The sender is not a node of this cluster. */
  FOREIGN_SOURCE,
  /** The sender is not the incarnation of the node that this node talks to. */
  SOURCE_INCARNATION,
  /** It acknowledges frames that were never sent. */
  ACKNOWLEDGEMENT,
  /** A hello with an impossible id, or one that contradicts the frame it came in. */
  HELLO,
  /** Incarnations of shards that are not its sender's, or impossible ones. */
  ANNOUNCEMENT,
  /** A hello with another fingerprint. */
  FINGERPRINT,
  /** An incarnation, of a node or its shards, that is far ahead of all clocks that were heard. */
  INCARNATION,
  /** An incarnation, of a node or its shards, that has a successor. */
  STALE_INCARNATION;

  private final String label = name().toLowerCase(java.util.Locale.ROOT);

  /**
   * The label value of this reason.
   *
   * @return lower-case name.
   */
  public String label() {
    return label;
  }
}
