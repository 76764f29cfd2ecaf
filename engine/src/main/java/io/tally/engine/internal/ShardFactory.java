package io.tally.engine.internal;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the shards that one {@link ShardPoller} polls: those of the start, and those that begin a
 * new life in the place of one. Belongs to the thread inside the poller's gate.
 */
final class ShardFactory {
  final TimerAlarm alarm = new TimerAlarm();
  final EngineStats stats;
  private final EngineContext context;
  private final long timeBaseNs;
  private final MessageRing[] rings;
  private final UnsafeBuffer scratch;
  private final ServiceCall call;

  /** The rings are those of the node, by shard. */
  ShardFactory(final EngineContext context, final long timeBaseNs, final MessageRing[] rings) {
    this.context = context;
    this.timeBaseNs = timeBaseNs;
    this.rings = rings;
    stats = context.stats();
    call = new ServiceCall(stats, context.faultHandler);
    scratch = new UnsafeBuffer(new byte[context.lengths.maxReply()]);
  }

  /** Makes a shard with nothing in it. */
  Shard create(final int shardId, final long incarnation) {
    return new Shard(
        shardId,
        incarnation,
        context.directory.table().epoch(shardId),
        timeBaseNs,
        rings[shardId],
        alarm,
        context,
        scratch,
        call,
        stats);
  }
}
