package io.tally.engine.internal;

import io.tally.engine.IdHash;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the shards that one {@link ShardPoller} polls are made from, and share. Belongs to the
 * thread inside the poller's gate.
 */
final class ShardParts {
  final EngineContext context;
  final WatchLimit watchLimit;
  final IdHash idHash;
  final TimerAlarm alarm = new TimerAlarm();
  final EngineStats stats;
  final ServiceCall call;

  /** Replies that have no lane slot, or may not fit into theirs, are written here. */
  final UnsafeBuffer scratch;

  /** The limit and the hash are those of all shards of the node. */
  ShardParts(final EngineContext context, final WatchLimit watchLimit, final IdHash idHash) {
    this.context = context;
    this.watchLimit = watchLimit;
    this.idHash = idHash;
    stats = new EngineStats(context.services().messageNames());
    call = new ServiceCall(stats, context.faults());
    scratch = new UnsafeBuffer(new byte[context.services().lengths().maxReply()]);
  }
}
