package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.IngressLane;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Brings each submitted request of an ingress to its end: hands it over to its shard, keeps it
 * waiting in its turn while there is no room, repeats it while the reply is missing, and ends it by
 * its reply, or at its deadline at the latest. Belongs to the ingress's thread.
 */
final class RequestTracker implements ReplySink {
  static final long WAITING_STEP_NS = 1_000_000;

  private final long queueLimitNs;
  private final long attemptNs;
  private final PendingSlots slots;
  private final CommandSender sender;
  private final EngineStats stats;
  private final ShardOutbox[] outboxes;
  private final RetryBudget retries = new RetryBudget();
  private final PendingDeadlines deadlines = new PendingDeadlines();
  private final PendingList attempts = new PendingList();
  private final IntArrayList waitingShards = new IntArrayList();
  private ReplySink watches;
  private long nowNs;

  RequestTracker(
      final EngineContext context,
      final PendingSlots slots,
      final CommandSender sender,
      final EngineStats stats) {
    queueLimitNs = context.settings().queueLimitNs();
    attemptNs = RetryBudget.attemptNs(context.settings());
    nowNs = context.sources().clock().nanoTime();
    this.slots = slots;
    this.sender = sender;
    this.stats = stats;
    final ClusterSettings cluster = context.node().cluster();
    outboxes = new ShardOutbox[cluster.shardCount()];
    Arrays.setAll(outboxes, shard -> new ShardOutbox(cluster.laneWindow()));
  }

  /** Takes what has a negative correlation id, as no request has. */
  void watches(final ReplySink sink) {
    watches = sink;
  }

  /** The time of whatever follows, until it is set again. */
  void nowNs(final long value) {
    nowNs = value;
  }

  /** Sets the time, unless it is later already: a request may go on with what began before. */
  long atLeastNs(final long value) {
    if (value - nowNs > 0) {
      nowNs = value;
    }
    return nowNs;
  }

  /** Takes a claimed request whose payload is complete. Its handler may be called at once. */
  void submit(final PendingRequest request) {
    request.state = PendingRequest.WAITING;
    request.turnNs = nowNs;
    deadlines.await(request);
    final ShardOutbox outbox = outboxes[request.shardId];
    if (outbox.isBusy(nowNs)) {
      conclude(request, Outcome.BUSY);
    } else if (!outbox.waiting.isEmpty()) {
      // Overtaking those that wait would break the order of one connection's commands.
      outbox.waiting.append(request.byTurn);
    } else if (handOver(request, outbox) == HandOver.BACK_PRESSURED) {
      // The shard may be listed although nothing waited: a handler asks again while offerWaiting
      // refuses the last that did.
      if (!waitingShards.containsInt(request.shardId)) {
        waitingShards.addInt(request.shardId);
      }
      outbox.waiting.append(request.byTurn);
    }
  }

  /** Does what time asks for. */
  int advance() {
    // Before anything is handed over: what waited past its deadline must not leave any more.
    int workCount = expire();
    workCount += offerWaiting();
    workCount += retry();
    return workCount;
  }

  /** As {@link SteppedAgent#nextStepNs()}. */
  long nextStepNs() {
    final PendingRequest first = deadlines.first();
    if (first == null) {
      return SteppedAgent.NEVER;
    }
    if (!waitingShards.isEmpty()) {
      return nowNs + WAITING_STEP_NS;
    }
    final long deadline = first.deadlineNs;
    final PendingRequest next = attempts.first();
    return next == null ? deadline : Math.min(deadline, next.turnNs + attemptNs);
  }

  void abandonAll() {
    for (PendingRequest request = deadlines.first(); request != null; request = deadlines.first()) {
      conclude(request, request.state == PendingRequest.SENT ? Outcome.TIMEOUT : Outcome.CLOSING);
    }
  }

