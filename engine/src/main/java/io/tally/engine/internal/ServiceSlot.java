package io.tally.engine.internal;

import io.tally.engine.IdHash;
import io.tally.engine.Places;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import org.agrona.DirectBuffer;

/** One service in one shard: its state, its messages and its timers. Belongs to the shard. */
final class ServiceSlot implements ShardContext {
  final ServiceMessages messages;
  final ShardService service;
  final TimerQueue timers;
  final TimerSnapshot timerSnapshot;
  private final Shard shard;
  private final Registrations registrations;

  ServiceSlot(final Shard shard, final ServiceMessages messages) {
    this.shard = shard;
    this.messages = messages;
    registrations = shard.registrations();
    timers = new TimerQueue(messages.definition.maxTimers());
    timerSnapshot = new TimerSnapshot(timers, messages.schemaId);
    service = messages.definition.create(shard.shardId());
  }

  @Override
  public int shardId() {
    return shard.shardId();
  }

  @Override
  public long incarnation() {
    return shard.incarnation();
  }

  @Override
  public long timeNs() {
    return shard.time().timeNs();
  }

  @Override
  public long standstillNs() {
    return shard.time().standstillNs();
  }

  @Override
  public Places places() {
    return shard.places();
  }

  @Override
  public IdHash idHash() {
    return shard.idHash();
  }

  @Override
  public boolean setTimer(final long timerId, final long dueNs) {
    final boolean isSet = shard.time().setTimer(timers, timerId, dueNs);
    // While its state is loaded, on any thread, the alarm is not its own. Activation arms it.
    if (shard.state() == ShardState.ACTIVE) {
      shard.time().armAlarm(timers);
    }
    return isSet;
  }

  @Override
  public boolean cancelTimer(final long timerId) {
    return timers.cancel(timerId);
  }

  @Override
  public void changed(final DirectBuffer buffer, final int offset, final int length) {
    registrations.changed(this, buffer, offset, length);
  }
}
