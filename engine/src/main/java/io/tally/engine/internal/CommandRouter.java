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
    return isLocal(shardId) || link.incarnation(nodeIndex) != 0;
  }

  /** The process of another node that takes new commands; 0 if there is none. */
  long openIncarnation(final int nodeIndex) {
    return link.incarnation(nodeIndex);
  }

  /** The process that takes further copies of the commands it was handed; 0 if there is none. */
  long servingIncarnation(final int nodeIndex) {
    return Math.max(link.incarnation(nodeIndex), link.drainingIncarnation(nodeIndex));
  }

  /**
   * Whether the owner of a shard knows the message with this header. To be asked after {@link
   * #routes}, from which the command names the shard's incarnation. Where this tells of a successor
   * of the process that gets the command, that one's shards have ended, or it has to know the
   * services in at least the same versions: no other process may go on with a state.
   */
  boolean isUnderstood(final int shardId, final int nodeIndex, final long messageHeader) {
    return rings[shardId] != null
        || link.serviceVersion(nodeIndex, MessageHeaderWord.schemaId(messageHeader))
            >= catalog.neededVersion(messageHeader);
  }

  /** The result for a command that a process of another node does not understand. */
  int unsupported(final int nodeIndex, final long incarnation) {
    // If another process has just taken its place, it was not asked what it knows.
    return link.incarnation(nodeIndex) == incarnation
        ? HandOver.UNSUPPORTED
        : HandOver.BACK_PRESSURED;
  }

  /** Whether a process of another node tells this item of an idempotency key from other keys. */
  boolean knowsKeyItem(final int nodeIndex, final long incarnation, final int keyItem) {
    return keyItem == 0
        || link.protocolVersion(nodeIndex, incarnation) >= CommandLayout.ITEM_PROTOCOL;
  }

  /** Whether a process of another node understands several commands in one message. */
  boolean knowsJointMessages(final int nodeIndex, final long incarnation) {
    return link.protocolVersion(nodeIndex, incarnation) >= CommandsLayout.PROTOCOL;
  }

  boolean isLocal(final int shardId) {
    return rings[shardId] != null;
  }

  /** Claims space in the ring of a shard that is owned here. */
  int tryClaimLocal(
      final int shardId, final int length, final long deadlineNs, final MessageClaim claim) {
    if (!rings[shardId].tryClaim(length, deadlineNs, claim)) {
      // What was refused may have left padding, which somebody has to take out of the way.
      touched[agentByShard[shardId]] |= rings[shardId].isLong(length);
      return HandOver.BACK_PRESSURED;
    }
    touched[agentByShard[shardId]] = true;
    return HandOver.DONE;
  }

  /**
   * As {@link NodeOutput#tryClaim}. There is no owner only if no process of that node is open;
   * another one may just have taken the place of the one that is meant.
   */
  int tryClaimRemote(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    if (length > MessageLengths.MAX_BETWEEN_NODES) {
      return HandOver.TOO_LONG;
    }
    final int result = output.tryClaim(nodeIndex, incarnation, length, claim);
    linkTouched |= result == HandOver.DONE;
    return result == HandOver.NO_OWNER && link.incarnation(nodeIndex) != 0
        ? HandOver.BACK_PRESSURED
        : result;
  }

  /** As {@link NodeOutput#tryExtend}. */
  boolean tryExtend(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    return output.tryExtend(nodeIndex, incarnation, length, claim);
  }

  /** As {@link NodeOutput#deadlineNs}. */
  long remoteDeadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    return output.deadlineNs(nodeIndex, startNs, timeoutNs);
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
