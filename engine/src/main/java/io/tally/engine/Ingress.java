package io.tally.engine;

import io.tally.engine.codecs.MessageHeaderDecoder;
import io.tally.engine.codecs.ReplyCode;
import io.tally.lane.IngressLane;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where requests enter the engine: one for each event loop, stepped by it. Keeps every request from
 * its claim to its end, hands it over to its shard, repeats it while the answer is missing, and
 * ends it at its deadline at the latest. This is the only place that knows of requests under way.
 *
 * <p>All methods but {@link #close()} and {@link #stats()} belong to the thread that steps it. To
 * make a request: claim, encode the payload at {@link #payloadOffset(long)} of {@link #buffer()},
 * {@link #submit}. Each submitted request ends in exactly one call of its {@link ReplyHandler}.
 */
public final class Ingress implements SteppedAgent, ReplySink {
  /** Result of a claim: no pending slot is free. Nothing was taken. */
  public static final long FULL = -1;

  /** Result of a claim: this node takes no more requests. */
  public static final long CLOSING = -2;

  private static final long WAITING_STEP_NS = 1_000_000;
  private static final long SHOW_LANES_NS = 100_000_000;
  private static final int INDEX_MASK = EngineSettings.MAX_PENDING_SLOTS - 1;
  private static final int INDEX_BITS = Integer.bitCount(INDEX_MASK);
  private static final int LOST = -3;
  private static final int RETRY_COST = 10;
  private static final int MAX_RETRY_CREDIT = 10_000;

  private final int loop;
  private final int laneWindow;
  private final long requestTimeoutNs;
  private final long queueLimitNs;
  private final long attemptNs;
  private final int shardCount;
  private final int slotLength;
  private final int maxPayloadLength;
  private final CommandRouter router;
  private final CommandProxy proxy;
  private final ReplyQueue replyQueue;
  private final EngineStats stats;
  private final ShardServiceFactory services;
  private final AtomicInteger shownPendingCount = new AtomicInteger();
  private final AtomicInteger shownLaneSpan = new AtomicInteger();
  private final MessageClaim claim = new MessageClaim();
  private final UnsafeBuffer slots;
  private final PendingRequest[] requests;
  private final PendingRequest[] free;
  private final PendingList deadlines = new PendingList();
  private final PendingList attempts = new PendingList();
  private final PendingList[] waiting;
  private final IntArrayList waitingShards = new IntArrayList();
  private final IngressLane[] lanes;
  private final long[] laneIncarnations;
  private final long[] busyUntilNs;
  private final UnresolvedCommands unresolved;
  private int createdCount;
  private int freeCount;
  private int pendingCount;
  private long claimCount;
  private long nowNs;
  private long lanesShownNs;
  private int retryCredit = MAX_RETRY_CREDIT / 10;
  private volatile boolean closing;

  Ingress(
      final int loop,
      final EngineContext context,
      final CommandRouter router,
      final CommandProxy proxy,
      final Wakeup wakeup) {
    this.loop = loop;
    this.router = router;
    this.proxy = proxy;
    laneWindow = context.cluster.laneWindow();
    requestTimeoutNs = context.settings.requestTimeoutNs();
    queueLimitNs = context.settings.queueLimitNs();
    attemptNs = context.settings.attemptNs();
    shardCount = context.cluster.shardCount();
    services = context.services;
    maxPayloadLength = services.maxCommandLength();
    slotLength =
        BitUtil.align(maxPayloadLength + Command.MAX_KEY_LENGTH, BitUtil.CACHE_LINE_LENGTH);
    final int slotCount = context.settings.pendingSlots();
    slots = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.multiplyExact(slotCount, slotLength)));
    requests = new PendingRequest[slotCount];
    free = new PendingRequest[slotCount];
    replyQueue = new ReplyQueue(context.settings.replyCount(), services.maxReplyLength(), wakeup);
    stats = new EngineStats(services.messageTypes());
    lanes = new IngressLane[shardCount];
    laneIncarnations = new long[shardCount];
    busyUntilNs = new long[shardCount];
    unresolved = new UnresolvedCommands(context.link, context.cluster.nodeIds().size());
    waiting = new PendingList[shardCount];
    for (int shard = 0; shard < shardCount; shard++) {
      waiting[shard] = new PendingList();
    }
  }

  /**
   * Claims a pending slot for one request.
   *
   * @param nowNs time in nanoseconds; the deadline is counted from here.
   * @param keyHash {@link KeyHash} of the addressed entity's key.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
  public long tryClaim(
      final long nowNs,
      final long keyHash,
      final boolean write,
      final ReplyHandler handler,
      final long cookie) {
    if (closing) {
      stats.increment(EngineCounter.REJECTED_CLOSING);
      return CLOSING;
    }
    final PendingRequest request = takeFree();
    if (request == null) {
      stats.increment(EngineCounter.REJECTED_PENDING_FULL);
      return FULL;
    }
    this.nowNs = nowNs;
    request.state = PendingRequest.CLAIMED;
    request.correlationId = ++claimCount << INDEX_BITS | request.index;
    request.handler = handler;
    request.cookie = cookie;
    request.write = write;
    request.keyHash = keyHash;
    request.shardId = KeyHash.shard(keyHash, shardCount);
    request.shardIncarnation = 0;
    request.laneSequence = 0;
    request.claimedNs = nowNs;
    request.deadlineNs = nowNs + requestTimeoutNs;
    request.keyLength = 0;
    return request.correlationId;
  }

  /**
   * Holds the payloads of claimed slots.
   *
   * @return the buffer; between claim and submit the slot's part of it belongs to the claimer.
   */
  public MutableDirectBuffer buffer() {
    return slots;
  }

  /**
   * Where the payload of a claimed slot is to be written.
   *
   * @param correlationId as claimed.
   * @return offset in {@link #buffer()}.
   */
  public int payloadOffset(final long correlationId) {
    return claimed(correlationId).payloadOffset;
  }

  /**
   * Gives a claimed write an idempotency key. The bytes are copied.
   *
   * @param correlationId as claimed.
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes, 1 to 128.
   */
  public void idempotencyKey(
      final long correlationId, final byte[] bytes, final int offset, final int length) {
    if (length < 1 || length > Command.MAX_KEY_LENGTH) {
      throw new IllegalArgumentException("idempotency key length out of range: " + length);
    }
    final PendingRequest request = claimed(correlationId);
    slots.putBytes(request.keyOffset(), bytes, offset, length);
    request.keyLength = length;
  }

  /**
   * Gives a claimed slot back unused.
   *
   * @param correlationId as claimed.
   */
  public void abort(final long correlationId) {
    release(claimed(correlationId));
  }

  /**
   * Sends a claimed request on its way. Its handler may be called before this returns.
   *
   * @param correlationId as claimed.
   * @param payloadLength in bytes, at least an SBE header.
   */
  public void submit(final long correlationId, final int payloadLength) {
    final PendingRequest request = claimed(correlationId);
    if (payloadLength < MessageHeaderDecoder.ENCODED_LENGTH || payloadLength > maxPayloadLength) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    request.payloadLength = payloadLength;
    request.templateId =
        slots.getShort(
                request.payloadOffset + MessageHeaderDecoder.templateIdEncodingOffset(),
                ByteOrder.LITTLE_ENDIAN)
            & 0xFFFF;
    request.state = PendingRequest.WAITING;
    request.turnNs = nowNs;
    deadlines.append(request.byDeadline);
    final int shard = request.shardId;
    if (isBusy(shard)) {
      conclude(request, Outcome.BUSY);
    } else if (!waiting[shard].isEmpty()) {
      // Overtaking those that wait would break the order of one connection's commands.
      waiting[shard].append(request.byTurn);
    } else if (handOver(request) == CommandRouter.BACK_PRESSURED) {
      // A handler that asks again while this shard's waiting requests are refused finds it there.
      if (!waitingShards.containsInt(shard)) {
        waitingShards.addInt(shard);
      }
      waiting[shard].append(request.byTurn);
    }
  }

  /**
   * Requests submitted and not yet ended.
   *
   * @return the number.
   */
  public int pendingCount() {
    return pendingCount;
  }

  /**
   * The same for any thread: claimed slots, as of a moment ago.
   *
   * @return the number.
   */
  public int shownPendingCount() {
    return shownPendingCount.getAcquire();
  }

  /**
   * Places taken in the lane of which most are, for any thread: as of the last step but a tick.
   *
   * @return the number, at most the lane window.
   */
  public int shownLaneSpan() {
    return shownLaneSpan.getAcquire();
  }

  /**
   * Most requests that can be under way here; one more is refused as {@link #FULL}.
   *
   * @return the number.
   */
  public int capacity() {
    return requests.length;
  }

  /**
   * What this ingress counted; any thread may read it.
   *
   * @return live counters.
   */
  public EngineStats stats() {
    return stats;
  }

  /**
   * From now on every claim is refused as {@link #CLOSING}; requests under way go on. Any thread.
   */
  public void close() {
    closing = true;
  }

  /** Ends every request that is still under way: those of which a copy has left as timed out. */
  public void abandonAll() {
    for (PendingRequest request = deadlines.first(); request != null; request = deadlines.first()) {
      conclude(request, request.state == PendingRequest.SENT ? Outcome.TIMEOUT : Outcome.CLOSING);
    }
  }

  @Override
  public int doWork(final long nowNs) {
    this.nowNs = nowNs;
    int workCount = replyQueue.drain(this);
    // First of all, so that nothing is handed over whose deadline passed while it waited.
    workCount += expire();
    workCount += offerWaiting();
    workCount += retry();
    router.flush();
    unresolved.report();
    showLanes();
    return workCount;
  }

  private void showLanes() {
    final long sinceNs = nowNs - lanesShownNs;
    // Before the first time there is no time to compare with.
    if (sinceNs >= 0 && sinceNs < SHOW_LANES_NS) {
      return;
    }
    lanesShownNs = nowNs;
    int span = 0;
    for (final IngressLane lane : lanes) {
      span = lane == null ? span : Math.max(span, lane.span());
    }
    shownLaneSpan.lazySet(span);
  }

  @Override
  public long nextStepNs() {
    if (deadlines.isEmpty()) {
      return NEVER;
    }
    if (!waitingShards.isEmpty()) {
      return nowNs + WAITING_STEP_NS;
    }
    final long deadline = deadlines.first().deadlineNs;
    final PendingRequest next = attempts.first();
    return next == null ? deadline : Math.min(deadline, next.turnNs + attemptNs);
  }

  @Override
  public String roleName() {
    return "ingress-" + loop;
  }

  @Override
  public void onReply(
      final long correlationId,
      final ReplyCode code,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final int index = (int) correlationId & INDEX_MASK;
    final PendingRequest request = index < createdCount ? requests[index] : null;
    if (request == null
        || request.correlationId != correlationId
        || request.state != PendingRequest.SENT) {
      stats.increment(EngineCounter.REPLIES_LATE);
      return;
    }
    final Outcome outcome = finalOutcome(code);
    if (outcome != null) {
      conclude(request, outcome, shardIncarnation, replayed, buffer, offset, length);
    } else if (code == ReplyCode.WRONG_INCARNATION) {
      onWrongIncarnation(request, shardIncarnation);
    } else if (code == ReplyCode.BUSY) {
      busyUntilNs[request.shardId] = nowNs + attemptNs;
      refundRetry();
    } else if (code == ReplyCode.EXPIRED) {
      // The request lives: what was known of the owner's clock was old, and this brought better.
      refundRetry();
    }
    // Any other refusal speaks of one copy only: the same sequence goes out again at the next
    // attempt.
  }

  /** A retry that the owner's answer asks for must not use up the budget for lost messages. */
  private void refundRetry() {
    retryCredit = Math.min(MAX_RETRY_CREDIT, retryCredit + RETRY_COST);
  }

  /** Shards whose requests wait to be handed over, at most all of them. */
  int waitingShardCount() {
    return waitingShards.size();
  }

  /** Commands handed over and not resolved. */
  int unresolvedCount() {
    return unresolved.count();
  }

  /** Null before the first command to this shard. */
  IngressLane lane(final int shardId) {
    return lanes[shardId];
  }

  ReplyQueue replyQueue() {
    return replyQueue;
  }

  /** Any thread; see {@link InboundHandler#isResolved}. */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return unresolved.isResolved(nodeIndex, incarnation);
  }

  private static Outcome finalOutcome(final ReplyCode code) {
    return switch (code) {
      case ANSWERED -> Outcome.ANSWERED;
      case INTERNAL -> Outcome.INTERNAL;
      case INVALID -> Outcome.INVALID;
      case KEY_MISMATCH -> Outcome.KEY_MISMATCH;
      case KEY_LIMIT -> Outcome.KEY_LIMIT;
      default -> null;
    };
  }

  private void onWrongIncarnation(final PendingRequest request, final long shardIncarnation) {
    if (shardIncarnation > request.shardIncarnation) {
      enterIncarnation(request.shardId, shardIncarnation);
      if (request.write) {
        conclude(request, Outcome.TIMEOUT);
      } else {
        sendCopy(request);
      }
    }
  }

  private boolean isBusy(final int shard) {
    final long until = busyUntilNs[shard];
    if (until != 0 && until - nowNs > 0) {
      return true;
    }
    busyUntilNs[shard] = 0;
    return false;
  }

  /** Hands the first copy over, or ends the request where there is nobody to hand it to. */
  private int handOver(final PendingRequest request) {
    final int result = sendCopy(request);
    if (result == CommandRouter.CLAIMED) {
      retryCredit = Math.min(MAX_RETRY_CREDIT, retryCredit + 1);
    } else if (result == CommandRouter.NO_OWNER) {
      conclude(request, Outcome.NO_OWNER);
    }
    return result;
  }

  private int sendCopy(final PendingRequest request) {
    final int shard = request.shardId;
    long incarnation = router.shardIncarnation(shard);
    if (incarnation == 0 && request.state == PendingRequest.SENT) {
      incarnation = router.drainingIncarnation(shard);
    }
    if (incarnation == 0) {
      return CommandRouter.NO_OWNER;
    }
    enterIncarnation(shard, incarnation);
    final IngressLane lane = lanes[shard];
    if (request.laneSequence != 0) {
      if (request.shardIncarnation != laneIncarnations[shard]) {
        return LOST;
      }
    } else if (request.write && !lane.hasRoom()) {
      stats.increment(EngineCounter.LANE_FULL);
      return CommandRouter.BACK_PRESSURED;
    }
    final int length = CommandProxy.encodedLength(request.keyLength, request.payloadLength);
    final long deadlineNs = router.deadlineNs(shard, request.claimedNs, requestTimeoutNs);
    final int result = router.tryClaim(shard, length, deadlineNs, claim);
    if (result != CommandRouter.CLAIMED) {
      return result;
    }
    if (request.write && request.laneSequence == 0) {
      request.laneSequence = lane.assign();
    }
    request.shardIncarnation = laneIncarnations[shard];
    proxy.encode(claim, request, router.epoch(shard), lane.floor(), deadlineNs, slots);
    claim.commit();
    if (request.state != PendingRequest.SENT) {
      stats.queueWait().record(nowNs - request.claimedNs, 1);
      unresolved.onHandedOver(router.nodeIndex(shard));
    }
    request.state = PendingRequest.SENT;
    request.turnNs = nowNs;
    request.byTurn.unlink();
    attempts.append(request.byTurn);
    return result;
  }

  private void enterIncarnation(final int shard, final long incarnation) {
    if (incarnation > laneIncarnations[shard]) {
      if (laneIncarnations[shard] != 0) {
        stats.increment(EngineCounter.INCARNATION_CHANGES);
      }
      laneIncarnations[shard] = incarnation;
      lanes[shard] = new IngressLane(laneWindow);
    }
  }

  private int offerWaiting() {
    int workCount = 0;
    for (int i = waitingShards.size() - 1; i >= 0; i--) {
      final int shard = waitingShards.getInt(i);
      workCount += offerWaiting(waiting[shard]);
      if (waiting[shard].isEmpty()) {
        waitingShards.fastUnorderedRemove(i);
      }
    }
    return workCount;
  }

  private int offerWaiting(final PendingList queue) {
    int workCount = 0;
    for (PendingRequest request = queue.first(); request != null; request = queue.first()) {
      if (handOver(request) == CommandRouter.BACK_PRESSURED) {
        if (nowNs - request.turnNs < queueLimitNs) {
          break;
        }
        conclude(request, Outcome.BUSY);
      }
      workCount++;
    }
    return workCount;
  }

  private int expire() {
    int workCount = 0;
    for (PendingRequest request = deadlines.first();
        request != null && request.deadlineNs - nowNs <= 0;
        request = deadlines.first()) {
      conclude(request, request.state == PendingRequest.SENT ? Outcome.TIMEOUT : Outcome.BUSY);
      workCount++;
    }
    return workCount;
  }

  private int retry() {
    int workCount = 0;
    for (PendingRequest request = attempts.first();
        request != null && nowNs - request.turnNs >= attemptNs;
        request = attempts.first()) {
      final int result =
          retryCredit < RETRY_COST ? CommandRouter.BACK_PRESSURED : sendCopy(request);
      if (result == CommandRouter.CLAIMED) {
        retryCredit -= RETRY_COST;
        stats.increment(EngineCounter.LANE_RETRIES);
      } else if (result == LOST) {
        conclude(request, Outcome.TIMEOUT);
      } else {
        request.turnNs = nowNs;
        request.byTurn.unlink();
        attempts.append(request.byTurn);
      }
      workCount++;
    }
    return workCount;
  }

  private void conclude(final PendingRequest request, final Outcome outcome) {
    conclude(request, outcome, 0, false, slots, 0, 0);
  }

  private void conclude(
      final PendingRequest request,
      final Outcome outcome,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    count(request, outcome, buffer, offset, length);
    if (request.laneSequence != 0
        && request.shardIncarnation == laneIncarnations[request.shardId]) {
      lanes[request.shardId].resolve(request.laneSequence);
    }
    final ReplyHandler handler = request.handler;
    final long cookie = request.cookie;
    // The handler may claim again, and may then be given this very slot.
    release(request);
    handler.onReply(cookie, outcome, shardIncarnation, replayed, buffer, offset, length);
  }

  private void count(
      final PendingRequest request,
      final Outcome outcome,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    stats.record(request.templateId, nowNs - request.claimedNs, 1);
    if (outcome != Outcome.ANSWERED || services.isRefusal(buffer, offset, length)) {
      stats.failure(request.templateId);
    }
    switch (outcome) {
      case BUSY -> stats.increment(EngineCounter.REJECTED_BUSY);
      case NO_OWNER -> stats.increment(EngineCounter.REJECTED_NO_OWNER);
      case CLOSING -> stats.increment(EngineCounter.REJECTED_CLOSING);
      case TIMEOUT -> stats.increment(EngineCounter.TIMED_OUT);
      default -> {}
    }
  }

  private PendingRequest claimed(final long correlationId) {
    final PendingRequest request = requests[(int) correlationId & INDEX_MASK];
    if (request.correlationId != correlationId || request.state != PendingRequest.CLAIMED) {
      throw new IllegalStateException("not claimed: " + correlationId);
    }
    return request;
  }

  private PendingRequest takeFree() {
    final PendingRequest request;
    if (freeCount > 0) {
      request = free[--freeCount];
    } else if (createdCount < requests.length) {
      request = new PendingRequest(createdCount, slotLength, maxPayloadLength);
      requests[createdCount++] = request;
    } else {
      return null;
    }
    shownPendingCount.lazySet(++pendingCount);
    return request;
  }

  private void release(final PendingRequest request) {
    if (request.state == PendingRequest.SENT) {
      unresolved.onEnded(router.nodeIndex(request.shardId));
    }
    request.byDeadline.unlink();
    request.byTurn.unlink();
    request.state = PendingRequest.FREE;
    request.handler = null;
    free[freeCount++] = request;
    shownPendingCount.lazySet(--pendingCount);
  }
}
