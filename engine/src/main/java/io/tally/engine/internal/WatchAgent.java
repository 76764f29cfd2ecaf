package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.EntityMessage;
import io.tally.engine.IdHash;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.StableHash;
import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import io.tally.engine.Watcher;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The watcher of a node, stepped by the node's home loop. Each watch is a registration with the
 * entity's owner, which is renewed every {@link #RENEWAL_NS} and else ends by itself.
 */
public final class WatchAgent implements Watcher, SteppedAgent {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Messages of each queue in a step: renewals keep neither commands waiting nor each other. */
  private static final int STEP_LIMIT = 64;

  private final ServiceCatalog catalog;
  private final int shardCount;
  private final int maxPayloadLength;
  private final int maxSubscriptions;
  private final long queueLimitNs;
  private final WatchSender sender;
  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private final Long2ObjectHashMap<Watch> byId = new Long2ObjectHashMap<>();

  /** The first of those of each hash of an id: with a secret, since clients choose the ids. */
  final Int2ObjectHashMap<Watch> byIdHash = new Int2ObjectHashMap<>();

  private final IdHash idHash;
  private final EntityMessage entity = new EntityMessage();

  private final WatchQueue fresh = new WatchQueue(0);
  private final WatchQueue retries = new WatchQueue(RETRY_NS);
  private final WatchQueue renewals;
  private int subscriptionCount;
  private final AtomicInteger shownSubscriptionCount = new AtomicInteger();
  private long lastId;
  private long nextRetryNs;
  private Thread stepper;
  private long stepNs;
  private long toldNs;

  private WatchAgent(
      final EngineContext context,
      final IdHash idHash,
      final WatchSender sender,
      final EngineStats stats) {
    this.idHash = idHash;
    this.sender = sender;
    this.stats = stats;
    faults = context.faults();
    catalog = context.services();
    shardCount = context.node().cluster().shardCount();
    maxPayloadLength = catalog.lengths().shortCommand();
    maxSubscriptions = context.settings().watches();
    queueLimitNs = context.settings().queueLimitNs();
    renewals = new WatchQueue(context.watchTimes().renewalNs());
    nextRetryNs = context.sources().clock().nanoTime();
    stepNs = nextRetryNs;
  }

  /** The router is of the home loop. Null if that loop has no ingress. */
  static WatchAgent of(
      final EngineContext context,
      final IdHash idHash,
      final CommandRouter router,
      final IngressAgent[] ingresses) {
    final int loop = context.threads().homeLoop;
    if (loop == EngineThreads.NO_LOOP || loop >= ingresses.length) {
      return null;
    }
    final IngressAgent ingress = ingresses[loop];
    final OwnNode node = context.node();
    final CommandProxy proxy =
        new CommandProxy(StableHash.hash(node.nodeId()), node.incarnation(), loop);
    final WatchSender sender =
        new WatchSender(router, proxy, context.settings().requestTimeoutNs());
    final WatchAgent watcher = new WatchAgent(context, idHash, sender, ingress.stats());
    ingress.requests().watches(watcher::onTold);
    return watcher;
  }

  @Override
  public Subscription subscribe(
      final long nowNs,
      final long placementHash,
      final long entityHash,
      final DirectBuffer payload,
      final int offset,
      final int length,
      final WatchHandler handler) {
    checkThread();
    checkMessage(payload, offset, length);
    if (subscriptionCount == maxSubscriptions) {
      stats.increment(EngineCounter.WATCHES_REFUSED);
      return null;
    }
    subscriptionCount++;
    final int hash = idHash.hash(payload, entity.idOffset(), entity.idLength());
    Watch watch = byIdHash.get(hash);
    while (watch != null && !watch.isOf(entityHash, placementHash, payload, offset, length)) {
      watch = watch.nextOfHash;
    }
    if (watch == null) {
      watch = begin(nowNs, placementHash, entityHash, hash, payload, offset, length);
    }
    final WatchSubscription subscription = new WatchSubscription(this, watch, handler);
    watch.add(subscription);
    watch.tell(subscription);
    return subscription;
  }

  /** Entities that are watched, at most as many as subscriptions. */
  int watchCount() {
    return byId.size();
  }

  /**
   * Subscriptions to entities, as of a moment ago.
   *
   * @return the number, at most {@link io.tally.engine.EngineSettings#watches()}; for any thread.
   */
  public int shownSubscriptionCount() {
    return shownSubscriptionCount.getAcquire();
  }

  @Override
  public long toldNs() {
    return toldNs;
  }

  /** What is told next came then. */
  void toldNs(final long valueNs) {
    toldNs = valueNs;
  }

  @Override
  public int doWork(final long nowNs) {
    stepper = Thread.currentThread();
    stepNs = nowNs;
    shownSubscriptionCount.lazySet(subscriptionCount);
    int workCount = advance(fresh, nowNs) + advance(renewals, nowNs);
    if (nowNs - nextRetryNs >= 0) {
      // However many there are, they leave the loop its time.
      nextRetryNs = nowNs + RETRY_NS;
      workCount += advance(retries, nowNs);
    }
    if (workCount > 0) {
      sender.flush();
    }
    return workCount;
  }

