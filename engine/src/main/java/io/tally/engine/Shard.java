package io.tally.engine;

import io.tally.engine.codecs.ReplyCode;
import io.tally.lane.LongReplies;
import io.tally.lane.OwnerLane;
import io.tally.lane.OwnerLanes;
import io.tally.lane.RecordedReply;
import java.util.Arrays;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One owned shard: fences off commands that are not for this incarnation and epoch, lets each write
 * run once, and has every command answered. Belongs to the thread that steps its shard agent.
 */
final class Shard {
  private static final byte REPLAYED = 1;
  private static final int NO_SERVICE_CODE = 0;

  /** No command has this epoch: it travels without a sign. */
  private static final long STANDS_STILL = -1;

  private final int shardId;
  private final long incarnation;
  private final long epoch;
  private final ShardTime time;
  private final MessageRing ring;
  private final ServiceSlot[] slots;
  private final OwnerLanes lanes;
  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private final IdempotencyTable keys;
  private final Places places;
  private final LongReplies longReplies;
  private final long awaitedNs;
  private final UnsafeBuffer scratch;
  private final ShardForm form;
  private ShardState state = ShardState.ACTIVE;

  /** That of the commands which are applied: the shard's, or {@link #STANDS_STILL}. */
  private long servedEpoch;

  private final Registrations registrations;
  private final ShardWatches watches;
  private final ServiceReply reply = new ServiceReply();

  /** Replies that have no lane slot, or may not fit into theirs, are written to the scratch. */
  Shard(
      final int shardId,
      final long incarnation,
      final long epoch,
      final long timeBaseNs,
      final MessageRing ring,
      final TimerAlarm alarm,
      final EngineContext context,
      final UnsafeBuffer scratch,
      final EngineStats stats) {
    this.shardId = shardId;
    this.incarnation = incarnation;
    this.epoch = epoch;
    this.ring = ring;
    this.stats = stats;
    faults = context.faultHandler;
    keys = context.idempotencyTable();
    places = context.places;
    longReplies =
        new LongReplies(new ReplyBudget(context.longReplyRoom, places, this::dropUnawaited));
    awaitedNs = context.settings.settledNs();
    lanes =
        new OwnerLanes(
            context.cluster.laneWindow(),
            context.lengths.shortReply(),
            (byte) ReplyCode.INTERNAL.value(),
            longReplies);
    this.scratch = scratch;
    form =
        new ShardForm(
            context.cluster.shardCount(), context.cluster.laneWindow(), context.lengths.maxReply());
    servedEpoch = epoch;
    time = new ShardTime(shardId, timeBaseNs, alarm, context, stats);
    registrations = new Registrations(context.watchLimit, alarm);
    watches = new ShardWatches(this, registrations, time, stats, context.watchExpiryNs);
    slots =
        Arrays.stream(context.catalog.services())
            .map(messages -> new ServiceSlot(this, messages))
            .toArray(ServiceSlot[]::new);
    for (final ServiceSlot slot : slots) {
      slot.service.onStart(slot);
    }
  }

  /** Holds the commands that come to this shard. */
  MessageRing ring() {
    return ring;
  }

  Stream<ServiceSlot> services() {
    return Arrays.stream(slots);
  }

  OwnerLanes lanes() {
    return lanes;
  }

  int shardId() {
    return shardId;
  }

  long incarnation() {
    return incarnation;
  }

  ShardTime time() {
    return time;
  }

  Places places() {
    return places;
  }

  Registrations registrations() {
    return registrations;
  }

  /** What the service said last. */
  ServiceReply reply() {
    return reply;
  }

  long keyCount() {
    return keys.size();
  }

  ServiceSlot[] slots() {
    return slots;
  }

  IdempotencyTable keys() {
    return keys;
  }

  ShardForm form() {
    return form;
  }

  ShardState state() {
    return state;
  }

  /** From now on nothing is applied, and no time passes for the state. */
  void standStill(final ShardState as) {
    state = as;
    servedEpoch = STANDS_STILL;
  }

  void activate() {
    state = ShardState.ACTIVE;
    servedEpoch = epoch;
    time.armAlarm(slots);
  }

  /** As {@link ShardTime#goOnBeforeTimers}, for a shard that does not stand still. */
  void goOnBeforeTimers(final long nowNs) {
    if (state == ShardState.ACTIVE) {
      time.goOnBeforeTimers(slots, nowNs);
    }
  }

  /** Ends its life here, and gives back what it took of the budgets of the process. */
  void close() {
    standStill(ShardState.INSTALLING);
    keys.close();
    lanes.close();
    watches.expire(Long.MAX_VALUE);
    for (final ServiceSlot slot : slots) {
      slot.service.close();
    }
  }

  /**
   * Forgets up to maxCount keys whose window has passed, and returns how many it forgot. Without it
   * they would stay where no more keyed writes come.
   */
  int sweepKeys(final long nowNs, final int maxCount) {
    return state == ShardState.ACTIVE ? keys.sweep(time.at(nowNs), maxCount) : 0;
  }

