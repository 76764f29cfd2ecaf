package io.tally.testkit;

import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A counter of a history, or an account: both are added to.
 *
 * @param name as the history knows it.
 * @param kind of which service it is.
 * @param id as its service knows it; that of a counter is that of an account, too.
 * @param entityHash of the id.
 * @param placementHash of the id.
 * @param shardId of its shard.
 * @param use what is added to it.
 */
record Entity(
    String name, Kind kind, byte[] id, long entityHash, long placementHash, int shardId, Use use) {
  /** The services of a simulated node. */
  enum Kind {
    COUNTER,
    ACCOUNT,
    /** An entity of a service that its author tries. */
    TRIAL
  }

  /** What is added, which decides what the checkers can say of it. */
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
   * Two counters in each shard, each use in several of them, and an account beside each; two of one
   * shard have the same tag.
   */
  static List<Entity> spread(final boolean longIds) {
    final List<Entity> counters = new ArrayList<>();
    final List<Entity> accounts = new ArrayList<>();
    final int[] left = new int[Settings.SHARD_COUNT];
    Arrays.fill(left, 2);
    for (int i = 0; counters.size() < 2 * Settings.SHARD_COUNT; i++) {
      final String name = "counter-" + i;
      final String tagged = i % 2 == 1 ? "{tag}" + name : name;
      final String id =
          longIds && i % 4 < 2 ? tagged + "-".repeat(LONG_ID - tagged.length()) : tagged;
      final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
      final int shard =
          StableHash.shard(StableHash.placement(bytes, 0, bytes.length), Settings.SHARD_COUNT);
      if (left[shard] > 0) {
        left[shard]--;
        final int use = counters.size();
        counters.add(of(name, Kind.COUNTER, bytes, shard, use));
        accounts.add(of("account-" + i, Kind.ACCOUNT, bytes, shard, use + 1));
      }
    }
    counters.addAll(accounts);
    return counters;
  }

  /** A counter that is more than added to, under its own name. */
  static Entity counter(final String id) {
    return named(id, Kind.COUNTER, id.getBytes(StandardCharsets.US_ASCII));
  }

  /** The entity with an id, of a service that its author tries. */
  static Entity ofTrial(final String id) {
    return named(id, Kind.TRIAL, id.getBytes(StandardCharsets.UTF_8));
  }

  private static Entity named(final String name, final Kind kind, final byte[] id) {
    final int shard =
        StableHash.shard(StableHash.placement(id, 0, id.length), Settings.SHARD_COUNT);
    return of(name, kind, id, shard, Use.ANY.ordinal());
  }

  private static Entity of(
      final String name, final Kind kind, final byte[] id, final int shardId, final int use) {
    return new Entity(
        name,
        kind,
        id,
        StableHash.hash(id, 0, id.length),
        StableHash.placement(id, 0, id.length),
        shardId,
        Use.values()[use % Use.values().length]);
  }
}
