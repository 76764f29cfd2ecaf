package io.tally.engine.internal;

import io.tally.lane.internal.IngressLane;
import org.agrona.DirectBuffer;

/**
 * Sends copies of an ingress's pending requests to their shards: each copy of a write under the
 * same lane sequence, which is taken when the first one leaves. Belongs to the ingress's thread.
 */
final class CommandSender {
  private final CommandRouter router;
  private final CommandProxy proxy;
  private final RemoteCommands remote;
  private final DirectBuffer slots;
  private final ServiceCatalog catalog;
  private final boolean checksReplies;
  private final UnresolvedCommands unresolved;
  private final EngineStats stats;
  private final MessageClaim claim = new MessageClaim();

  CommandSender(
      final CommandRouter router,
      final CommandProxy proxy,
      final RemoteCommands remote,
      final DirectBuffer slots,
      final ServiceCatalog catalog,
      final UnresolvedCommands unresolved,
      final EngineStats stats) {
    this.router = router;
    this.proxy = proxy;
    this.remote = remote;
    this.slots = slots;
    this.catalog = catalog;
    checksReplies = !MessageLengths.fitsBetweenNodes(catalog.maxReplyLength());
    this.unresolved = unresolved;
    this.stats = stats;
  }

  int send(final long nowNs, final PendingRequest request, final ShardOutbox outbox) {
    final RoutingTable routes = router.routes();
    final int shard = request.shardId;
    final int owner = routes.nodeIndex(shard);
    // This node is open to itself, knows its own messages, and has its own clock.
    final boolean isLocal = router.isLocal(shard);
    final long ownerIncarnation = isLocal ? 0 : ownerIncarnation(request, owner);
    if (!isLocal && ownerIncarnation == 0) {
      return HandOver.NO_OWNER;
    }
    if (checksReplies && !isLocal && isReplyTooLong(request)) {
      return HandOver.TOO_LONG;
    }
    final long incarnation = routes.incarnation(shard);
    if (incarnation == 0) {
      // The owner is there, and what it says of its shards is on its way.
      return HandOver.BACK_PRESSURED;
    }
    if (outbox.enter(incarnation)) {
      stats.increment(EngineCounter.INCARNATION_CHANGES);
    }
    final IngressLane lane = outbox.lane();
    if (request.laneSequence != 0) {
      if (request.shardIncarnation != outbox.incarnation()) {
        return HandOver.LOST;
      }
      if (!isLocal && !router.knowsKeyItem(owner, ownerIncarnation, request.keyItem)) {
        // An older process may have gone on with the state of the one that had the last copy.
        return HandOver.BACK_PRESSURED;
      }
    } else if (incarnation != outbox.incarnation()) {
      // A reply has told that this life is over, and the directory does not know the next one yet.
      return HandOver.BACK_PRESSURED;
    } else if (!isLocal && !isUnderstood(request, owner, ownerIncarnation)) {
      return router.unsupported(owner, ownerIncarnation);
    } else if (request.write && !lane.hasRoom()) {
      stats.increment(EngineCounter.LANE_FULL);
      return HandOver.BACK_PRESSURED;
    }
    final long epoch = routes.epoch(shard);
    final int result =
        isLocal
            ? router.tryClaimLocal(
                shard, CommandProxy.encodedLength(request), request.deadlineNs, claim)
            : remote.tryClaim(request, owner, ownerIncarnation, outbox.incarnation(), epoch, claim);
    if (result != HandOver.DONE) {
      return result;
    }
    if (request.write && request.laneSequence == 0) {
      request.laneSequence = lane.assign();
    }
    request.shardIncarnation = outbox.incarnation();
    if (isLocal) {
      proxy.encode(claim, request, epoch, lane.floor(), request.deadlineNs, slots);
    } else {
      remote.encode(claim, request, epoch, lane.floor(), slots);
      request.ownerIncarnation = ownerIncarnation;
    }
    claim.commit();
    if (request.state != PendingRequest.SENT) {
      stats.queueWait().record(nowNs - request.claimedNs, 1);
      unresolved.onHandedOver(owner);
    }
    request.state = PendingRequest.SENT;
    return HandOver.DONE;
  }

  private boolean isUnderstood(
      final PendingRequest request, final int owner, final long ownerIncarnation) {
    return router.isUnderstood(request.shardId, owner, request.messageHeader)
        && router.knowsKeyItem(owner, ownerIncarnation, request.keyItem);
  }

  /** The process that takes a copy of a request now; 0 if there is none. */
  private long ownerIncarnation(final PendingRequest request, final int owner) {
    return request.state == PendingRequest.SENT
        ? router.servingIncarnation(owner)
        : router.openIncarnation(owner);
  }

  /**
   * Whether another process of the owner has taken the place of the one with the last copy. Never
   * of a shard that is owned here.
   */
  boolean hasNewOwner(final PendingRequest request) {
    final int shard = request.shardId;
    if (router.isLocal(shard)) {
      return false;
    }
    final long now = router.servingIncarnation(router.routes().nodeIndex(shard));
    return now != 0 && now != request.ownerIncarnation;
  }

  private boolean isReplyTooLong(final PendingRequest request) {
    return !MessageLengths.fitsBetweenNodes(catalog.maxReplyLength(request.messageType));
  }

  /** The shard has said that this incarnation of it is over. */
  void onShardEnded(final ShardOutbox outbox, final long incarnation) {
    if (outbox.end(incarnation)) {
      stats.increment(EngineCounter.INCARNATION_CHANGES);
    }
  }

  /** A request ends. */
  void onEnded(final PendingRequest request) {
    if (request.state == PendingRequest.SENT) {
      unresolved.onEnded(router.routes().nodeIndex(request.shardId));
    }
  }

  /** As {@link CommandRouter#isFlushed}. */
  boolean isFlushed() {
    return router.isFlushed();
  }

  /** Wakes those who have something to read. Called at the end of each step. */
  void flush() {
    router.flush();
    unresolved.report();
  }
}
