package io.tally.engine;

import io.tally.engine.codecs.ReplyCode;
import io.tally.lane.OwnerLane;
import io.tally.lane.OwnerLanes;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One owned shard: fences off commands that are not for this incarnation and epoch, lets each write
 * run once, and has every command answered. Belongs to the thread that steps its shard agent.
 */
final class Shard implements ShardContext {
  private static final byte REPLAYED = 1;
  private static final int FAULT = -2;
  private static final int NO_SERVICE_CODE = 0;

  /**
   * The alarm counts by a clock that wraps: a timer farther off than this is looked at on the way.
   */
  private static final long MAX_ALARM_NS = TimeUnit.HOURS.toNanos(1);

  private final int shardId;
  private final long incarnation;
  private final long epoch;
  private final long timeBaseNs;
  private final MessageRing ring;
  private final ShardServiceFactory services;
  private final ShardService service;
  private final int maxReplyLength;
  private final OwnerLanes lanes;
  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private final IdempotencyTable keys;
  private final TimerQueue timers;
  private final TimerAlarm alarm;
  private final UnsafeBuffer readReply;
  private long appliedCount;
  private long timeNs;
  private long timerOrder;

  Shard(
      final int shardId,
      final long epoch,
      final long timeBaseNs,
      final MessageRing ring,
      final TimerAlarm alarm,
      final EngineContext context,
      final EngineStats stats) {
    this.shardId = shardId;
    this.epoch = epoch;
    this.timeBaseNs = timeBaseNs;
    this.ring = ring;
    this.alarm = alarm;
    this.stats = stats;
    incarnation = context.incarnation;
    services = context.services;
    faults = context.faultHandler;
    keys = context.idempotencyTable();
    service = services.create(shardId);
    maxReplyLength = services.maxReplyLength();
    lanes =
        new OwnerLanes(
            context.cluster.laneWindow(), maxReplyLength, (byte) ReplyCode.INTERNAL.value());
    readReply = new UnsafeBuffer(new byte[maxReplyLength]);
    timers = new TimerQueue(services.maxTimers());
    timeNs = timeBaseNs + context.clock.nanoTime();
    service.onStart(this);
  }

  /** Holds the commands that come to this shard. */
  MessageRing ring() {
    return ring;
  }

  ShardService service() {
    return service;
  }

  OwnerLanes lanes() {
    return lanes;
  }

