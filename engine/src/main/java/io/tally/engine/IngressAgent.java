package io.tally.engine;

import java.util.concurrent.atomic.AtomicInteger;

/** What an ingress does when it is stepped, and what others see of its requests. */
abstract sealed class IngressAgent implements SteppedAgent permits Ingress {
  private static final long SHOW_LANES_NS = 100_000_000;

  final PendingSlots slots;
  final RequestTracker requests;
  final EngineStats stats;
  final int shardCount;
  private final int loop;
  private final CommandSender sender;
  private final UnresolvedCommands unresolved;
  private final ReplyQueue replyQueue;
  private final AtomicInteger shownLaneSpan = new AtomicInteger();
  private long lanesShownNs;

  IngressAgent(final int loop, final EngineContext context, final CommandRouter router) {
    this.loop = loop;
    final EngineSettings settings = context.settings;
    final MessageLengths lengths = context.lengths;
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
            context.catalog,
            unresolved,
            stats,
            settings.requestTimeoutNs());
    requests = new RequestTracker(context, slots, sender, stats);
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
   * Most requests that can be under way here; one more is refused as {@link Ingress#FULL}.
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
