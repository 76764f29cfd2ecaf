package io.tally.engine;

import java.util.stream.IntStream;

/** The rings of the shards that a node owns, and which of its shard agents polls each. */
final class OwnedRings {
  /** By shard; null for those owned elsewhere. */
  final MessageRing[] rings;

  /** By shard, in turn; -1 for those owned elsewhere. */
  final int[] agentByShard;

  OwnedRings(final EngineContext context) {
    final RoutingTable routes = context.directory.table();
    final MessageLengths lengths = context.lengths;
    rings = new MessageRing[routes.shardCount()];
    agentByShard = new int[rings.length];
    int owned = 0;
    for (int shard = 0; shard < rings.length; shard++) {
      final boolean isOwned = routes.nodeIndex(shard) == context.nodeIndex();
      agentByShard[shard] = isOwned ? owned++ % context.threads.agentWakeups.length : -1;
      if (isOwned) {
        rings[shard] =
            new MessageRing(
                context.settings.ringSlots(), lengths.shortMessage(), lengths.maxMessage());
      }
    }
  }

  /** The shards whose rings an agent polls. */
  IntStream shardsOf(final int agent) {
    return IntStream.range(0, rings.length).filter(shard -> agentByShard[shard] == agent);
  }
}
