package io.tally.engine;

import io.tally.engine.codecs.CommandDecoder;
import io.tally.engine.codecs.ReplyCode;
import io.tally.engine.codecs.ReplyDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes the commands and replies that arrive from other nodes. Everything is checked before it goes
 * further. Belongs to the node's home thread, the one that receives its frames.
 */
public final class InboundAdapter implements InboundHandler {
  /** The message was taken over. */
  public static final int ACCEPTED = 1;

  /** The ring the command goes to is full: the caller keeps it and offers it again. */
  public static final int RETRY = -1;

  /** The message was malformed or foreign; it was counted and dropped. */
  public static final int REFUSED = -2;

  private static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);

  private final CommandAdapter commands = new CommandAdapter();
  private final ReplyAdapter replies = new ReplyAdapter();
  private final MessageClaim claim = new MessageClaim();
  private final RoutingTable routes;
  private final int ownNode;
  private final int shardCount;
  private final int maxMessageLength;
  private final int maxQueuedReplyLength;
  private final long ownIncarnation;
  private final long requestTimeoutNs;
  private final int homeLoop;
  private final CommandRouter router;
  private final ReplyPublisher publisher;
  private final Ingress[] ingresses;
  private final boolean[] touched;
  private final EngineStats stats;

  InboundAdapter(
      final EngineContext context,
      final RoutingTable routes,
      final CommandRouter router,
      final ReplyPublisher publisher,
      final Ingress[] ingresses,
      final EngineStats stats) {
    this.routes = routes;
    ownNode = context.nodeIndex();
    shardCount = routes.shardCount();
    maxMessageLength = EngineSettings.maxMessageLength(context.services);
    maxQueuedReplyLength = ReplyQueue.maxMessageLength(context.services.maxReplyLength());
    ownIncarnation = context.incarnation;
    requestTimeoutNs = context.settings.requestTimeoutNs();
    homeLoop = context.threads.homeLoop;
    this.router = router;
    this.publisher = publisher;
    this.ingresses = ingresses;
    this.stats = stats;
    touched = new boolean[ingresses.length];
  }

  /**
   * Takes one message with its SBE header. Its bytes are copied or used up before this returns.
   *
   * @param nowNs time in nanoseconds, read after the message had arrived.
   * @param sourceKey key of the node that sent it; what claims to come from another is refused.
   * @param sourceIncarnation of that node.
   * @param buffer holds the message.
   * @param offset of the message.
   * @param length of the message in bytes; nothing beyond it is read.
   * @return {@link #ACCEPTED}, {@link #RETRY} or {@link #REFUSED}.
   */
  @Override
  public int onMessage(
      final long nowNs,
      final long sourceKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH) {
      return malformed();
    }
    return switch (MessageHeaderWord.templateId(MessageHeaderWord.get(buffer, offset))) {
      case CommandDecoder.TEMPLATE_ID ->
          onCommand(nowNs, sourceKey, sourceIncarnation, buffer, offset, length);
      case ReplyDecoder.TEMPLATE_ID ->
          onReply(sourceKey, sourceIncarnation, buffer, offset, length);
      default -> malformed();
    };
  }

  /**
   * Answers busy to a command for which {@link #onMessage} returned {@link #RETRY} for the whole
   * queue limit.
   *
   * @param buffer holds the command.
   * @param offset of the command.
   * @param length of the command in bytes.
   */
  public void refuseBusy(final DirectBuffer buffer, final int offset, final int length) {
    final Command command = commands.decode(buffer, offset, length);
    if (command != null) {
      stats.increment(EngineCounter.RECEIVED_BUSY);
      refuse(command, ReplyCode.BUSY);
    }
  }

  /**
   * Wakes the agents to which messages went since the last flush. To be called at the end of every
   * batch.
   */
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
    for (final Ingress ingress : ingresses) {
      ingress.replyQueue().wake();
    }
  }

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    for (final Ingress ingress : ingresses) {
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
      final long sourceKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Command command = commands.decode(buffer, offset, length);
    if (command == null
        || length > maxMessageLength
        || command.shardId >= shardCount
        || command.shardId != KeyHash.shard(command.keyHash, shardCount)
        || !isInLane(command)
        || !isPeer(command.originKey)) {
      return malformed();
    }
    if (command.originKey != sourceKey || command.originIncarnation != sourceIncarnation) {
      return foreign();
    }
    if (!router.isLocal(command.shardId)) {
      stats.increment(EngineCounter.NOT_OWNER);
      refuse(command, ReplyCode.NOT_OWNER);
      return ACCEPTED;
    }
    if (router.tryClaim(command.shardId, length, deadline(nowNs, command), claim)
        != CommandRouter.CLAIMED) {
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

  private boolean isPeer(final long originKey) {
    final int node = routes.nodeIndexOfKey(originKey);
    return node >= 0 && node != ownNode;
  }

  /**
   * A write's sequence is unresolved while copies of it are encoded, so it lies above the floor.
   */
  private static boolean isInLane(final Command command) {
    return command.laneFloor >= 0
        && (command.write ? command.laneSequence > command.laneFloor : command.laneSequence == 0);
  }

  private int onReply(
      final long sourceKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (!replies.wrap(buffer, offset, length)
        || replies.originIncarnation() != ownIncarnation
        || replies.originLoop() >= ingresses.length
        || replies.shardId() >= shardCount) {
      return malformed();
    }
    // A node that does not own the shard refuses with the incarnation 0.
    final long shardIncarnation = replies.shardIncarnation();
    if (routes.nodeKey(routes.nodeIndex(replies.shardId())) != sourceKey
        || shardIncarnation != 0 && shardIncarnation != sourceIncarnation) {
      return foreign();
    }
    final int loop = replies.originLoop();
    if (loop == homeLoop) {
      replies.dispatch(buffer, ingresses[loop]);
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
    publisher.publish(command, 0, 0, code, false, EMPTY, 0, 0);
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
