package io.tally.transport;

import io.tally.engine.KeyHash;
import java.util.List;

/**
 * A hash of the protocol's version and of all settings on which the processes of a cluster have to
 * agree.
 */
final class Fingerprint {
  /** Rises with every change of what nodes say to each other. */
  private static final int PROTOCOL_VERSION = 2;

  private Fingerprint() {}

  static long of(
      final List<String> sortedNodeIds,
      final int shardCount,
      final String seed,
      final int laneWindow) {
    // The seed is the one free text and stands last, so that no two configurations give the same
    // string.
    return KeyHash.hash(
        "protocol="
            + PROTOCOL_VERSION
            + " nodes="
            + String.join(",", sortedNodeIds)
            + " shards="
            + shardCount
            + " hash="
            + KeyHash.VERSION
            + " lanes="
            + laneWindow
            + " seed="
            + seed);
  }
}
