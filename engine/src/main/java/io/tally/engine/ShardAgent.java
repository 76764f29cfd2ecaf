package io.tally.engine;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * Polls the rings of some of a node's shards: the one consumer of each of them. Belongs to one
 * thread, which wakes for it; but an event loop that has handed commands over steps it itself if
 * nobody else does at that moment, since waking another thread costs more than the work.
 */
final class ShardAgent implements SteppedAgent, MessageRing.Handler {
  private static final int BATCH_LIMIT = 256;
  private static final long SWEEP_NS = 100_000_000;

  /** One sweep, of all shards together; the rest of a backlog follows soon. */
  private static final int EXPIRE_LIMIT = 1_024;

  private static final long BACKLOG_SWEEP_NS = 1_000_000;

  /** How often a thread looks again for others before it leaves that to the agent's own thread. */
  private static final int MAX_LOOKS = 4;

  private final StepGate gate = new StepGate();
  private final int index;
  private final int loop;
  private final Wakeup wakeup;
  private final ShardAgent[] agents;
  private final String roleName;
  private final MessageRing[] rings;
  private final Shard[] shards;
  private final Shard[] shardById;
  private final ReplyPublisher replies;
  private final CommandAdapter adapter = new CommandAdapter();
  private final EngineStats stats;
  private final NanoClock clock;
  private final AtomicInteger active = new AtomicInteger();

  // Of the home loop's thread alone.
  private final boolean[] handedOver;
  private long lastStepNs;

  // Of whichever thread is inside the gate.
  private final long[] bounds;
  private final long[] batchCounts;
  private long nowNs;
  private long nextSweepNs;
  private boolean hasKeys;

  /** Written inside the gate, read by the home loop's thread. */
  private volatile long nextStepNs = NEVER;

  /**
   * Creates an agent. Rings and shards pair up by index.
   *
   * @param index of this agent.
   * @param loop whose thread steps it, or {@link EngineThreads#NO_LOOP}.
   * @param wakeup wakes its thread.
   * @param agents all of the node, when they are complete.
   * @param handedOver by agent, what the routers of this loop have handed over since the last step.
   */
  ShardAgent(
      final int index,
      final int loop,
      final Wakeup wakeup,
      final ShardAgent[] agents,
      final boolean[] handedOver,
      final String roleName,
      final MessageRing[] rings,
      final Shard[] shards,
      final Shard[] shardById,
      final ReplyPublisher replies,
      final EngineStats stats,
      final NanoClock clock) {
    this.index = index;
    this.loop = loop;
    this.wakeup = wakeup;
    this.agents = agents;
    this.handedOver = handedOver;
    this.roleName = roleName;
    this.rings = rings;
    bounds = new long[rings.length];
    this.shards = shards;
    this.shardById = shardById;
    this.replies = replies;
    this.stats = stats;
    this.clock = clock;
    nowNs = clock.nanoTime();
    nextSweepNs = nowNs;
    batchCounts = new long[stats.messageTypes().size() + 1];
  }

  @Override
  public int doWork(final long nowNs) {
    lastStepNs = nowNs;
    handedOver[index] = false;
    int workCount = step(loop);
    for (int agent = 0; agent < handedOver.length; agent++) {
      if (handedOver[agent]) {
        handedOver[agent] = false;
        workCount += agents[agent].stepFor(loop);
      }
    }
    return workCount;
  }

  /** On the thread of another loop. */
  private int stepFor(final int otherLoop) {
    if (loop != EngineThreads.NO_LOOP) {
      return step(otherLoop);
    }
    wakeup.wake();
    return 0;
  }

  private int step(final int onLoop) {
    if (!gate.enter()) {
      return 0;
    }
    int workCount = 0;
    boolean left = false;
    try {
      for (int look = 0; look < MAX_LOOKS && !left; look++) {
        gate.look();
        workCount += poll(onLoop);
        left = gate.leave();
      }
    } finally {
      if (!left) {
        gate.abandon();
        wakeup.wake();
      }
    }
    return workCount;
  }

  private int poll(final int onLoop) {
    // The time is read when all that it will judge is in the rings: whoever was handed over later,
    // by a thread that stood still meanwhile, is judged by a later one.
    for (int ring = 0; ring < rings.length; ring++) {
      bounds[ring] = rings[ring].lastClaimed();
    }
    final long startNs = clock.nanoTime();
    // The threads that step this may read the clock in another order than they come in.
    if (startNs - nowNs > 0) {
      nowNs = startNs;
    }
    replies.answersOn(onLoop);
    int workCount = 0;
    boolean hasMore = false;
    try {
      for (int ring = 0; ring < rings.length; ring++) {
        final int polled = rings[ring].poll(this, BATCH_LIMIT, bounds[ring]);
        hasMore |= polled == BATCH_LIMIT;
        workCount += polled;
      }
    } finally {
      if (active.getPlain() != 0) {
        active.lazySet(0);
      }
      // Also where something threw: who was answered before has to be woken.
      replies.flush();
    }
    if (workCount > 0) {
      recordBatch(clock.nanoTime() - startNs, workCount);
    }
    if (nowNs - nextSweepNs >= 0) {
      sweep();
    }
    final long next = hasMore ? nowNs : hasKeys ? nextSweepNs : NEVER;
    final boolean isNews = hasMore || (next != NEVER && nextStepNs == NEVER);
    nextStepNs = next;
    if (isNews && onLoop != loop) {
      wakeup.wake();
    }
    return workCount;
  }

  @Override
  public long nextStepNs() {
    // An answer may have brought on another command, for an agent that was stepped before it.
    for (final boolean isHandedOver : handedOver) {
      if (isHandedOver) {
        return lastStepNs;
      }
    }
    return nextStepNs;
  }

  @Override
  public void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    final Command command = adapter.decode(buffer, offset, length);
    if (command == null) {
      stats.increment(EngineCounter.MALFORMED);
      return;
    }
    if (active.getPlain() == 0) {
      active.lazySet(1);
    }
    command.deadlineNs = deadlineNs;
    hasKeys |= command.keyLength > 0;
    final int templateId = command.templateId;
    final Shard shard = shardById[command.shardId];
    final long appliedBefore = shard.appliedCount();
    shard.onCommand(nowNs, command, replies);
    // Copies that were answered from their lane are no further messages.
    if (templateId < batchCounts.length && shard.appliedCount() != appliedBefore) {
      batchCounts[templateId]++;
    }
  }

  @Override
  public String roleName() {
    return roleName;
  }

  /** Commands under way: 1 or 0; any thread. */
  int activeCount() {
    return active.getAcquire();
  }

  EngineStats stats() {
    return stats;
  }

  Shard[] shards() {
    return shards;
  }

  MessageRing[] rings() {
    return rings;
  }

  private void sweep() {
    hasKeys = false;
    int room = EXPIRE_LIMIT;
    for (final Shard shard : shards) {
      room -= shard.expireKeys(nowNs, room);
      hasKeys |= shard.keyCount() > 0;
    }
    nextSweepNs = nowNs + (room > 0 ? SWEEP_NS : BACKLOG_SWEEP_NS);
  }

  private void recordBatch(final long durationNs, final int workCount) {
    final long meanNs = durationNs / workCount;
    for (int templateId = 1; templateId < batchCounts.length; templateId++) {
      if (batchCounts[templateId] > 0) {
        stats.record(templateId, meanNs, batchCounts[templateId]);
        batchCounts[templateId] = 0;
      }
    }
  }
}
