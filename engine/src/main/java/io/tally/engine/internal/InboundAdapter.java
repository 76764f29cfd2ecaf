package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.StableHash;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.RepliesDecoder;
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
  private static final int NO_TEMPLATE = -1;
  private static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);

  private final CommandAdapter commandAdapter = new CommandAdapter();
  private final CommandsAdapter commandsAdapter = new CommandsAdapter();
  private final ReplyAdapter replyAdapter = new ReplyAdapter();
  private final RepliesAdapter repliesAdapter = new RepliesAdapter();
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

  /** The message that was begun; {@link #NO_TEMPLATE} if nothing in it can be read. */
  private int templateId = NO_TEMPLATE;

  private DirectBuffer message;
  private int messageOffset;
  private int messageLength;

  /** The command that found no room last. */
  private Command retried;

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
  public int begin(final DirectBuffer buffer, final int offset, final int length) {
    if (message != buffer) {
      message = buffer;
    }
    messageOffset = offset;
    messageLength = length;
    templateId =
        length < MessageHeaderWord.ENCODED_LENGTH
            ? NO_TEMPLATE
            : MessageHeaderWord.templateId(MessageHeaderWord.get(buffer, offset));
    int count = 1;
    if (templateId == CommandsDecoder.TEMPLATE_ID) {
      count = commandsAdapter.wrap(buffer, offset, length);
    } else if (templateId == RepliesDecoder.TEMPLATE_ID) {
      count = repliesAdapter.wrap(buffer, offset, length);
    }
    if (count == 0) {
      templateId = NO_TEMPLATE;
    }
    return Math.max(1, count);
  }

  @Override
  public void skip() {
    // No reply is ever offered again.
    if (templateId == CommandsDecoder.TEMPLATE_ID) {
      commandsAdapter.next();
    }
  }

  @Override
  public int onNext(final long nowNs, final long sourceNodeKey, final long sourceIncarnation) {
    return switch (templateId) {
      case CommandsDecoder.TEMPLATE_ID ->
          onCommand(nowNs, sourceNodeKey, sourceIncarnation, commandsAdapter.next());
      case RepliesDecoder.TEMPLATE_ID -> onReply(sourceNodeKey, repliesAdapter.next());
      case CommandDecoder.TEMPLATE_ID ->
          onCommand(
              nowNs,
              sourceNodeKey,
              sourceIncarnation,
              commandAdapter.decode(message, messageOffset, messageLength));
      case ReplyDecoder.TEMPLATE_ID ->
          onReply(
              sourceNodeKey,
              replyAdapter.wrap(message, messageOffset, messageLength) ? replyAdapter : null);
      default -> malformed();
    };
  }

  @Override
  public void refuseBusy() {
    stats.increment(EngineCounter.RECEIVED_BUSY);
    refuse(retried, ReplyCode.BUSY);
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
      final Command command) {
    if (command == null) {
      return malformed();
    }
    final int length =
        CommandLayout.encodedLength(
            command.keyItem, command.idempotencyKeyLength, command.payloadLength);
    if (length > maxMessageLength
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
    if (router.tryClaimLocal(command.shardId, length, deadlineNs, claim) != HandOver.DONE) {
      retried = command;
      return RETRY;
    }
    CommandProxy.copy(claim, command);
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

  private int onReply(final long sourceNodeKey, final ReplyAdapter reply) {
    if (reply == null
        || reply.originIncarnation() != ownIncarnation
        || reply.originLoop() >= ingresses.length
        || reply.shardId() >= shardCount) {
      return malformed();
    }
    final RoutingTable routes = directory.table();
    if (routes.nodeKey(routes.nodeIndex(reply.shardId())) != sourceNodeKey) {
      return foreign();
    }
    final int loop = reply.originLoop();
    if (loop == homeLoop) {
      try {
        // Others wait for the shards, and this takes longer than a command.
        bypass.leave();
      } finally {
        reply.dispatch(message, ingresses[loop].requests());
      }
      return ACCEPTED;
    }
    final int length = reply.encodedLength();
    if (length > maxQueuedReplyLength) {
      return malformed();
    }
    touched[loop] = true;
    if (ingresses[loop].replyQueue().tryClaim(length, claim)) {
      reply.copy(message, claim);
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