  /** The same for long replies that nobody awaits. */
  int expireLongReplies(final long nowNs, final int maxCount) {
    return state == ShardState.ACTIVE ? longReplies.expire(time.at(nowNs), maxCount) : 0;
  }

  private void dropUnawaited() {
    longReplies.expire(time.timeNs(), Integer.MAX_VALUE);
  }

  boolean keepsLongReplies() {
    return !longReplies.isEmpty();
  }

  /** As {@link ShardTime#fireTimers}. None is due while the shard stands still. */
  boolean fireTimers(final long nowNs, final int maxCount) {
    watches.expire(time.at(nowNs));
    return state != ShardState.ACTIVE || time.fireTimers(slots, nowNs, maxCount);
  }

  /** As {@link ShardWatches#tellChanged}. */
  boolean tellWatchers(final int maxCount, final ReplyPublisher replies) {
    return watches.tellChanged(maxCount, replies);
  }

  /**
   * Takes a command at a reading of the monotonic clock. The deadline is judged by the same reading
   * from which the command's time is made, so that no pause can fall between the two.
   */
  void onCommand(final long nowNs, final Command command, final ReplyPublisher replies) {
    if (command.shardIncarnation != incarnation) {
      stats.increment(EngineCounter.WRONG_INCARNATION);
      refuse(command, ReplyCode.WRONG_INCARNATION, replies);
    } else if (command.epoch != servedEpoch) {
      onUnserved(command, replies);
    } else if (command.deadlineNs - nowNs <= 0) {
      stats.increment(EngineCounter.EXPIRED);
      refuse(command, ReplyCode.EXPIRED, replies);
    } else {
      time.goOn(nowNs);
      onMessage(command, replies);
    }
  }

  private void onUnserved(final Command command, final ReplyPublisher replies) {
    if (command.epoch != epoch) {
      stats.increment(EngineCounter.NOT_OWNER);
      refuse(command, ReplyCode.NOT_OWNER, replies);
      return;
    }
    final OwnerLane lane =
        state == ShardState.FROZEN && command.write
            ? lanes.find(command.originNodeKey, command.originIncarnation, command.originLoop)
            : null;
    if (lane != null && lane.isRecorded(command.laneSequence)) {
      stats.increment(EngineCounter.LANE_DUPLICATES);
      answerFrom(lane, command, replies);
    } else {
      stats.increment(EngineCounter.SHARD_STANDS_STILL);
      refuse(command, ReplyCode.BUSY, replies);
    }
  }

  private void onMessage(final Command command, final ReplyPublisher replies) {
    final ServiceSlot slot = slotOf(MessageHeaderWord.schemaId(command.payloadHeader));
    final ServiceMessages.Known message =
        slot == null ? null : slot.messages.known(command.payloadHeader, command.payloadLength);
    // A write that was sent as a read has no lane sequence, and could be applied twice.
    if (message == null || command.write != message.write()) {
      stats.increment(EngineCounter.UNKNOWN_MESSAGES);
      refuse(command, ReplyCode.INVALID, replies);
    } else if (command.write) {
      write(command, slot, message, replies);
    } else {
      read(command, slot, message, replies);
    }
  }

  /** Null if there is no such service. */
  ServiceSlot slotOf(final int schemaId) {
    for (final ServiceSlot slot : slots) {
      if (slot.messages.schemaId == schemaId) {
        return slot;
      }
    }
    return null;
  }

  private void read(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final ReplyPublisher replies) {
    if (command.laneSequence != 0) {
      watches.onRegistration(command, slot, message, replies);
      return;
    }
    final ReplyCode code = apply(command, slot, message, scratch, 0);
    replies.publish(
        command, incarnation, code, reply.serviceCode(), false, scratch, 0, reply.length());
  }

  private void write(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final ReplyPublisher replies) {
    final long sequence = command.laneSequence;
    final OwnerLane lane =
        lanes.lane(
            command.originNodeKey,
            command.originIncarnation,
            command.originLoop,
            command.laneFloor);
    switch (lane == null ? OwnerLane.STALE : lane.begin(sequence, command.laneFloor)) {
      case OwnerLane.EXECUTE -> {
        command.maxReplyLength = message.maxReplyLength();
        if (lane.fits(message.maxReplyLength())) {
          run(command, slot, message, lane, lane.buffer(), lane.replyOffset(sequence));
        } else {
          runLong(command, slot, message, lane);
        }
        answerFrom(lane, command, replies);
      }
      case OwnerLane.DUPLICATE -> {
        stats.increment(EngineCounter.LANE_DUPLICATES);
        answerFrom(lane, command, replies);
      }
      case OwnerLane.STALE -> {
        stats.increment(EngineCounter.LANE_STALE);
        refuse(command, ReplyCode.STALE, replies);
      }
      default -> {
        stats.increment(EngineCounter.LANE_BEYOND_WINDOW);
        refuse(command, ReplyCode.BUSY, replies);
      }
    }
  }

  /** The reply may not fit into its slot, so the room for it is taken before anything runs. */
  private void runLong(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane) {
    if (longReplies.tryReserve(message.maxReplyLength())) {
      run(command, slot, message, lane, scratch, 0);
      longReplies.settle();
    } else {
      stats.increment(EngineCounter.REPLY_LIMITED);
      refused(command, lane, ReplyCode.REPLY_LIMIT);
    }
  }

