package io.tally.engine;

import io.tally.engine.codecs.MessageHeaderDecoder;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;

/**
 * Where requests enter the engine: one for each event loop, stepped by it. It and its parts are the
 * only place that knows of requests under way: {@link PendingSlots} keeps them, {@link
 * RequestTracker} brings them to their end, {@link CommandSender} sends their copies.
 *
 * <p>All methods but {@link #close()} and {@link #stats()} belong to the thread that steps it. To
 * make a request: claim, encode the payload at {@link #payloadOffset(long)} of {@link #buffer()},
 * {@link #submit}. Each submitted request ends in exactly one call of its {@link ReplyHandler}.
 */
public final class Ingress implements SteppedAgent {
  /** Result of a claim: no pending slot is free. Nothing was taken. */
  public static final long FULL = -1;

  /** Result of a claim: this node takes no more requests. */
  public static final long CLOSING = -2;

  /** Bound of an idempotency key in bytes. */
  public static final int MAX_IDEMPOTENCY_KEY_LENGTH = CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH;

  /** Bound of the number of an item under an idempotency key. */
  public static final int MAX_KEY_ITEM = CommandLayout.MAX_KEY_ITEM;

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
  private volatile boolean closing;

  Ingress(final int loop, final EngineContext context, final CommandRouter router) {
    this.loop = loop;
    final EngineSettings settings = context.settings;
    requestTimeoutNs = settings.requestTimeoutNs();
    final MessageLengths lengths = context.lengths;
    maxPayloadLength = lengths.maxCommand();
    catalog = context.catalog;
    slots =
        new PendingSlots(
            settings.pendingSlots(), lengths.shortCommand(), settings.longPayloadBytes());
    shardCount = context.cluster.shardCount();
    replyQueue =
        new ReplyQueue(settings.replyCount(), lengths, context.threads.ingressWakeups[loop]);
    stats = context.stats();
    unresolved = new UnresolvedCommands(context.link, context.cluster.nodeIds().size());
    final long ownNodeKey = context.directory.table().nodeKey(context.nodeIndex());
    sender =
        new CommandSender(
            router,
            new CommandProxy(ownNodeKey, context.incarnation, loop),
            slots.buffer(),
            catalog,
            unresolved,
            stats,
            requestTimeoutNs);
    requests = new RequestTracker(context, slots, sender, stats);
  }

  /**
   * Claims a pending slot for one request whose payload is short: at most {@link
   * MessageLengths#SHORT_COMMAND_BOUND} bytes.
   *
   * @param nowNs time in nanoseconds; the deadline is counted from here.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the addressed entity's
   *     id, from which its shard follows.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
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
    requests.nowNs(nowNs);
    request.handler = handler;
    request.cookie = cookie;
    request.write = write;
    request.placementHash = placementHash;
    request.entityHash = entityHash;
    request.shardId = StableHash.shard(placementHash, shardCount);
    request.shardIncarnation = 0;
    request.laneSequence = 0;
    request.claimedNs = nowNs;
    request.deadlineNs = nowNs + requestTimeoutNs;
    request.idempotencyKeyLength = 0;
    request.keyItem = 0;
    return request.correlationId;
  }

  /**
   * Tells the handler of a request for which there was no place, as a proxy does that has no other
   * way to say so.
   *
   * @param code {@link #FULL} or {@link #CLOSING}, as {@link #tryClaim} returned it.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   */
  public static void refuse(final long code, final ReplyHandler handler, final long cookie) {
    final Outcome outcome = code == CLOSING ? Outcome.CLOSING : Outcome.BUSY;
    handler.onReply(cookie, outcome, 0, 0, false, null, 0, 0);
  }

  /**
   * Claims a pending slot for one request with a payload of any length. One that is not short takes
   * of the bytes that the settings allow for long payloads.
   *
   * @param nowNs time in nanoseconds; the deadline is counted from here.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the addressed entity's
   *     id, from which its shard follows.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @param payloadLength most bytes that the payload will have, at most {@link
   *     ServiceDefinition#maxCommandLength()}. It is to be written to {@link #buffer(long)}.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
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

  /**
   * Whether so many requests with short payloads find a slot each, if they are claimed before
   * anything else is. If not, they count as one that was refused.
   *
   * @param count of the requests.
   * @return 0 if they do; else {@link #FULL} or {@link #CLOSING}, and none should be claimed.
   */
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

  /**
   * Holds the payloads of claimed slots, as far as they are short.
   *
   * @return the buffer; between claim and submit the slot's part of it belongs to the claimer.
   */
  public MutableDirectBuffer buffer() {
    return slots.buffer();
  }

  /**
   * Holds the payload of a claimed slot, whatever its length.
   *
   * @param correlationId as claimed.
   * @return the buffer; as {@link #buffer()}.
   */
  public MutableDirectBuffer buffer(final long correlationId) {
    return slots.claimed(correlationId).payload;
  }

  /**
   * Where the payload of a claimed slot is to be written.
   *
   * @param correlationId as claimed.
   * @return offset in {@link #buffer(long)}, which is {@link #buffer()} for a short payload.
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
    idempotencyKey(correlationId, bytes, offset, length, 0);
  }

  /**
   * Gives a claimed write the idempotency key of one of several items, which came under one key of
   * the client. No key without an item is ever taken for it. The bytes are copied.
   *
   * @param correlationId as claimed.
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes, 1 to {@link #MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param item which of the items for this entity under this key it is, from 1 to {@link
   *     #MAX_KEY_ITEM}; 0 for a request of its own.
   */
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

  /**
   * Gives a claimed slot back unused.
   *
   * @param correlationId as claimed.
   */
  public void abort(final long correlationId) {
    slots.release(slots.claimed(correlationId));
  }

  /**
   * Sends a claimed request on its way. Its handler may be called before this returns.
   *
   * @param correlationId as claimed.
   * @param payloadLength in bytes, at least an SBE header.
   */
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
   * Shards of the cluster.
   *
   * @return the number.
   */
  public int shardCount() {
    return shardCount;
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
    requests.abandonAll();
  }

  @Override
  public int doWork(final long nowNs) {
    requests.nowNs(nowNs);
    int workCount = replyQueue.drain(requests);
    workCount += requests.advance();
    sender.flush();
    showLanes(nowNs);
    return workCount;
  }

  @Override
  public long nextStepNs() {
    return requests.nextStepNs();
  }

  @Override
  public String roleName() {
    return "ingress-" + loop;
  }

  /** Also takes the replies to this ingress's commands, on its own thread. */
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

  /** Any thread; see {@link InboundHandler#isResolved}. */
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
