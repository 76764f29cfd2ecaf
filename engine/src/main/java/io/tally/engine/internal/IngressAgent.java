package io.tally.engine.internal;

import io.tally.engine.EngineSettings;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;

/**
 * An ingress, stepped by its event loop. It and its parts are the only place that knows of requests
 * under way: {@link PendingSlots} keeps them, {@link RequestTracker} brings them to their end,
 * {@link CommandSender} sends their copies.
 *
 * <p>All methods but {@link #close()}, {@link #stats()} and those that show something belong to the
 * thread that steps it.
 */
public final class IngressAgent extends Ingress implements SteppedAgent {
  private static final long SHOW_LANES_NS = 100_000_000;

  private final int loop;
  private final int shardCount;
  private final int maxPayloadLength;
  private final ServiceCatalog catalog;
  private final long requestTimeoutNs;
  private final PendingSlots slots;
  private final CommandSender sender;
  private final RequestTracker requests;
  private final UnresolvedCommands unresolved;
  private final ReplyQueue replyQueue;
  private final EngineStats stats;
  private final AtomicInteger shownLaneSpan = new AtomicInteger();
  private long lanesShownNs;
  private long lastStepNs;
  private volatile boolean closing;

  IngressAgent(final int loop, final EngineContext context, final CommandRouter router) {
    this.loop = loop;
    final EngineSettings settings = context.settings();
    requestTimeoutNs = settings.requestTimeoutNs();
    catalog = context.services();
    final MessageLengths lengths = catalog.lengths();
    maxPayloadLength = lengths.maxCommand();
    slots =
        new PendingSlots(
            settings.pendingSlots(), lengths.shortCommand(), settings.longPayloadBytes());
    final OwnNode node = context.node();
    shardCount = node.cluster().shardCount();
    replyQueue =
        new ReplyQueue(
            EngineMemory.replyCount(settings), lengths, context.threads().ingressWakeups[loop]);
    stats = new EngineStats(catalog.messageNames());
    unresolved = new UnresolvedCommands(context.link(), node.cluster().nodeIds().size());
    final long ownNodeKey = context.link().directory().table().nodeKey(node.index());
    final CommandProxy proxy = new CommandProxy(ownNodeKey, node.incarnation(), loop);
    sender =
        new CommandSender(
            router,
            proxy,
            new RemoteCommands(router, proxy, node, ownNodeKey, loop, lengths, requestTimeoutNs),
            slots.buffer(),
            catalog,
            unresolved,
            stats);
    requests = new RequestTracker(context, slots, sender, stats);
  }

  @Override
  public long tryClaim(
      final long nowNs,
      final long placementHash,
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
    request.handler = handler;
    request.cookie = cookie;
    request.write = write;
    request.placementHash = placementHash;
    request.entityHash = entityHash;
    request.shardId = StableHash.shard(placementHash, shardCount);
    request.shardIncarnation = 0;
    request.laneSequence = 0;
    request.claimedNs = requests.atLeastNs(nowNs);
    request.deadlineNs = nowNs + requestTimeoutNs;
    request.idempotencyKeyLength = 0;
    request.keyItem = 0;
    return request.correlationId;
  }

  @Override
  public long tryClaim(
      final long nowNs,
      final long placementHash,
      final long entityHash,
      final boolean write,
      final ReplyHandler handler,
      final long cookie,
      final int payloadLength) {
    if (payloadLength > maxPayloadLength) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    final boolean isLong = slots.isLong(payloadLength);
    if (isLong && !closing && !slots.hasRoom(payloadLength)) {
      stats.increment(EngineCounter.REJECTED_PAYLOADS_FULL);
      return FULL;
    }
    final long correlationId = tryClaim(nowNs, placementHash, entityHash, write, handler, cookie);
    if (isLong && correlationId >= 0) {
      slots.takeLong(slots.claimed(correlationId), payloadLength);
    }
    return correlationId;
  }

