package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.EntityMessage;
import io.tally.engine.ServiceReply;
import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tells the watchers of a shard's entities: at once who registers and holds another version, and
 * the others when an entity has changed. It tells nothing twice that got lost: whoever missed it
 * holds another version at the next renewal. Belongs to the shard.
 */
final class ShardWatches {
  /** The service has told none. */
  static final long NO_VERSION = -1;

  private final Shard shard;
  private final ServiceCall call;
  private final Registrations registrations;
  private final ShardTime time;
  private final EngineStats stats;
  private final long expiryNs;
  private final Command changed = new Command();

  /** The read of the registration under way. */
  private final EntityMessage entity = new EntityMessage();

  /** Made for the first registration. */
  private UnsafeBuffer told;

  private long order;

  ShardWatches(
      final Shard shard,
      final ServiceCall call,
      final Registrations registrations,
      final ShardTime time,
      final EngineStats stats,
      final long expiryNs) {
    this.shard = shard;
    this.call = call;
    this.registrations = registrations;
    this.time = time;
    this.stats = stats;
    this.expiryNs = expiryNs;
    changed.shardId = shard.shardId();
  }

  /** Takes a new registration or the renewal of one, whose read the shard has found to be known. */
  void onRegistration(
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final ReplyPublisher replies) {
    if (!WatchLayout.isWatchable(message, command.payloadLength)
        || !entity.wrap(command.buffer, command.payloadOffset, command.payloadLength)) {
      refuse(command, ReplyCode.INVALID, replies);
      return;
    }
    final Registration known =
        registrations.find(
            slot, command.originNodeKey, command.buffer, entity.idOffset(), entity.idLength());
    if (known != null && known.isOfLaterIncarnation(command)) {
      refuse(command, ReplyCode.STALE, replies);
      return;
    }
    stats.applied(message.index());
    final ReplyCode code = read(command, slot, message);
    if (code == ReplyCode.ANSWERED) {
      register(known, command, slot, message, replies);
    } else {
      if (known != null) {
        registrations.remove(known);
      }
      refuse(command, code, replies);
    }
  }

  private void register(
      final Registration known,
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final ReplyPublisher replies) {
    final Registration registration = known != null ? known : added(slot, command);
    if (registration == null) {
      stats.increment(EngineCounter.WATCHES_REFUSED);
      refuse(command, ReplyCode.WATCH_LIMIT, replies);
      return;
    }
    registration.renew(command, entity, message);
    registrations.expireLast(registration, time.timeNs() + expiryNs);
    final long version = call.reply().version();
    if (command.laneSequence == WatchLayout.held(version) || tell(command, replies)) {
      registration.toldVersion = version;
    }
  }

  private Registration added(final ServiceSlot slot, final Command command) {
    final boolean isFirst = registrations.size() == 0;
    final Registration added =
        registrations.add(
            slot, command.originNodeKey, command.buffer, entity.idOffset(), entity.idLength());
    if (added != null) {
      stats.increment(EngineCounter.WATCHES_REGISTERED);
      added.toldVersion = NO_VERSION;
      if (isFirst) {
        time.alarmAt(time.timeNs() + expiryNs);
      }
    }
    return added;
  }

  /**
   * Tells of up to maxCount registrations whose entity has changed; returns false if more are left.
   * Each is told the state of now, however often it has changed.
   */
  boolean tellChanged(final int maxCount, final ReplyPublisher replies) {
    for (int count = 0; count < maxCount; count++) {
      final Registration next = registrations.pollChanged();
      if (next == null) {
        return true;
      }
      next.copyTo(changed);
      final ReplyCode code = read(changed, next.slot, next.message);
      if (code != ReplyCode.ANSWERED) {
        registrations.remove(next);
        refuse(changed, code, replies);
      } else if (call.reply().version() != next.toldVersion && tell(changed, replies)) {
        next.toldVersion = call.reply().version();
      }
    }
    return !registrations.hasChanged();
  }

  /** Ends registrations that expire up to a time that no later command comes before. */
  void expire(final long timeNs) {
    registrations.expire(timeNs);
    if (registrations.size() != 0) {
      time.alarmAt(registrations.nextExpiryNs());
    }
  }

  private ReplyCode read(
      final Command command, final ServiceSlot slot, final ServiceMessages.Known message) {
    if (told == null) {
      told = new UnsafeBuffer(new byte[WatchLayout.MAX_LENGTH]);
    }
    final ServiceReply reply = call.reply();
    reply.version(NO_VERSION);
    final ReplyCode code =
        call.serve(time.timeNs(), command, slot, message, told, WatchLayout.REPLY);
    return code == ReplyCode.ANSWERED && !hasVersion(reply) ? ReplyCode.INVALID : code;
  }

  private boolean tell(final Command command, final ReplyPublisher replies) {
    final ServiceReply reply = call.reply();
    // A time is above all that the shard told in a life before, should this state be restored.
    order = Math.max(order + 1, time.timeNs());
    told.putLong(WatchLayout.ORDER, order, LITTLE_ENDIAN);
    told.putLong(WatchLayout.VERSION, reply.version(), LITTLE_ENDIAN);
    return replies.tell(
        command,
        shard.incarnation(),
        reply.serviceCode(),
        told,
        WatchLayout.REPLY + reply.length());
  }

  private void refuse(final Command command, final ReplyCode code, final ReplyPublisher replies) {
    shard.refuse(command, code, replies);
  }

  private static boolean hasVersion(final ServiceReply reply) {
    return reply.version() >= 0 && reply.version() < Long.MAX_VALUE;
  }
}
