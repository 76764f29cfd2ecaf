package io.tally.engine.internal;

import io.tally.engine.EngineSettings;
import io.tally.engine.Places;
import io.tally.engine.ServiceReply;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.LongReplies;
import io.tally.lane.internal.OwnerLane;
import io.tally.lane.internal.OwnerLanes;
import io.tally.lane.internal.RecordedReply;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Lets each write of one shard run once, whatever copies of it come: asks its lane, and its
 * idempotency key if there is one, before it calls the service, and keeps the reply in both.
 * Belongs to the shard.
 */
final class ShardWrites {
  private static final byte REPLAYED = 1;
  private static final int NO_SERVICE_CODE = 0;

  private final long incarnation;
  private final ShardTime time;
  private final ServiceCall call;
  private final OwnerLanes lanes;
  private final IdempotencyTable keys;
  private final LongReplies longReplies;
  private final Places places;
  private final long awaitedNs;
  private final EngineStats stats;
  private final UnsafeBuffer scratch;

  ShardWrites(final long incarnation, final ShardTime time, final ShardParts parts) {
    this.incarnation = incarnation;
    this.time = time;
    call = parts.call;
    stats = parts.stats;
    scratch = parts.scratch;
    final EngineContext context = parts.context;
    final EngineSettings settings = context.settings();
    final EngineBudgets budgets = context.budgets();
    final int shortReply = context.services().lengths().shortReply();
    final LongSupplier random = context.sources().random();
    keys =
        new IdempotencyTable(
            settings.keptKeyNs(),
            settings.idempotencyKeys(),
            shortReply,
            budgets.keys(),
            random.getAsLong(),
            random.getAsLong());
    places = budgets.places();
    awaitedNs = settings.settledNs();
    longReplies =
        new LongReplies(new ReplyBudget(budgets.longReplies(), places, this::dropUnawaited));
    lanes =
        new OwnerLanes(
            context.node().cluster().laneWindow(),
            shortReply,
            (byte) ReplyCode.INTERNAL.value(),
            longReplies);
  }

  OwnerLanes lanes() {
    return lanes;
  }

  IdempotencyTable keys() {
    return keys;
  }

  /** Forgets up to maxCount keys whose window has passed, and returns how many it forgot. */
  int sweepKeys(final long timeNs, final int maxCount) {
    return keys.sweep(timeNs, maxCount);
  }

  /** Forgets up to maxCount long replies that nobody awaits, and returns how many it forgot. */
  int expireLongReplies(final long timeNs, final int maxCount) {
    return longReplies.expire(timeNs, maxCount);
  }

  boolean keepsLongReplies() {
    return !longReplies.isEmpty();
  }

  private void dropUnawaited() {
    longReplies.expire(time.timeNs(), Integer.MAX_VALUE);
  }

  /** Gives back what it took of the budgets of the process. */
  void close() {
    keys.close();
    lanes.close();
  }

  /** Runs a write if this copy of it is the first, and has the copy answered from the lane. */
  void run(
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
          runShort(command, slot, message, lane, replies);
        } else {
          runLong(command, slot, message, lane);
          answerFrom(lane, command, replies);
        }
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

  private void runShort(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final ReplyPublisher replies) {
    final MutableDirectBuffer buffer = lane.buffer();
    final int offset = lane.replyOffset(command.laneSequence);
    if (command.idempotencyKeyLength != 0) {
      runKeyed(command, slot, message, lane, buffer, offset);
      answerFrom(lane, command, replies);
      return;
    }
    final ReplyCode code = call.apply(time.timeNs(), command, slot, message, buffer, offset);
    final ServiceReply reply = call.reply();
    final int length = reply.length();
    final int serviceCode = reply.serviceCode();
    lane.concludeAt(offset, (byte) code.value(), (byte) serviceCode, (byte) 0, length);
    // This is what answerFrom would publish, without reading again what has just been recorded.
    replies.publish(command, incarnation, code, serviceCode, false, buffer, offset, length);
  }

  /** The reply may not fit into its slot, so the room for it is taken before anything runs. */
  private void runLong(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane) {
    if (!longReplies.tryReserve(message.maxReplyLength())) {
      stats.increment(EngineCounter.REPLY_LIMITED);
      refused(command, lane, ReplyCode.REPLY_LIMIT);
      return;
    }
    if (command.idempotencyKeyLength == 0) {
      runAndRecord(command, slot, message, lane, scratch, 0);
    } else {
      runKeyed(command, slot, message, lane, scratch, 0);
    }
    longReplies.settle();
  }

  private ReplyCode runAndRecord(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final MutableDirectBuffer buffer,
      final int offset) {
    final ReplyCode code = call.apply(time.timeNs(), command, slot, message, buffer, offset);
    final ServiceReply reply = call.reply();
    record(command, lane, code, reply.serviceCode(), (byte) 0, buffer, offset, reply.length());
    return code;
  }

  private void runKeyed(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final MutableDirectBuffer buffer,
      final int offset) {
    final ServiceReply reply = call.reply();
    switch (keys.begin(time.timeNs(), command, places)) {
      case IdempotencyTable.RESERVED -> {
        final ReplyCode code = runAndRecord(command, slot, message, lane, buffer, offset);
        if (reply.isUnderKey()) {
          keys.conclude(code, reply.serviceCode(), buffer, offset, reply.length());
        } else {
          keys.giveBack();
        }
      }
      case IdempotencyTable.REPLAY -> {
        stats.increment(EngineCounter.IDEMPOTENT_REPLAYS);
        replay(command, message, lane, buffer, offset);
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

  private void replay(
      final Command command,
      final ServiceMessages.Known message,
      final OwnerLane lane,
      final MutableDirectBuffer buffer,
      final int offset) {
    if (keys.replyLength() > message.maxReplyLength()) {
      // It was restored from a time when the message had longer replies.
      refused(command, lane, ReplyCode.INTERNAL);
      return;
    }
    final int length = keys.copyReply(buffer, offset);
    record(command, lane, keys.code(), keys.serviceCode(), REPLAYED, buffer, offset, length);
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

  /** Answers with what the lane has recorded. */
  void answerFrom(final OwnerLane lane, final Command command, final ReplyPublisher replies) {
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

  /** Refuses one copy; nothing is recorded of it. */
  void refuse(final Command command, final ReplyCode code, final ReplyPublisher replies) {
    replies.publish(command, incarnation, code, NO_SERVICE_CODE, false, scratch, 0, 0);
  }
}