  private void run(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final MutableDirectBuffer buffer,
      final int offset) {
    if (command.idempotencyKeyLength == 0) {
      final ReplyCode code = apply(command, slot, message, buffer, offset);
      record(command, lane, code, reply.serviceCode(), (byte) 0, buffer, offset, reply.length());
    } else {
      runKeyed(command, slot, message, lane, buffer, offset);
    }
  }

  private void runKeyed(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final MutableDirectBuffer buffer,
      final int offset) {
    switch (keys.begin(time.timeNs(), command, places)) {
      case IdempotencyTable.RESERVED -> {
        final ReplyCode code = apply(command, slot, message, buffer, offset);
        record(command, lane, code, reply.serviceCode(), (byte) 0, buffer, offset, reply.length());
        if (reply.isUnderKey()) {
          keys.conclude(code, reply.serviceCode(), buffer, offset, reply.length());
        } else {
          keys.giveBack();
        }
      }
      case IdempotencyTable.REPLAY -> {
        stats.increment(EngineCounter.IDEMPOTENT_REPLAYS);
        final int length = keys.copyReply(buffer, offset);
        record(command, lane, keys.code(), keys.serviceCode(), REPLAYED, buffer, offset, length);
      }
      case IdempotencyTable.MISMATCH -> {
        stats.increment(EngineCounter.IDEMPOTENCY_MISMATCHES);
        refused(command, lane, ReplyCode.KEY_MISMATCH);
      }
      default -> {
        stats.increment(EngineCounter.IDEMPOTENCY_LIMITED);
        refused(command, lane, ReplyCode.KEY_LIMIT);
      }
    }
  }

  private void record(
      final Command command,
      final OwnerLane lane,
      final ReplyCode code,
      final int serviceCode,
      final byte flags,
      final MutableDirectBuffer buffer,
      final int offset,
      final int length) {
    final long sequence = command.laneSequence;
    final byte value = (byte) code.value();
    if (buffer == scratch) {
      lane.concludeFrom(
          sequence,
          value,
          (byte) serviceCode,
          flags,
          buffer,
          offset,
          length,
          time.timeNs() + awaitedNs);
    } else {
      lane.conclude(sequence, value, (byte) serviceCode, flags, length);
    }
  }

  private static void refused(final Command command, final OwnerLane lane, final ReplyCode code) {
    lane.conclude(command.laneSequence, (byte) code.value(), (byte) 0, (byte) 0, 0);
  }

  private void answerFrom(
      final OwnerLane lane, final Command command, final ReplyPublisher replies) {
    final long sequence = command.laneSequence;
    final long recorded = lane.recorded(sequence);
    final boolean isInSlot = RecordedReply.isInSlot(recorded);
    final DirectBuffer kept = isInSlot ? lane.buffer() : lane.longReply(sequence, time.timeNs());
    if (kept == null) {
      // It ran, and what it was answered is no longer known. Only this copy is refused.
      stats.increment(EngineCounter.LANE_STALE);
      refuse(command, ReplyCode.STALE, replies);
      return;
    }
    replies.publish(
        command,
        incarnation,
        ReplyCode.get(RecordedReply.codeOf(recorded)),
        RecordedReply.serviceCodeOf(recorded),
        RecordedReply.flagsOf(recorded) == REPLAYED,
        kept,
        isInSlot ? lane.replyOffset(sequence) : 0,
        RecordedReply.lengthOf(recorded));
  }

  /** Applies a command; what the service says of it stands in {@link #reply}. */
  private ReplyCode apply(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final MutableDirectBuffer buffer,
      final int offset) {
    stats.applied(message.index());
    return serve(command, slot, message, buffer, offset);
  }

  /** The same for what is not one of the batch's commands. */
  ReplyCode serve(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final MutableDirectBuffer buffer,
      final int offset) {
    reply.wrap(buffer, offset, message.maxReplyLength());
    try {
      slot.service.onCommand(
          time.timeNs(),
          command.entityHash,
          MessageHeaderWord.templateId(command.payloadHeader),
          command.buffer,
          command.payloadOffset,
          command.payloadLength,
          reply);
    } catch (final RuntimeException fault) {
      reply.clear();
      stats.failure(message.index());
      stats.fault(message.index());
      onFault(fault);
      return ReplyCode.INTERNAL;
    }
    if (!reply.isValid()) {
      reply.clear();
      stats.failure(message.index());
      return ReplyCode.INVALID;
    }
    if (reply.serviceCode() != NO_SERVICE_CODE) {
      stats.failure(message.index());
    }
    return ReplyCode.ANSWERED;
  }

  void refuse(final Command command, final ReplyCode code, final ReplyPublisher replies) {
    replies.publish(command, incarnation, code, NO_SERVICE_CODE, false, scratch, 0, 0);
  }

  /** A service threw. */
  void onFault(final RuntimeException fault) {
    stats.increment(EngineCounter.SERVICE_FAULTS);
    faults.onFault(shardId, fault);
  }
}