  @Override
  public void onReply(
      final long correlationId,
      final ReplyCode code,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final PendingRequest request = slots.sent(correlationId);
    if (request == null) {
      if (correlationId < 0 && watches != null) {
        watches.onReply(
            correlationId, code, serviceCode, shardIncarnation, replayed, buffer, offset, length);
      } else {
        stats.increment(EngineCounter.REPLIES_LATE);
      }
      return;
    }
    final Outcome outcome = ofFinal(code);
    if (outcome != null && shardIncarnation != request.shardIncarnation) {
      // An earlier copy of a read was answered, or a mistaken node says so: no life of a shard
      // answers for another.
      stats.increment(EngineCounter.REPLIES_LATE);
    } else if (outcome != null) {
      conclude(request, outcome, serviceCode, shardIncarnation, replayed, buffer, offset, length);
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

  /** The lane to this shard; null before the first command to it. */
  IngressLane lane(final int shardId) {
    return outboxes[shardId].lane();
  }

  /** Places taken in the fullest lane. */
  int widestLaneSpan() {
    int span = 0;
    for (final ShardOutbox outbox : outboxes) {
      final IngressLane lane = outbox.lane();
      span = lane == null ? span : Math.max(span, lane.span());
    }
    return span;
  }

  /**
   * A reply may be late or mistaken, so it is believed only that the life which the copy was meant
   * for is over. Were its number taken for the next life, then one that is too high would keep this
   * node from the shard for ever, and commands could go to a process of which nobody knows what it
   * understands. The directory tells the next life: its source is checked, and corrects itself.
   */
  private void onWrongIncarnation(final PendingRequest request, final long shardIncarnation) {
    if (shardIncarnation > request.shardIncarnation) {
      sender.onShardEnded(outboxes[request.shardId], request.shardIncarnation);
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
    if (result == HandOver.DONE) {
      retries.onHandedOver();
    } else if (result == HandOver.NO_OWNER) {
      conclude(request, Outcome.NO_OWNER);
    } else if (result == HandOver.UNSUPPORTED) {
      conclude(request, Outcome.UNSUPPORTED);
    } else if (result == HandOver.TOO_LONG) {
      conclude(request, Outcome.TOO_LONG);
    }
    return result;
  }

  private int sendCopy(final PendingRequest request, final ShardOutbox outbox) {
    final int result = sender.send(nowNs, request, outbox);
    if (result == HandOver.DONE) {
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
      if (handOver(request, outbox) == HandOver.BACK_PRESSURED) {
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
      // It cannot be drowned: it gets one such copy of each request.
      final boolean isFree = sender.hasNewOwner(request);
      final int result =
          retries.isExhausted() && !isFree
              ? HandOver.BACK_PRESSURED
              : sendCopy(request, outboxes[request.shardId]);
      if (result == HandOver.DONE) {
        if (!isFree) {
          retries.onRetry();
        }
        stats.increment(EngineCounter.LANE_RETRIES);
      } else if (result == HandOver.LOST) {
        conclude(request, Outcome.TIMEOUT);
      } else if (result == HandOver.UNSUPPORTED) {
        // A read, and the owner's successor is of an older version.
        conclude(request, Outcome.UNSUPPORTED);
      } else {
        awaitTurn(request);
      }
      workCount++;
    }
    return workCount;
  }

  private void conclude(final PendingRequest request, final Outcome outcome) {
    conclude(request, outcome, 0, 0, false, slots.buffer(), 0, 0);
  }

  private void conclude(
      final PendingRequest request,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    count(request, outcome, serviceCode);
    outboxes[request.shardId].resolve(request);
    final ReplyHandler handler = request.handler;
    final long cookie = request.cookie;
    // The handler may claim again, and may then be given this very slot.
    release(request);
    handler.onReply(
        cookie, outcome, serviceCode, shardIncarnation, replayed, buffer, offset, length);
  }

  private void count(final PendingRequest request, final Outcome outcome, final int serviceCode) {
    stats.record(request.messageType, nowNs - request.claimedNs, 1);
    if (outcome != Outcome.ANSWERED || serviceCode != 0) {
      stats.failure(request.messageType);
    }
    switch (outcome) {
      case BUSY -> stats.increment(EngineCounter.REJECTED_BUSY);
      case NO_OWNER -> stats.increment(EngineCounter.REJECTED_NO_OWNER);
      case UNSUPPORTED -> stats.increment(EngineCounter.REJECTED_UNSUPPORTED);
      case TOO_LONG -> stats.increment(EngineCounter.REJECTED_TOO_LONG);
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

  /** How a request ends by this reply; null if the reply is not final, but speaks of one copy. */
  private static Outcome ofFinal(final ReplyCode code) {
    return switch (code) {
      case ANSWERED -> Outcome.ANSWERED;
      case INTERNAL -> Outcome.INTERNAL;
      case INVALID -> Outcome.INVALID;
      case KEY_MISMATCH -> Outcome.KEY_MISMATCH;
      case KEY_LIMIT -> Outcome.KEY_LIMIT;
      case REPLY_LIMIT -> Outcome.REPLY_LIMIT;
      default -> null;
    };
  }
}
