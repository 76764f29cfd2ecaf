package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;

/**
 * Finds the way of a command: into the ring of a shard that is owned here, or into the next frame
 * to the node that owns it. One for each thread that hands commands over, used by it alone.
 */
final class CommandRouter {
  private final ShardDirectory directory;
  private final MessageRing[] rings;
  private final int[] agentByShard;
  private final Wakeup[] agentWakeups;
  private final boolean wakes;
  private final NodeLink link;
  private final NodeOutput output;
  private final ServiceCatalog catalog;
  private final boolean[] touched;
  private boolean linkTouched;

  /**
   * Creates a router.
   *
   * @param directory which node owns each shard, and in which incarnation.
   * @param rings by shard; null for shards owned elsewhere.
   * @param agentByShard index of the shard agent that polls each ring.
   * @param agentWakeups wake the threads of the shard agents.
   * @param handedOver flags by shard agent, for a loop that steps one itself: this router sets the
   *     flag of each agent that a command went to, and {@link ShardAgent#doWork} of that loop,
   *     which follows in the same turn, steps them all. Null for a thread that steps no shard
   *     agent: {@link #flush} then wakes the threads of those that commands went to.
   * @param link to the other nodes.
   * @param catalog the services of this node.
   */
  CommandRouter(
      final ShardDirectory directory,
      final MessageRing[] rings,
      final int[] agentByShard,
      final Wakeup[] agentWakeups,
      final boolean[] handedOver,
      final NodeLink link,
      final ServiceCatalog catalog) {
    this.directory = directory;
    this.rings = rings;
    this.agentByShard = agentByShard;
    this.agentWakeups = agentWakeups;
    this.link = link;
    output = link.newOutput();
    this.catalog = catalog;
    wakes = handedOver == null;
    touched = wakes ? new boolean[agentWakeups.length] : handedOver;
  }

  /** The router of a loop of a node. */
  static CommandRouter of(
      final EngineContext context,
      final OwnedRings rings,
      final boolean[][] handedOver,
      final int loop) {
    final int ownAgent = context.threads().agentOfLoop(loop);
    return new CommandRouter(
        context.link().directory(),
        rings.byShard,
        rings.agentByShard,
        context.threads().agentWakeups,
        ownAgent < 0 ? null : handedOver[ownAgent],
        context.link(),
        context.services());
  }

  /** What is known of the shards now; to be asked for once for each command. */
  RoutingTable routes() {
    return directory.table();
  }

  /** Whether a node takes new commands for its shard: it is this one, or up. */
  boolean isOpen(final int shardId, final int nodeIndex) {
    return rings[shardId] != null || link.incarnation(nodeIndex) != 0;
  }

  /** Whether a node takes no new commands, but further copies of those it was handed before. */
  boolean isDraining(final int nodeIndex) {
    return link.drainingIncarnation(nodeIndex) != 0;
  }

  /**
   * Whether the owner of a shard knows the message with this header. To be asked after {@link
   * #routes}, from which the command names the shard's incarnation. A successor of that process may
   * get the command instead. If its shards began new lives, they refuse it unread. If they went on
   * with the state of that process, the successor knows the services in at least the same versions:
   * no other process may go on with a state.
   */
  boolean isUnderstood(final int shardId, final int nodeIndex, final long messageHeader) {
    return rings[shardId] != null
        || link.serviceVersion(nodeIndex, MessageHeaderWord.schemaId(messageHeader))
            >= catalog.neededVersion(messageHeader);
  }

  /** Whether the owner of a shard tells this item of an idempotency key from other keys. */
  boolean knowsKeyItem(final int shardId, final int nodeIndex, final int keyItem) {
    return keyItem == 0
        || rings[shardId] != null
        || link.protocolVersion(nodeIndex) >= CommandLayout.ITEM_PROTOCOL;
  }

  /**
   * When a request that began here at startNs ends, in the clock of the shard's owner. May only be
   * asked after {@link #isOpen} or {@link #isDraining} was true.
   */
  long deadlineNs(
      final int shardId, final int nodeIndex, final long startNs, final long timeoutNs) {
    return rings[shardId] != null
        ? startNs + timeoutNs
        : link.peerDeadlineNs(nodeIndex, startNs, timeoutNs);
  }

  /** The process that a shard's commands go to: 0 for this one, and if there is none. */
  long ownerIncarnation(final int shardId, final int nodeIndex) {
    return rings[shardId] != null
        ? 0
        : Math.max(link.incarnation(nodeIndex), link.drainingIncarnation(nodeIndex));
  }

  boolean isLocal(final int shardId) {
    return rings[shardId] != null;
  }

  int tryClaim(
      final int shardId,
      final int nodeIndex,
      final int length,
      final long deadlineNs,
      final MessageClaim claim) {
    if (rings[shardId] != null) {
      if (!rings[shardId].tryClaim(length, deadlineNs, claim)) {
        // What was refused may have left padding, which somebody has to take out of the way.
        touched[agentByShard[shardId]] |= rings[shardId].isLong(length);
        return HandOver.BACK_PRESSURED;
      }
      touched[agentByShard[shardId]] = true;
      return HandOver.DONE;
    }
    if (length > MessageLengths.MAX_BETWEEN_NODES) {
      return HandOver.TOO_LONG;
    }
    final int result = output.tryClaim(nodeIndex, length, claim);
    linkTouched |= result == HandOver.DONE;
    return result;
  }

  /** Whether a peer understands several commands or replies in one message. */
  boolean knowsJointMessages(final int nodeIndex) {
    return link.protocolVersion(nodeIndex) >= CommandsLayout.PROTOCOL;
  }

  /** As {@link NodeOutput#tryExtend}. */
  boolean tryExtend(final int nodeIndex, final int length, final MessageClaim claim) {
    return output.tryExtend(nodeIndex, length, claim);
  }

  /** Whether nothing was handed to the link since the last flush. */
  boolean isFlushed() {
    return !linkTouched;
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
      output.flush();
    }
  }
}
