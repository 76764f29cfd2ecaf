package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.codecs.ReplyCode;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What a node watches: entities of shards on any node, each registered once with its owner however
 * many subscriptions there are, and renewed every {@link #RENEWAL_NS}. A registration that is not
 * renewed ends by itself.
 *
 * <p>It and its subscriptions belong to the node's home loop, which steps it: any other thread is
 * refused. What a subscriber on another loop wants is to be handed over by the loops' own means.
 */
public final class Watcher implements SteppedAgent {
  /**
   * How often each watch is renewed, in nanoseconds: how long something that got lost stays
   * unnoticed.
   */
  public static final long RENEWAL_NS = TimeUnit.SECONDS.toNanos(1);

  /** How long an owner keeps a registration that is not renewed. */
  static final long EXPIRY_NS = 3 * RENEWAL_NS;

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Of each queue, so that renewals neither keep commands waiting nor each other. */
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
  private final Long2ObjectHashMap<Watch> byEntity = new Long2ObjectHashMap<>();
  private final WatchQueue fresh = new WatchQueue(0);
  private final WatchQueue retries = new WatchQueue(RETRY_NS);
  private final WatchQueue renewals;
  private int subscriptionCount;
  private long lastId;
  private long nextRetryNs;
  private Thread stepper;
  private long stepNs;
  private long toldNs;

  private Watcher(final EngineContext context, final WatchSender sender, final EngineStats stats) {
    this.sender = sender;
    this.stats = stats;
    faults = context.faultHandler;
    catalog = context.catalog;
    shardCount = context.cluster.shardCount();
    maxPayloadLength = context.lengths.shortCommand();
    maxSubscriptions = context.settings.watches();
    queueLimitNs = context.settings.queueLimitNs();
    renewals = new WatchQueue(context.watchRenewalNs);
    nextRetryNs = context.clock.nanoTime();
    stepNs = nextRetryNs;
  }

  /** The router is of the home loop. Null if that loop has no ingress. */
  static Watcher of(
      final EngineContext context, final CommandRouter router, final Ingress[] ingresses) {
    final int loop = context.threads.homeLoop;
    if (loop == EngineThreads.NO_LOOP || loop >= ingresses.length) {
      return null;
    }
    final Ingress ingress = ingresses[loop];
    final CommandProxy proxy =
        new CommandProxy(StableHash.hash(context.nodeId), context.incarnation, loop);
    final WatchSender sender = new WatchSender(router, proxy, context.settings.requestTimeoutNs());
    final Watcher watcher = new Watcher(context, sender, ingress.stats());
    ingress.requests().watches(watcher::onTold);
    return watcher;
  }

  /**
   * Watches an entity. Where it is watched already, the handler is told its latest value before
   * this returns; else as soon as its owner has answered.
   *
   * @param nowNs time in nanoseconds, as steps are given it.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the entity's id.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param payload holds the message that reads the entity. The bytes are copied.
   * @param offset of the message.
   * @param length of the message in bytes, at most {@link MessageLengths#SHORT_COMMAND_BOUND}.
   * @param handler is told values and losses until the subscription is closed. One read stands for
   *     an entity: were it watched by two different ones, the owner would tell of changes only to
   *     the one that was renewed last.
   * @return the subscription, or null if this node has as many as {@link EngineSettings#watches()}.
   * @throws IllegalArgumentException if the message is longer, no read of a service of this node,
   *     or one with answers longer than {@link MessageLengths#SHORT_REPLY_BOUND}.
   */
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
    Watch watch = byEntity.get(entityHash);
    while (watch != null && !watch.isOf(entityHash, placementHash, payload, offset, length)) {
      watch = watch.nextOfEntity;
    }
    if (watch == null) {
      watch = begin(nowNs, placementHash, entityHash, payload, offset, length);
    }
    final Subscription subscription = new Subscription(this, watch, handler);
    watch.add(subscription);
    watch.tell(subscription);
    return subscription;
  }

  /**
   * Entities that are watched.
   *
   * @return the number, at most that of the subscriptions; for the thread that steps this.
   */
  public int watchCount() {
    return byId.size();
  }

  /**
   * When what a handler is being told came from the owner. It may be told later than that, to a
   * subscription that is new or asks again; what is true for a time only is older by then.
   *
   * @return time in nanoseconds, as steps are given it; valid during {@link WatchHandler#onValue}.
   */
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

  @Override
  public String roleName() {
    return "watcher";
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
        watch.onLost(WatchLoss.of(code));
      }
    } else if (length < WatchLayout.ANSWER || length > WatchLayout.MAX_LENGTH) {
      stats.increment(EngineCounter.MALFORMED);
    } else if (shardIncarnation == sender.shardIncarnation(watch)) {
      watch.onTold(
          stepNs,
          shardIncarnation,
          serviceCode,
          buffer,
          offset + WatchLayout.ANSWER,
          length - WatchLayout.ANSWER,
          buffer.getLong(offset + WatchLayout.ORDER, LITTLE_ENDIAN),
          buffer.getLong(offset + WatchLayout.VERSION, LITTLE_ENDIAN));
    }
  }

  void onClosed(final Watch watch, final Subscription subscription) {
    subscriptionCount--;
    watch.remove(subscription);
    if (watch.isUnwatched()) {
      end(watch);
    }
  }

  /** Before the first step it may be prepared by another thread. */
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
    if (message == null || !WatchLayout.isWatchable(message, length)) {
      throw new IllegalArgumentException("not a message that can be watched");
    }
  }

  private Watch begin(
      final long nowNs,
      final long placementHash,
      final long entityHash,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final int shard = StableHash.shard(placementHash, shardCount);
    final Watch watch =
        new Watch(--lastId, placementHash, entityHash, shard, payload, offset, length, faults);
    byId.put(watch.id, watch);
    watch.nextOfEntity = byEntity.put(entityHash, watch);
    fresh.append(watch, nowNs);
    return watch;
  }

  private void end(final Watch watch) {
    watch.queue.remove(watch);
    byId.remove(watch.id);
    final Watch first = byEntity.get(watch.entityHash);
    if (first != watch) {
      Watch before = first;
      while (before.nextOfEntity != watch) {
        before = before.nextOfEntity;
      }
      before.nextOfEntity = watch.nextOfEntity;
    } else if (watch.nextOfEntity == null) {
      byEntity.remove(watch.entityHash);
    } else {
      byEntity.put(watch.entityHash, watch.nextOfEntity);
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
    if (result == WatchSender.BACK_PRESSURED) {
      retries.append(watch, nowNs);
      if (watch.isBlockedFor(queueLimitNs, nowNs)) {
        watch.onLost(WatchLoss.BUSY);
      }
      return;
    }
    watch.unblock();
    renewals.append(watch, nowNs);
    if (result != WatchSender.SENT) {
      watch.onLost(result == WatchSender.UNSUPPORTED ? WatchLoss.UNSUPPORTED : WatchLoss.NO_OWNER);
    }
  }
}