  @Override
  public long nextStepNs() {
    final long retryNs = retries.nextDueNs();
    final long pacedNs = retryNs == NEVER || retryNs - nextRetryNs > 0 ? retryNs : nextRetryNs;
    return TimerAlarm.earlier(fresh.nextDueNs(), TimerAlarm.earlier(pacedNs, renewals.nextDueNs()));
  }

  /** As {@link ReplySink#onReply}: what owners tell. */
  void onTold(
      final long correlationId,
      final ReplyCode code,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Watch watch = byId.get(WatchLayout.watchId(correlationId));
    if (watch == null) {
      stats.increment(EngineCounter.REPLIES_LATE);
    } else if (code != ReplyCode.ANSWERED) {
      if (correlationId == watch.correlationId()) {
        watch.onLost(loss(code));
      }
    } else if (length < WatchLayout.REPLY || length > WatchLayout.MAX_LENGTH) {
      stats.increment(EngineCounter.MALFORMED);
    } else if (shardIncarnation == sender.shardIncarnation(watch)) {
      watch.onTold(
          stepNs,
          shardIncarnation,
          serviceCode,
          buffer,
          offset + WatchLayout.REPLY,
          length - WatchLayout.REPLY,
          buffer.getLong(offset + WatchLayout.ORDER, LITTLE_ENDIAN),
          buffer.getLong(offset + WatchLayout.VERSION, LITTLE_ENDIAN));
    }
  }

  void onClosed(final Watch watch, final WatchSubscription subscription) {
    subscriptionCount--;
    watch.remove(subscription);
    if (watch.isUnwatched()) {
      end(watch);
    }
    if (byId.isEmpty()) {
      byId.compact();
      byIdHash.compact();
    }
  }

  /**
   * Refuses other threads than the one that steps it; before the first step, any may prepare it.
   */
  void checkThread() {
    if (stepper != null && stepper != Thread.currentThread()) {
      throw new IllegalStateException("a watcher belongs to the thread that steps it");
    }
  }

  private void checkMessage(final DirectBuffer payload, final int offset, final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH || length > maxPayloadLength) {
      throw new IllegalArgumentException("payload length out of range: " + length);
    }
    final long header = MessageHeaderWord.get(payload, offset);
    final ServiceMessages service = catalog.find(MessageHeaderWord.schemaId(header));
    final ServiceMessages.Known message =
        service == null ? null : service.byTemplate(MessageHeaderWord.templateId(header));
    if (message == null
        || !WatchLayout.isWatchable(message, length)
        || !entity.wrap(payload, offset, length)) {
      throw new IllegalArgumentException("not a message that can be watched");
    }
  }

  private Watch begin(
      final long nowNs,
      final long placementHash,
      final long entityHash,
      final int hash,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final int shard = StableHash.shard(placementHash, shardCount);
    final Watch watch =
        new Watch(
            --lastId, placementHash, entityHash, hash, shard, payload, offset, length, faults);
    byId.put(watch.id, watch);
    watch.nextOfHash = byIdHash.put(hash, watch);
    fresh.append(watch, nowNs);
    return watch;
  }

  private void end(final Watch watch) {
    watch.queue.remove(watch);
    byId.remove(watch.id);
    final Watch first = byIdHash.get(watch.idHash);
    if (first != watch) {
      Watch before = first;
      while (before.nextOfHash != watch) {
        before = before.nextOfHash;
      }
      before.nextOfHash = watch.nextOfHash;
    } else if (watch.nextOfHash == null) {
      byIdHash.remove(watch.idHash);
    } else {
      byIdHash.put(watch.idHash, watch.nextOfHash);
    }
  }

  private int advance(final WatchQueue queue, final long nowNs) {
    int count = 0;
    while (count < STEP_LIMIT) {
      final Watch due = queue.pollDue(nowNs);
      if (due == null) {
        break;
      }
      register(due, nowNs);
      count++;
    }
    return count;
  }

  /** A handler that is told of a loss may end the watch, so that comes last. */
  private void register(final Watch watch, final long nowNs) {
    final int result = sender.send(nowNs, watch);
    if (result == HandOver.BACK_PRESSURED) {
      retries.append(watch, nowNs);
      if (watch.isBlockedFor(queueLimitNs, nowNs)) {
        watch.onLost(WatchLoss.BUSY);
      }
      return;
    }
    watch.unblock();
    renewals.append(watch, nowNs);
    if (result != HandOver.DONE) {
      watch.onLost(result == HandOver.UNSUPPORTED ? WatchLoss.UNSUPPORTED : WatchLoss.NO_OWNER);
    }
  }

  private static WatchLoss loss(final ReplyCode code) {
    return switch (code) {
      case WRONG_INCARNATION, NOT_OWNER, STALE -> WatchLoss.NO_OWNER;
      case BUSY, EXPIRED -> WatchLoss.BUSY;
      case WATCH_LIMIT -> WatchLoss.LIMIT;
      default -> WatchLoss.FAULT;
    };
  }
}
