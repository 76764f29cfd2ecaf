package io.tally.engine.internal;

import io.tally.engine.internal.codecs.ReplyCode;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * Sends replies back to where their commands came from: by a direct call to the ingress of the
 * calling thread, through the {@link ReplyQueue} of another ingress of this node, or over the link.
 * One for each poller and one for what arrives from other nodes; used by one thread at a time.
 */
final class ReplyPublisher {
  private final MessageClaim claim = new MessageClaim();
  private final ReplyProxy proxy = new ReplyProxy();
  private final RoutingTable routes;
  private final long ownNodeKey;
  private final long ownIncarnation;
  private int ownLoop;
  private final RequestTracker[] trackers;
  private final ReplyQueue[] queues;
  private final RemoteReplies remote;
  private final EngineStats stats;
  private final boolean[] touched;
  private boolean linkTouched;

  ReplyPublisher(
      final RoutingTable routes,
      final int ownNode,
      final long ownIncarnation,
      final int ownLoop,
      final IngressAgent[] ingresses,
      final RemoteReplies remote,
      final EngineStats stats) {
    this.routes = routes;
    ownNodeKey = routes.nodeKey(ownNode);
    this.ownIncarnation = ownIncarnation;
    this.ownLoop = ownLoop;
    this.remote = remote;
    this.stats = stats;
    // The tracker of each ingress, to have one object less to fetch for each reply.
    trackers = Arrays.stream(ingresses).map(IngressAgent::requests).toArray(RequestTracker[]::new);
    queues = Arrays.stream(ingresses).map(IngressAgent::replyQueue).toArray(ReplyQueue[]::new);
    touched = new boolean[ingresses.length];
  }

  /** Publishes on the thread of a loop; the ingresses are those of the node. */
  static ReplyPublisher of(
      final EngineContext context,
      final int loop,
      final IngressAgent[] ingresses,
      final EngineStats stats) {
    return new ReplyPublisher(
        context.link().directory().table(),
        context.node().index(),
        context.node().incarnation(),
        loop,
        ingresses,
        new RemoteReplies(
            context.link(),
            context.node().cluster().nodeIds().size(),
            context.services().lengths()),
        stats);
  }

  /** The thread of this loop publishes from now on: its ingress is called directly. */
  void publishesOn(final int loop) {
    ownLoop = loop;
  }

  void publish(
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final int loop = command.originLoop;
    final boolean local = command.originNodeKey == ownNodeKey;
    if (local && command.originIncarnation == ownIncarnation && loop == ownLoop) {
      trackers[loop].onReply(
          command.correlationId,
          code,
          serviceCode,
          shardIncarnation,
          replayed,
          payload,
          offset,
          length);
    } else if (local
        ? !tryQueue(command, shardIncarnation, code, serviceCode, replayed, payload, offset, length)
        : !tryRemote(
            command, shardIncarnation, code, serviceCode, replayed, payload, offset, length)) {
      // Nothing is lost: the lane keeps the reply of a write, and the ingress sends another copy.
      stats.increment(EngineCounter.REPLIES_DROPPED);
    }
  }

  /**
   * Tells a watcher what the service has answered. Returns false if there is no room, which costs
   * nothing else: replies to commands are left theirs.
   */
  boolean tell(
      final Command command,
      final long shardIncarnation,
      final int serviceCode,
      final DirectBuffer payload,
      final int length) {
    final ReplyCode code = ReplyCode.ANSWERED;
    final int loop = command.originLoop;
    final boolean local = command.originNodeKey == ownNodeKey;
    if (local && command.originIncarnation == ownIncarnation && loop == ownLoop) {
      trackers[loop].onReply(
          command.correlationId, code, serviceCode, shardIncarnation, false, payload, 0, length);
    } else if (!(local ? hasSpareSlots(command) : hasSpareRoom(command))
        || !(local
            ? tryQueue(command, shardIncarnation, code, serviceCode, false, payload, 0, length)
            : tryRemote(command, shardIncarnation, code, serviceCode, false, payload, 0, length))) {
      stats.increment(EngineCounter.WATCH_EVENTS_DROPPED);
      return false;
    }
    stats.increment(EngineCounter.WATCH_EVENTS_SENT);
    return true;
  }

  /** Wakes those who have something to read since the last flush. */
  void flush() {
    for (int loop = 0; loop < touched.length; loop++) {
      if (touched[loop]) {
        touched[loop] = false;
        queues[loop].wake();
      }
    }
    if (linkTouched) {
      linkTouched = false;
      remote.flush();
    }
  }

  private boolean tryQueue(
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final int loop = command.originLoop;
    if (!isQueue(command)) {
      return false;
    }
    touched[loop] = true;
    if (!queues[loop].tryClaim(ReplyLayout.encodedLength(length), claim)) {
      return false;
    }
    proxy.encode(
        claim, command, shardIncarnation, code, serviceCode, replayed, payload, offset, length);
    claim.commit();
    return true;
  }

  private boolean isQueue(final Command command) {
    return command.originIncarnation == ownIncarnation && command.originLoop < queues.length;
  }

  private boolean hasSpareSlots(final Command command) {
    return isQueue(command) && queues[command.originLoop].hasSpareSlots();
  }

  private boolean hasSpareRoom(final Command command) {
    final int node = routes.nodeIndexOfKey(command.originNodeKey);
    return node >= 0 && remote.hasSpareRoom(node);
  }

  private boolean tryRemote(
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final int node = routes.nodeIndexOfKey(command.originNodeKey);
    // A node that asks for a reply that is too long for the link breaks the rules of its ingress.
    if (node < 0 || !MessageLengths.fitsBetweenNodes(length)) {
      return false;
    }
    linkTouched = true;
    return remote.tryPublish(
        node, command, shardIncarnation, code, serviceCode, replayed, payload, offset, length);
  }
}
