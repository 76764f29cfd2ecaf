package io.tally.testkit;

import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A counter of a history.
 *
 * @param name as the history knows it.
 * @param id as the service knows it.
 * @param shardId of its shard.
 * @param use what is added to it.
 */
record Counter(String name, byte[] id, int shardId, Use use) {
  /** What is added to a counter, which decides what the checkers can say of it. */
  enum Use {
    /** One at a time, often under keys that several requests share. */
    ONES,
    /** A power of four each, never the same twice. */
    POWERS,
    /** Anything. */
    ANY
  }

  private static final int LONG_ID = 250;

  /**
   * Two counters in each shard, each use in several of them; two of one shard have the same tag.
   */
  static List<Counter> spread(final Settings settings) {
    final List<Counter> counters = new ArrayList<>();
    final int[] left = new int[Settings.SHARD_COUNT];
    Arrays.fill(left, 2);
    for (int i = 0; counters.size() < 2 * Settings.SHARD_COUNT; i++) {
      final String name = "counter-" + i;
      final String tagged = i % 2 == 1 ? "{tag}" + name : name;
      final String id =
          settings.longIds() && i % 4 < 2 ? tagged + "-".repeat(LONG_ID - tagged.length()) : tagged;
      final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
      final int shard =
          StableHash.shard(StableHash.placement(bytes, 0, bytes.length), Settings.SHARD_COUNT);
      if (left[shard] > 0) {
        left[shard]--;
        counters.add(new Counter(name, bytes, shard, Use.values()[counters.size() % 3]));
      }
    }
    return counters;
  }
}
