package io.tally.engine.internal;

import java.util.stream.IntStream;

/** The rings of the shards that a node owns, and which of its shard agents polls each. */
final class OwnedRings {
  /** The ring of each shard; null for those owned elsewhere. */
  final MessageRing[] byShard;

  /** The agent of each shard, which have them in turn; -1 for shards owned elsewhere. */
  final int[] agentByShard;

  OwnedRings(final EngineContext context) {
    final RoutingTable routes = context.link().directory().table();
    final MessageLengths lengths = context.services().lengths();
    byShard = new MessageRing[routes.shardCount()];
    agentByShard = new int[byShard.length];
    final int node = context.node().index();
    int owned = 0;
    for (int shard = 0; shard < byShard.length; shard++) {
      final boolean isOwned = routes.nodeIndex(shard) == node;
      agentByShard[shard] = isOwned ? owned++ % context.threads().agentWakeups.length : -1;
      if (isOwned) {
        byShard[shard] =
            new MessageRing(
                context.settings().ringSlots(), lengths.shortMessage(), lengths.maxMessage());
      }
    }
  }

  /** The shards whose rings an agent polls. */
  IntStream shardsOf(final int agent) {
    return IntStream.range(0, byShard.length).filter(shard -> agentByShard[shard] == agent);
  }
}
