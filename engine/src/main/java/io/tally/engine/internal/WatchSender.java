package io.tally.engine.internal;

import org.agrona.concurrent.UnsafeBuffer;

/** Sends registrations of watches to the owners of their shards. Belongs to the watcher. */
final class WatchSender {
  private static final long NO_FLOOR = 0;

  private final CommandRouter router;
  private final CommandProxy proxy;
  private final long timeoutNs;
  private final UnsafeBuffer noKey = new UnsafeBuffer(new byte[0]);
  private final PendingRequest request = new PendingRequest(0, 0, 0, noKey);
  private final MessageClaim claim = new MessageClaim();

  /** A copy is not applied later than timeoutNs after it left. */
  WatchSender(final CommandRouter router, final CommandProxy proxy, final long timeoutNs) {
    this.router = router;
    this.proxy = proxy;
    this.timeoutNs = timeoutNs;
  }

  /** The incarnation whose word counts now, or 0 while the owner is away. */
  long shardIncarnation(final Watch watch) {
    final RoutingTable routes = router.routes();
    return router.isOpen(watch.shardId, routes.nodeIndex(watch.shardId))
        ? routes.incarnation(watch.shardId)
        : 0;
  }

  /** Returns one of the results of {@link HandOver}. */
  int send(final long nowNs, final Watch watch) {
    final RoutingTable routes = router.routes();
    final int shard = watch.shardId;
    final int owner = routes.nodeIndex(shard);
    final boolean isLocal = router.isLocal(shard);
    final long ownerIncarnation = isLocal ? 0 : router.openIncarnation(owner);
    if (!isLocal && ownerIncarnation == 0) {
      return HandOver.NO_OWNER;
    }
    final long incarnation = routes.incarnation(shard);
    if (incarnation == 0) {
      // The owner is there, and what it says of its shards is on its way.
      return HandOver.BACK_PRESSURED;
    }
    if (!router.isUnderstood(shard, owner, watch.payloadHeader)) {
      return router.unsupported(owner, ownerIncarnation);
    }
    final int length = CommandLayout.encodedLength(0, watch.payload.capacity());
    final int result =
        isLocal
            ? router.tryClaimLocal(shard, length, nowNs + timeoutNs, claim)
            : router.tryClaimRemote(owner, ownerIncarnation, length, claim);
    if (result == HandOver.DONE) {
      final long deadlineNs =
          isLocal ? nowNs + timeoutNs : router.remoteDeadlineNs(owner, nowNs, timeoutNs);
      request.shardIncarnation = incarnation;
      request.correlationId = watch.nextCorrelationId();
      request.laneSequence = watch.held(incarnation);
      request.placementHash = watch.placementHash;
      request.entityHash = watch.entityHash;
      request.shardId = shard;
      request.payload = watch.payload;
      request.payloadOffset = 0;
      request.payloadLength = watch.payload.capacity();
      proxy.encode(claim, request, routes.epoch(shard), NO_FLOOR, deadlineNs, noKey);
      claim.commit();
    }
    return result;
  }

  void flush() {
    router.flush();
  }
}