  @Override
  public int shardId() {
    return shardId;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public long timeNs() {
    return timeNs;
  }

  @Override
  public boolean setTimer(final long timerId, final long dueNs) {
    // Never due before the next stamp, so that it does not matter which commands share a batch.
    final long laterNs = Math.max(dueNs, timeNs + 1);
    final boolean isSet = timers.set(timerId, laterNs, timerOrder++);
    armAlarm();
    return isSet;
  }

  @Override
  public boolean cancelTimer(final long timerId) {
    return timers.cancel(timerId);
  }

  /** Commands that reached the service, reads included. */
  long appliedCount() {
    return appliedCount;
  }

  long keyCount() {
    return keys.size();
  }

  /**
   * Forgets up to maxCount keys whose window has passed, and returns how many it forgot. Without it
   * they would stay where no more keyed writes come.
   */
  int expireKeys(final long nowNs, final int maxCount) {
    return keys.expire(timeBaseNs + nowNs, maxCount);
  }

  /**
   * Fires up to maxCount timers that are due at a reading of the monotonic clock. Returns false if
   * more are due: until they have fired, no command of that time may be applied.
   */
  boolean fireTimers(final long nowNs, final int maxCount) {
    final long untilNs = timeBaseNs + nowNs;
    for (int count = 0; timers.nextDueNs() <= untilNs; count++) {
      if (count == maxCount) {
        alarm.at(nowNs);
        return false;
      }
      fireTimer();
    }
    timeNs = untilNs;
    armAlarm();
    return true;
  }

  private void fireTimer() {
    timeNs = timers.nextDueNs();
    try {
      service.onTimer(timeNs, timers.poll());
    } catch (final RuntimeException fault) {
      stats.increment(EngineCounter.SERVICE_FAULTS);
      faults.onFault(shardId, fault);
    }
  }

  private void armAlarm() {
    final long dueNs = timers.nextDueNs();
    if (dueNs != TimerQueue.NEVER) {
      alarm.at(timeNs - timeBaseNs + Math.min(dueNs - timeNs, MAX_ALARM_NS));
    }
  }

  /**
   * Takes a command at a reading of the monotonic clock. The deadline is judged by the same reading
   * from which the command's time is made, so that no pause can fall between the two.
   */
  void onCommand(final long nowNs, final Command command, final ReplyPublisher replies) {
    if (command.shardIncarnation != incarnation) {
      stats.increment(EngineCounter.WRONG_INCARNATION);
      refuse(command, ReplyCode.WRONG_INCARNATION, replies);
    } else if (command.epoch != epoch) {
      stats.increment(EngineCounter.NOT_OWNER);
      refuse(command, ReplyCode.NOT_OWNER, replies);
    } else if (command.deadlineNs - nowNs <= 0) {
      stats.increment(EngineCounter.EXPIRED);
      refuse(command, ReplyCode.EXPIRED, replies);
    } else if (command.write != services.isWrite(command.templateId)) {
      refuse(command, ReplyCode.INVALID, replies);
    } else if (command.write) {
      timeNs = timeBaseNs + nowNs;
      write(command, replies);
    } else {
      timeNs = timeBaseNs + nowNs;
      read(command, replies);
    }
  }

  private void read(final Command command, final ReplyPublisher replies) {
    final int result = apply(command, readReply, 0);
    final ReplyCode code = codeOf(result);
    replies.publish(
        command, incarnation, code, NO_SERVICE_CODE, false, readReply, 0, Math.max(0, result));
  }

  private void write(final Command command, final ReplyPublisher replies) {
    final long sequence = command.laneSequence;
    final OwnerLane lane =
        lanes.lane(
            command.originNodeKey,
            command.originIncarnation,
            command.originLoop,
            command.laneFloor);
    switch (lane == null ? OwnerLane.STALE : lane.begin(sequence, command.laneFloor)) {
      case OwnerLane.EXECUTE -> {
        if (command.idempotencyKeyLength == 0) {
          run(command, lane);
        } else {
          runKeyed(command, lane);
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

  private ReplyCode run(final Command command, final OwnerLane lane) {
    final long sequence = command.laneSequence;
    final int result = apply(command, lane.buffer(), lane.replyOffset(sequence));
    final ReplyCode code = codeOf(result);
    lane.conclude(sequence, (byte) code.value(), (byte) 0, Math.max(0, result));
    return code;
  }

  private void runKeyed(final Command command, final OwnerLane lane) {
    final long sequence = command.laneSequence;
    final MutableDirectBuffer buffer = lane.buffer();
    final int offset = lane.replyOffset(sequence);
    switch (keys.begin(timeNs, command)) {
      case IdempotencyTable.RESERVED -> {
        final ReplyCode code = run(command, lane);
        keys.conclude(code, buffer, offset, OwnerLane.lengthOf(lane.recorded(sequence)));
      }
      case IdempotencyTable.REPLAY -> {
        stats.increment(EngineCounter.IDEMPOTENT_REPLAYS);
        final int length = keys.copyReply(buffer, offset);
        lane.conclude(sequence, (byte) keys.code().value(), REPLAYED, length);
      }
      case IdempotencyTable.MISMATCH -> {
        stats.increment(EngineCounter.IDEMPOTENCY_MISMATCHES);
        lane.conclude(sequence, (byte) ReplyCode.KEY_MISMATCH.value(), (byte) 0, 0);
      }
      default -> {
        stats.increment(EngineCounter.IDEMPOTENCY_LIMITED);
        lane.conclude(sequence, (byte) ReplyCode.KEY_LIMIT.value(), (byte) 0, 0);
      }
    }
  }

  private void answerFrom(
      final OwnerLane lane, final Command command, final ReplyPublisher replies) {
    final long sequence = command.laneSequence;
    final long recorded = lane.recorded(sequence);
    replies.publish(
        command,
        incarnation,
        ReplyCode.get(OwnerLane.codeOf(recorded)),
        NO_SERVICE_CODE,
        OwnerLane.flagsOf(recorded) == REPLAYED,
        lane.buffer(),
        lane.replyOffset(sequence),
        OwnerLane.lengthOf(recorded));
  }

  private int apply(final Command command, final MutableDirectBuffer reply, final int replyOffset) {
    final DirectBuffer buffer = command.buffer;
    appliedCount++;
    try {
      final int result =
          service.onCommand(
              timeNs,
              command.entityHash,
              buffer,
              command.payloadOffset,
              command.payloadLength,
              reply,
              replyOffset);
      if (result < ShardService.INVALID || result > maxReplyLength) {
        throw new IllegalStateException("the service says it answered " + result + " bytes");
      }
      if (result < 0 || services.isRefusal(reply, replyOffset, result)) {
        stats.failure(command.templateId);
      }
      return result;
    } catch (final RuntimeException fault) {
      stats.increment(EngineCounter.SERVICE_FAULTS);
      stats.failure(command.templateId);
      stats.fault(command.templateId);
      faults.onFault(shardId, fault);
      return FAULT;
    }
  }

  private static ReplyCode codeOf(final int result) {
    return switch (result) {
      case FAULT -> ReplyCode.INTERNAL;
      case ShardService.INVALID -> ReplyCode.INVALID;
      default -> ReplyCode.ANSWERED;
    };
  }

  private void refuse(final Command command, final ReplyCode code, final ReplyPublisher replies) {
    replies.publish(command, incarnation, code, NO_SERVICE_CODE, false, readReply, 0, 0);
  }
}
