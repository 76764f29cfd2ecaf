package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.IdHash;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Places;
import io.tally.engine.ServiceReply;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.OwnerLane;
import io.tally.lane.internal.OwnerLanes;
import java.util.Arrays;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One owned shard: fences off commands that are not for this incarnation and epoch, lets each write
 * run once, and has every command answered. Belongs to the thread that steps its shard agent.
 */
final class Shard {
  /** No command has this epoch: it travels without a sign. */
  private static final long STANDS_STILL = -1;

  private final int shardId;
  private final long incarnation;
  private final long epoch;
  private final ShardTime time;
  private final MessageRing ring;
  private final ServiceSlot[] slots;
  private final ServiceCall call;
  private final ShardWrites writes;
  private final EngineStats stats;
  private final Places places;
  private final IdHash idHash;
  private final UnsafeBuffer scratch;
  private final ShardForm form;
  private ShardState state = ShardState.ACTIVE;

  /** A state is being restored that is not whole yet. */
  private boolean incomplete;

  /** The epoch whose commands are applied: the shard's, or {@link #STANDS_STILL}. */
  private long servedEpoch;

  private final Registrations registrations;
  private final ShardWatches watches;

  /** The header looked up last: most commands are like the one before, so what it found is kept. */
  private long latestHeader;

  private ServiceSlot latestSlot;
  private ServiceMessages.Known latestMessage;

  Shard(
      final int shardId,
      final long incarnation,
      final long timeBaseNs,
      final MessageRing ring,
      final ShardParts parts) {
    this.shardId = shardId;
    this.incarnation = incarnation;
    this.ring = ring;
    call = parts.call;
    stats = parts.stats;
    idHash = parts.idHash;
    scratch = parts.scratch;
    final EngineContext context = parts.context;
    places = context.budgets().places();
    epoch = context.link().directory().table().epoch(shardId);
    servedEpoch = epoch;
    final ClusterSettings cluster = context.node().cluster();
    form =
        new ShardForm(
            cluster.shardCount(), cluster.laneWindow(), context.services().lengths().maxReply());
    time = new ShardTime(shardId, timeBaseNs, parts);
    writes = new ShardWrites(incarnation, time, parts);
    registrations = new Registrations(parts.watchLimit, idHash, parts.alarm);
    watches =
        new ShardWatches(this, call, registrations, time, stats, context.watchTimes().expiryNs());
    slots =
        Arrays.stream(context.services().services())
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
    return writes.lanes();
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

  ServiceCall call() {
    return call;
  }

  IdHash idHash() {
    return idHash;
  }

  Places places() {
    return places;
  }

  Registrations registrations() {
    return registrations;
  }

  long keyCount() {
    return writes.keys().size();
  }

  ServiceSlot[] slots() {
    return slots;
  }

  IdempotencyTable keys() {
    return writes.keys();
  }

  ShardForm form() {
    return form;
  }

  ShardState state() {
    return state;
  }

  /** Applies nothing from now on, and no time passes for the state. */
  void standStill(final ShardState as) {
    state = as;
    servedEpoch = STANDS_STILL;
  }

  /** The shard holds a part of a state from now on. */
  void beginRestore() {
    standStill(ShardState.INSTALLING);
    incomplete = true;
  }

  void endRestore() {
    incomplete = false;
  }

  /** Stands still for good, with the state as it is at a reading of the monotonic clock. */
  void freeze(final long nowNs) {
    goOnBeforeTimers(nowNs);
    standStill(ShardState.FROZEN);
  }

  void activate() {
    if (incomplete) {
      throw new IllegalStateException("shard " + shardId + " holds only a part of its state");
    }
    // A load may take longer than the window of a key, and so may the wait for peers behind it.
    keys().postpone(time.furtherStandstillNs());
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
    writes.close();
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
    return state == ShardState.ACTIVE ? writes.sweepKeys(time.at(nowNs), maxCount) : 0;
  }

  /** Forgets up to maxCount long replies that nobody awaits, and returns how many it forgot. */
  int expireLongReplies(final long nowNs, final int maxCount) {
    return state == ShardState.ACTIVE ? writes.expireLongReplies(time.at(nowNs), maxCount) : 0;
  }

  boolean keepsLongReplies() {
    return writes.keepsLongReplies();
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
            ? lanes().find(command.originNodeKey, command.originIncarnation, command.originLoop)
            : null;
    if (lane != null && lane.isRecorded(command.laneSequence)) {
      stats.increment(EngineCounter.LANE_DUPLICATES);
      writes.answerFrom(lane, command, replies);
    } else {
      stats.increment(EngineCounter.SHARD_STANDS_STILL);
      refuse(command, ReplyCode.BUSY, replies);
    }
  }

  private void onMessage(final Command command, final ReplyPublisher replies) {
    final long header = command.payloadHeader;
    if (header != latestHeader) {
      lookUp(header);
    }
    final ServiceMessages.Known message = latestMessage;
    // A write that was sent as a read has no lane sequence, and could be applied twice.
    if (message == null
        || command.write != message.write()
        || command.payloadLength < ServiceMessages.minLength(header)) {
      stats.increment(EngineCounter.UNKNOWN_MESSAGES);
      refuse(command, ReplyCode.INVALID, replies);
    } else if (command.write) {
      writes.run(command, latestSlot, message, replies);
    } else {
      read(command, latestSlot, message, replies);
    }
  }

  private void lookUp(final long header) {
    latestHeader = header;
    latestSlot = slotOf(MessageHeaderWord.schemaId(header));
    latestMessage = latestSlot == null ? null : latestSlot.messages.known(header);
  }

  /** The slot of a service; null if there is no such service. */
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
    final ReplyCode code = call.apply(time.timeNs(), command, slot, message, scratch, 0);
    final ServiceReply reply = call.reply();
    replies.publish(
        command, incarnation, code, reply.serviceCode(), false, scratch, 0, reply.length());
  }

  void refuse(final Command command, final ReplyCode code, final ReplyPublisher replies) {
    writes.refuse(command, code, replies);
  }
}
