package io.tally.transport.internal;

import io.tally.engine.internal.ShardDirectory;
import java.util.Arrays;

/**
 * What a peer has told of its shards, until an announcement is complete; then the directory knows
 * it. Owned by the receiver.
 */
final class PeerShards {
  private final ShardDirectory directory;
  private final int nodeIndex;
  private final int[] shardIds;
  private final long[] told;
  private long number;
  private int missingCount;

  PeerShards(final ShardDirectory directory, final int nodeIndex) {
    this.directory = directory;
    this.nodeIndex = nodeIndex;
    shardIds = directory.table().shardsOf(nodeIndex);
    told = new long[shardIds.length];
  }

  /**
   * Forgets what was told, as another process takes the peer's place, which is believed its own
   * only.
   */
  void forget() {
    number = 0;
    directory.forget(nodeIndex);
  }

  /** A part of an announcement comes. */
  void begin(final long ofNumber) {
    if (ofNumber != number) {
      number = ofNumber;
      missingCount = shardIds.length;
      Arrays.fill(told, 0);
    }
  }

  /** Returns false if the shard is none of the peer's. */
  boolean tell(final int shardId, final long incarnation) {
    final int index = Arrays.binarySearch(shardIds, shardId);
    if (index < 0) {
      return false;
    }
    if (told[index] == 0) {
      missingCount--;
    }
    told[index] = incarnation;
    return true;
  }

  boolean isComplete() {
    return missingCount == 0;
  }

  /** Returns false if it is older than what was known. */
  boolean publish() {
    return directory.learn(shardIds, told);
  }

  /** The highest incarnation of a complete announcement. */
  long highest() {
    return Arrays.stream(told).max().orElse(0);
  }
}
