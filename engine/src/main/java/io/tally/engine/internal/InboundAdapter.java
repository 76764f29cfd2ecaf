package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.StableHash;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the commands and replies that arrive from other nodes. Everything is checked before it goes
 * further. Belongs to the node's home thread, the one that receives its frames.
 */
final class InboundAdapter implements InboundHandler {
  private static final int NO_SERVICE_CODE = 0;
  private static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);

  private final CommandAdapter commands = new CommandAdapter();
  private final ReplyAdapter replies = new ReplyAdapter();
  private final MessageClaim claim = new MessageClaim();
  private final ShardDirectory directory;
  private final int ownNode;
  private final int shardCount;
  private final int maxLoops;
  private final int maxMessageLength;
  private final int maxQueuedReplyLength;
  private final long ownIncarnation;
  private final long requestTimeoutNs;
  private final int homeLoop;
  private final RingBypass bypass;
  private final CommandRouter router;
  private final ReplyPublisher publisher;
  private final IngressAgent[] ingresses;
  private final boolean[] touched;
  private final EngineStats stats;

  InboundAdapter(
      final EngineContext context,
      final RingBypass bypass,
      final CommandRouter router,
      final ReplyPublisher publisher,
      final IngressAgent[] ingresses,
      final EngineStats stats) {
    final OwnNode node = context.node();
    directory = context.link().directory();
    ownNode = node.index();
    shardCount = node.cluster().shardCount();
    maxLoops = node.cluster().maxLoops();
    final MessageLengths lengths = context.services().lengths();
    maxMessageLength = lengths.maxMessage();
    maxQueuedReplyLength = ReplyQueue.messageLength(lengths.maxReply());
    ownIncarnation = node.incarnation();
    requestTimeoutNs = context.settings().requestTimeoutNs();
    homeLoop = context.threads().homeLoop;
    this.bypass = bypass;
    this.router = router;
    this.publisher = publisher;
    this.ingresses = ingresses;
    this.stats = stats;
    touched = new boolean[ingresses.length];
  }

  @Override
  public int onMessage(
      final long nowNs,
      final long sourceNodeKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH) {
      return malformed();
    }
    return switch (MessageHeaderWord.templateId(MessageHeaderWord.get(buffer, offset))) {
      case CommandDecoder.TEMPLATE_ID ->
          onCommand(nowNs, sourceNodeKey, sourceIncarnation, buffer, offset, length);
      case ReplyDecoder.TEMPLATE_ID -> onReply(sourceNodeKey, buffer, offset, length);
      default -> malformed();
    };
  }

  @Override
  public void refuseBusy(final DirectBuffer buffer, final int offset, final int length) {
    final Command command = commands.decode(buffer, offset, length);
    if (command != null) {
      stats.increment(EngineCounter.RECEIVED_BUSY);
      refuse(command, ReplyCode.BUSY);
    }
  }

  @Override
  public void endBatch() {
    bypass.leave();
  }

  @Override
  public void flush() {
    router.flush();
    publisher.flush();
    for (int loop = 0; loop < touched.length; loop++) {
      if (touched[loop]) {
        touched[loop] = false;
        ingresses[loop].replyQueue().wake();
      }
    }
  }

  @Override
  public void onPeerDraining() {
    for (final IngressAgent ingress : ingresses) {
      ingress.replyQueue().wake();
    }
  }

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    for (final IngressAgent ingress : ingresses) {
      if (!ingress.isResolved(nodeIndex, incarnation)) {
        return false;
      }
    }
    return true;
  }

  EngineStats stats() {
    return stats;
  }

  private int onCommand(
      final long nowNs,
      final long sourceNodeKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Command command = commands.decode(buffer, offset, length);
    if (command == null
        || length > maxMessageLength
        || command.shardId >= shardCount
        || command.shardId != StableHash.shard(command.placementHash, shardCount)
        || command.originLoop >= maxLoops
        || !isInLane(command)
        || !isPeer(command.originNodeKey)) {
      return malformed();
    }
    if (command.originNodeKey != sourceNodeKey || command.originIncarnation != sourceIncarnation) {
      return foreign();
    }
    if (!router.isLocal(command.shardId)) {
      stats.increment(EngineCounter.NOT_OWNER);
      refuse(command, ReplyCode.NOT_OWNER);
      return ACCEPTED;
    }
    final long deadlineNs = deadline(nowNs, command);
    if (bypass.tryApply(command, length, deadlineNs)) {
      return ACCEPTED;
    }
    if (router.tryClaim(command.shardId, ownNode, length, deadlineNs, claim) != HandOver.DONE) {
      return RETRY;
    }
    claim.buffer().putBytes(claim.offset(), buffer, offset, length);
    claim.commit();
    return ACCEPTED;
  }

  /**
   * The deadline of a command, but not later than that of a request which begins now. A peer
   * computes deadlines from what it knows of this node's clock; after one of the two clocks stood
   * still they are too late, until the peer has heard this node's clock again.
   */
  private long deadline(final long nowNs, final Command command) {
    final long latestNs = nowNs + requestTimeoutNs;
    if (command.deadlineNs - latestNs <= 0) {
      return command.deadlineNs;
    }
    stats.increment(EngineCounter.DEADLINES_CUT);
    return latestNs;
  }

  private boolean isPeer(final long originNodeKey) {
    final int node = directory.table().nodeIndexOfKey(originNodeKey);
    return node >= 0 && node != ownNode;
  }

  /**
   * A write's sequence is unresolved while copies of it are encoded, so it lies above the floor. A
   * read has none, or that of a watch.
   */
  private static boolean isInLane(final Command command) {
    return command.write
        ? command.laneFloor >= 0 && command.laneSequence > command.laneFloor
        : command.laneFloor == command.laneSequence
            && WatchLayout.isLaneSequence(command.laneSequence);
  }

  private int onReply(
      final long sourceNodeKey, final DirectBuffer buffer, final int offset, final int length) {
    if (!replies.wrap(buffer, offset, length)
        || replies.originIncarnation() != ownIncarnation
        || replies.originLoop() >= ingresses.length
        || replies.shardId() >= shardCount) {
      return malformed();
    }
    final RoutingTable routes = directory.table();
    if (routes.nodeKey(routes.nodeIndex(replies.shardId())) != sourceNodeKey) {
      return foreign();
    }
    final int loop = replies.originLoop();
    if (loop == homeLoop) {
      try {
        // Others wait for the shards, and this takes longer than a command.
        bypass.leave();
      } finally {
        replies.dispatch(buffer, ingresses[loop].requests());
      }
      return ACCEPTED;
    }
    if (length > maxQueuedReplyLength) {
      return malformed();
    }
    touched[loop] = true;
    if (ingresses[loop].replyQueue().tryClaim(length, claim)) {
      claim.buffer().putBytes(claim.offset(), buffer, offset, length);
      claim.commit();
    } else {
      stats.increment(EngineCounter.REPLIES_DROPPED);
    }
    return ACCEPTED;
  }

  private void refuse(final Command command, final ReplyCode code) {
    publisher.publish(command, 0, code, NO_SERVICE_CODE, false, EMPTY, 0, 0);
  }

  private int foreign() {
    stats.increment(EngineCounter.FOREIGN);
    return REFUSED;
  }

  private int malformed() {
    stats.increment(EngineCounter.MALFORMED);
    return REFUSED;
  }
}