  @Override
  public long refusalOf(final int count) {
    if (closing) {
      stats.increment(EngineCounter.REJECTED_CLOSING);
      return CLOSING;
    }
    if (count > slots.capacity() - slots.claimedCount()) {
      stats.increment(EngineCounter.REJECTED_PENDING_FULL);
      return FULL;
    }
    return 0;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return slots.buffer();
  }

  @Override
  public MutableDirectBuffer buffer(final long correlationId) {
    return slots.claimed(correlationId).payload;
  }

  @Override
  public int payloadOffset(final long correlationId) {
    return slots.claimed(correlationId).payloadOffset;
  }

  @Override
  public void idempotencyKey(
      final long correlationId, final byte[] bytes, final int offset, final int length) {
    idempotencyKey(correlationId, bytes, offset, length, 0);
  }

  @Override
  public void idempotencyKey(
      final long correlationId,
      final byte[] bytes,
      final int offset,
      final int length,
      final int item) {
    if (item < 0 || item > MAX_KEY_ITEM) {
      throw new IllegalArgumentException("item of a key out of range: " + item);
    }
    if (length < 1 || length > MAX_IDEMPOTENCY_KEY_LENGTH) {
      throw new IllegalArgumentException("idempotency key length out of range: " + length);
    }
    final PendingRequest request = slots.claimed(correlationId);
    slots.buffer().putBytes(request.idempotencyKeyOffset(), bytes, offset, length);
    request.idempotencyKeyLength = length;
    request.keyItem = item;
  }

  @Override
  public void abort(final long correlationId) {
    slots.release(slots.claimed(correlationId));
  }

  @Override
  public void submit(final long correlationId, final int payloadLength) {
    final PendingRequest request = slots.claimed(correlationId);
    if (payloadLength < MessageHeaderDecoder.ENCODED_LENGTH
        || payloadLength > slots.maxPayloadLength(request)) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    request.payloadLength = payloadLength;
    request.messageHeader = MessageHeaderWord.get(request.payload, request.payloadOffset);
    request.messageType = catalog.indexOf(request.messageHeader);
    requests.submit(request);
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
   * Claimed slots for any thread, as of a moment ago.
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

  @Override
  public int shardCount() {
    return shardCount;
  }

  @Override
  public long requestTimeoutNs() {
    return requestTimeoutNs;
  }

  @Override
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

  /** Refuses every claim as {@link #CLOSING} from now on; requests under way go on. Any thread. */
  public void close() {
    closing = true;
  }

  /** Ends every request that is still under way: those of which a copy has left as timed out. */
  public void abandonAll() {
    requests.abandonAll();
  }

  @Override
  public int doWork(final long nowNs) {
    lastStepNs = nowNs;
    requests.nowNs(nowNs);
    int workCount = replyQueue.drain(requests);
    workCount += requests.advance();
    sender.flush();
    showLanes(nowNs);
    return workCount;
  }

  @Override
  public long nextStepNs() {
    // A reply may have made its handler hand over a command after this agent's turn.
    return sender.isFlushed() ? requests.nextStepNs() : lastStepNs;
  }

  /** The tracker, which also takes the replies to this ingress's commands, on its own thread. */
  RequestTracker requests() {
    return requests;
  }

  /** Commands handed over and not resolved. */
  int unresolvedCount() {
    return unresolved.count();
  }

  ReplyQueue replyQueue() {
    return replyQueue;
  }

  /** What {@link InboundHandler#isResolved} says of this ingress. Any thread. */
  boolean isResolved(final int nodeIndex, final long incarnation) {
    return unresolved.isResolved(nodeIndex, incarnation);
  }

  private void showLanes(final long nowNs) {
    final long sinceNs = nowNs - lanesShownNs;
    // A clock may start anywhere, so at the first step this may be negative.
    if (sinceNs < 0 || sinceNs >= SHOW_LANES_NS) {
      lanesShownNs = nowNs;
      shownLaneSpan.lazySet(requests.widestLaneSpan());
    }
  }
}
