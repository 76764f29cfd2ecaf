package io.tally.engine;

/**
 * Finds the way of a command: into the ring of a shard that is owned here, or into the next frame
 * to the node that owns it. One for each thread that hands commands over, used by it alone.
 */
final class CommandRouter {
  /** The command may be encoded into the claim. */
  static final int CLAIMED = NodeLink.CLAIMED;

  /** No room on the way now; to be offered again. */
  static final int BACK_PRESSURED = NodeLink.BACK_PRESSURED;

  /** The owner is away, or takes nothing new. */
  static final int NO_OWNER = NodeLink.DOWN;

  /** The owner is another node, and the command is too long to go there. */
  static final int TOO_LONG = -4;

  private final RoutingTable routes;
  private final long ownIncarnation;
  private final MessageRing[] rings;
  private final int[] agentByShard;
  private final Wakeup[] agentWakeups;
  private final boolean wakes;
  private final NodeLink link;
  private final boolean[] touched;
  private boolean linkTouched;

  /**
   * Creates a router.
   *
   * @param routes which node owns each shard.
   * @param ownIncarnation of this node, and so of its shards.
   * @param rings by shard; null for shards owned elsewhere.
   * @param agentByShard index of the shard agent that polls each ring.
   * @param agentWakeups wake the threads of the shard agents.
   * @param handedOver flags by shard agent, for a loop that steps one itself: this router sets the
   *     flag of each agent that a command went to, and {@link ShardAgent#doWork} of that loop,
   *     which follows in the same turn, steps them all. Null for a thread that steps no shard
   *     agent: {@link #flush} then wakes the threads of those that commands went to.
   * @param link to the other nodes.
   */
  CommandRouter(
      final RoutingTable routes,
      final long ownIncarnation,
      final MessageRing[] rings,
      final int[] agentByShard,
      final Wakeup[] agentWakeups,
      final boolean[] handedOver,
      final NodeLink link) {
    this.routes = routes;
    this.ownIncarnation = ownIncarnation;
    this.rings = rings;
    this.agentByShard = agentByShard;
    this.agentWakeups = agentWakeups;
    this.link = link;
    wakes = handedOver == null;
    touched = wakes ? new boolean[agentWakeups.length] : handedOver;
  }

  /** The incarnation of a shard to hand commands to, or 0 while its owner takes none. */
  long shardIncarnation(final int shardId) {
    return rings[shardId] != null ? ownIncarnation : link.incarnation(routes.nodeIndex(shardId));
  }

  /**
   * The incarnation of a shard whose owner drains, or 0 if it does not. Such an owner takes no new
   * commands, but further copies of those that it was handed before.
   */
  long drainingIncarnation(final int shardId) {
    return link.drainingIncarnation(routes.nodeIndex(shardId));
  }

  /**
   * Whether the owner of a shard knows the message with this header. To be asked after {@link
   * #shardIncarnation}, whose answer the command has to name: should it be about a successor of
   * that incarnation already, then the command is refused there unread.
   */
  boolean isUnderstood(final int shardId, final long messageHeader) {
    return rings[shardId] != null
        || link.serviceVersion(routes.nodeIndex(shardId), MessageHeaderWord.schemaId(messageHeader))
            >= MessageHeaderWord.version(messageHeader);
  }

  int nodeIndex(final int shardId) {
    return routes.nodeIndex(shardId);
  }

  long epoch(final int shardId) {
    return routes.epoch(shardId);
  }

  /**
   * When a request that began here at startNs ends, in the clock of the shard's owner. May only be
   * asked while {@link #shardIncarnation} says that the owner is up, or {@link
   * #drainingIncarnation} that it drains.
   */
  long deadlineNs(final int shardId, final long startNs, final long timeoutNs) {
    return rings[shardId] != null
        ? startNs + timeoutNs
        : link.peerDeadlineNs(routes.nodeIndex(shardId), startNs, timeoutNs);
  }

  boolean isLocal(final int shardId) {
    return rings[shardId] != null;
  }

  int tryClaim(
      final int shardId, final int length, final long deadlineNs, final MessageClaim claim) {
    if (rings[shardId] != null) {
      if (!rings[shardId].tryClaim(length, deadlineNs, claim)) {
        // What was refused may have left padding, which somebody has to take out of the way.
        touched[agentByShard[shardId]] |= rings[shardId].isLong(length);
        return BACK_PRESSURED;
      }
      touched[agentByShard[shardId]] = true;
      return CLAIMED;
    }
    if (length > MessageLengths.MAX_BETWEEN_NODES) {
      return TOO_LONG;
    }
    final int result = link.tryClaim(routes.nodeIndex(shardId), length, claim);
    linkTouched |= result == CLAIMED;
    return result;
  }

  /** Wakes those who have something to read since the last flush. */
  void flush() {
    for (int agent = 0; wakes && agent < touched.length; agent++) {
      if (touched[agent]) {
        touched[agent] = false;
        agentWakeups[agent].wake();
      }
    }
    if (linkTouched) {
      linkTouched = false;
      link.flush();
    }
  }
}
