package io.tally.engine;

import io.tally.engine.codecs.MessageHeaderDecoder;
import io.tally.engine.codecs.ReplyCode;
import io.tally.lane.IngressLane;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Where requests enter the engine: one for each event loop, stepped by it. Keeps every request from
 * its claim to its end, hands it over to its shard, repeats it while the reply is missing, and ends
 * it at its deadline at the latest. This is the only place that knows of requests under way.
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

  /** Bound of an idempotency key in bytes. */
  public static final int MAX_IDEMPOTENCY_KEY_LENGTH = CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH;

  static final long WAITING_STEP_NS = 1_000_000;
  private static final long SHOW_LANES_NS = 100_000_000;

  private final int loop;
  private final int shardCount;
  private final int maxPayloadLength;
  private final long requestTimeoutNs;
  private final long queueLimitNs;
  private final long attemptNs;
  private final ShardServiceFactory services;
  private final PendingSlots slots;
  private final ShardOutbox[] outboxes;
  private final CommandSender sender;
  private final RetryBudget retries = new RetryBudget();
  private final UnresolvedCommands unresolved;
  private final ReplyQueue replyQueue;
  private final EngineStats stats;
  private final PendingList deadlines = new PendingList();
  private final PendingList attempts = new PendingList();
  private final IntArrayList waitingShards = new IntArrayList();
  private final AtomicInteger shownLaneSpan = new AtomicInteger();
  private long nowNs;
  private long lanesShownNs;
  private volatile boolean closing;

  Ingress(
      final int loop,
      final EngineContext context,
      final RoutingTable routes,
      final CommandRouter router) {
    this.loop = loop;
    final EngineSettings settings = context.settings;
    requestTimeoutNs = settings.requestTimeoutNs();
    queueLimitNs = settings.queueLimitNs();
    attemptNs = settings.attemptNs();
    services = context.services;
    maxPayloadLength = services.maxCommandLength();
    slots = new PendingSlots(settings.pendingSlots(), maxPayloadLength);
    shardCount = context.cluster.shardCount();
    outboxes = new ShardOutbox[shardCount];
    Arrays.setAll(outboxes, shard -> new ShardOutbox(context.cluster.laneWindow()));
    replyQueue =
        new ReplyQueue(
            settings.replyCount(), services.maxReplyLength(), context.threads.ingressWakeups[loop]);
    stats = new EngineStats(services.messageTypes());
    unresolved = new UnresolvedCommands(context.link, context.cluster.nodeIds().size());
    final long ownNodeKey = routes.nodeKey(context.nodeIndex());
    sender =
        new CommandSender(
            router,
            new CommandProxy(ownNodeKey, context.incarnation, loop),
            slots.buffer(),
            unresolved,
            stats,
            requestTimeoutNs);
  }

  /**
   * Claims a pending slot for one request.
   *
   * @param nowNs time in nanoseconds; the deadline is counted from here.
   * @param entityHash {@link StableHash} of the addressed entity's id.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
  public long tryClaim(
      final long nowNs,
      final long entityHash,
      final boolean write,
      final ReplyHandler handler,
      final long cookie) {
    if (closing) {
      stats.increment(EngineCounter.REJECTED_CLOSING);
      return CLOSING;
    }
    final PendingRequest request = slots.claim();
    if (request == null) {
      stats.increment(EngineCounter.REJECTED_PENDING_FULL);
      return FULL;
    }
    this.nowNs = nowNs;
    request.handler = handler;
    request.cookie = cookie;
    request.write = write;
    request.entityHash = entityHash;
    request.shardId = StableHash.shard(entityHash, shardCount);
    request.shardIncarnation = 0;
    request.laneSequence = 0;
    request.claimedNs = nowNs;
    request.deadlineNs = nowNs + requestTimeoutNs;
    request.idempotencyKeyLength = 0;
    return request.correlationId;
  }

  /**
   * Holds the payloads of claimed slots.
   *
   * @return the buffer; between claim and submit the slot's part of it belongs to the claimer.
   */
  public MutableDirectBuffer buffer() {
    return slots.buffer();
  }

  /**
   * Where the payload of a claimed slot is to be written.
   *
   * @param correlationId as claimed.
   * @return offset in {@link #buffer()}.
   */
  public int payloadOffset(final long correlationId) {
    return slots.claimed(correlationId).payloadOffset;
  }

  /**
   * Gives a claimed write an idempotency key. The bytes are copied.
   *
   * @param correlationId as claimed.
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes, 1 to {@link #MAX_IDEMPOTENCY_KEY_LENGTH}.
   */
  public void idempotencyKey(
      final long correlationId, final byte[] bytes, final int offset, final int length) {
    if (length < 1 || length > MAX_IDEMPOTENCY_KEY_LENGTH) {
      throw new IllegalArgumentException("idempotency key length out of range: " + length);
    }
    final PendingRequest request = slots.claimed(correlationId);
    slots.buffer().putBytes(request.idempotencyKeyOffset(), bytes, offset, length);
    request.idempotencyKeyLength = length;
  }

  /**
   * Gives a claimed slot back unused.
   *
   * @param correlationId as claimed.
   */
  public void abort(final long correlationId) {
    release(slots.claimed(correlationId));
  }

  /**
   * Sends a claimed request on its way. Its handler may be called before this returns.
   *
   * @param correlationId as claimed.
   * @param payloadLength in bytes, at least an SBE header.
   */
  public void submit(final long correlationId, final int payloadLength) {
    final PendingRequest request = slots.claimed(correlationId);
    if (payloadLength < MessageHeaderDecoder.ENCODED_LENGTH || payloadLength > maxPayloadLength) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    request.payloadLength = payloadLength;
    request.templateId =
        MessageHeaderWord.templateId(MessageHeaderWord.get(slots.buffer(), request.payloadOffset));
    request.state = PendingRequest.WAITING;
    request.turnNs = nowNs;
    deadlines.append(request.byDeadline);
    final ShardOutbox outbox = outboxes[request.shardId];
    if (outbox.isBusy(nowNs)) {
      conclude(request, Outcome.BUSY);
    } else if (!outbox.waiting.isEmpty()) {
      // Overtaking those that wait would break the order of one connection's commands.
      outbox.waiting.append(request.byTurn);
    } else if (handOver(request, outbox) == CommandSender.BACK_PRESSURED) {
      // The shard may be listed although nothing waited: a handler asks again while offerWaiting
      // refuses the last that did.
      if (!waitingShards.containsInt(request.shardId)) {
        waitingShards.addInt(request.shardId);
      }
      outbox.waiting.append(request.byTurn);
    }
  }

  /**
   * Requests submitted and not yet ended.
   *
   * @return the number.
   */
  public int pendingCount() {
    return slots.claimedCount();
  }

  /**
   * The same for any thread: claimed slots, as of a moment ago.
   *
   * @return the number.
   */
  public int shownPendingCount() {
    return slots.shownClaimedCount();
  }

  /**
   * Places taken in the fullest lane of this ingress. Any thread; up to a tenth of a second old.
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
    return slots.capacity();
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
    // Before anything is handed over: what waited past its deadline must not leave any more.
    workCount += expire();
    workCount += offerWaiting();
    workCount += retry();
    sender.flush();
    showLanes();
    return workCount;
  }

  private void showLanes() {
    final long sinceNs = nowNs - lanesShownNs;
    // A clock may start anywhere, so at the first step this may be negative.
    if (sinceNs >= 0 && sinceNs < SHOW_LANES_NS) {
      return;
    }
    lanesShownNs = nowNs;
    int span = 0;
    for (final ShardOutbox outbox : outboxes) {
      final IngressLane lane = outbox.lane();
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
    final PendingRequest request = slots.sent(correlationId);
    if (request == null) {
      stats.increment(EngineCounter.REPLIES_LATE);
      return;
    }
    final Outcome outcome = Outcome.ofFinal(code);
    if (outcome != null) {
      conclude(request, outcome, shardIncarnation, replayed, buffer, offset, length);
    } else if (code == ReplyCode.WRONG_INCARNATION) {
      onWrongIncarnation(request, shardIncarnation);
    } else if (code == ReplyCode.BUSY) {
      outboxes[request.shardId].busyUntil(nowNs + attemptNs);
      retries.refund();
    } else if (code == ReplyCode.EXPIRED) {
      // Not by this node's clock: what it knew of the owner's was out of date. The frame that held
      // this reply has brought a newer reading, so the next copy may arrive in time.
      retries.refund();
    }
    // Whatever else refused this copy, another one under the same sequence follows at the next
    // attempt: only a reply that was recorded in the lane is final.
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
    return outboxes[shardId].lane();
  }

  ReplyQueue replyQueue() {
    return replyQueue;
  }

  /** Any thread; see {@link InboundHandler#isResolved}. */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return unresolved.isResolved(nodeIndex, incarnation);
  }

  private void onWrongIncarnation(final PendingRequest request, final long shardIncarnation) {
    if (shardIncarnation > request.shardIncarnation) {
      sender.enter(outboxes[request.shardId], shardIncarnation);
      if (request.write) {
        conclude(request, Outcome.TIMEOUT);
      } else {
        sendCopy(request, outboxes[request.shardId]);
      }
    }
  }

  /** Hands the first copy over, or ends the request where there is nobody to hand it to. */
  private int handOver(final PendingRequest request, final ShardOutbox outbox) {
    final int result = sendCopy(request, outbox);
    if (result == CommandSender.SENT) {
      retries.onHandedOver();
    } else if (result == CommandSender.NO_OWNER) {
      conclude(request, Outcome.NO_OWNER);
    }
    return result;
  }

  private int sendCopy(final PendingRequest request, final ShardOutbox outbox) {
    final int result = sender.send(nowNs, request, outbox);
    if (result == CommandSender.SENT) {
      awaitTurn(request);
    }
    return result;
  }

  /** The next attempt follows after {@link #attemptNs}, unless a reply ends the request before. */
  private void awaitTurn(final PendingRequest request) {
    request.turnNs = nowNs;
    request.byTurn.unlink();
    attempts.append(request.byTurn);
  }

  private int offerWaiting() {
    int workCount = 0;
    for (int i = waitingShards.size() - 1; i >= 0; i--) {
      final int shard = waitingShards.getInt(i);
      workCount += offerWaiting(outboxes[shard]);
      if (outboxes[shard].waiting.isEmpty()) {
        waitingShards.fastUnorderedRemove(i);
      }
    }
    return workCount;
  }

  private int offerWaiting(final ShardOutbox outbox) {
    final PendingList queue = outbox.waiting;
    int workCount = 0;
    for (PendingRequest request = queue.first(); request != null; request = queue.first()) {
      if (handOver(request, outbox) == CommandSender.BACK_PRESSURED) {
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
          retries.isExhausted()
              ? CommandSender.BACK_PRESSURED
              : sendCopy(request, outboxes[request.shardId]);
      if (result == CommandSender.SENT) {
        retries.onRetry();
        stats.increment(EngineCounter.LANE_RETRIES);
      } else if (result == CommandSender.LOST) {
        conclude(request, Outcome.TIMEOUT);
      } else {
        awaitTurn(request);
      }
      workCount++;
    }
    return workCount;
  }

  private void conclude(final PendingRequest request, final Outcome outcome) {
    conclude(request, outcome, 0, false, slots.buffer(), 0, 0);
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
    outboxes[request.shardId].resolve(request);
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

  private void release(final PendingRequest request) {
    sender.onEnded(request);
    request.byDeadline.unlink();
    request.byTurn.unlink();
    slots.release(request);
  }
}
