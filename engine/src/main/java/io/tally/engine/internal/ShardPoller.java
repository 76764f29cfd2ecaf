package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * Polls the rings of some of a node's shards, the one consumer of each of them, and has each
 * command applied by its shard. Its home is the thread that steps its {@link ShardAgent}; any event
 * loop may step it, one at a time: a gate sees to that. A field without a comment of its own is
 * written only inside the gate, by the thread that is in it.
 */
final class ShardPoller implements MessageRing.Handler {
  private static final int BATCH_LIMIT = 256;

  /** How often a thread polls again for others before it leaves that to the home thread. */
  private static final int MAX_POLLS = 4;

  /** Timers that a poll fires at most in each shard; the rest and the shard's commands wait. */
  private static final int TIMER_LIMIT = 1_024;

  /** What watchers of a shard are told at most at the end of a poll; the rest is told next. */
  private static final int TELL_LIMIT = 256;

  /** Commands past the rings between two steps: all their replies fit on the way to one peer. */
  private static final int PASS_LIMIT = 1_024;

  private static final long NO_MESSAGES = -1;

  /** {@link #step} found another thread inside, which polls again before it leaves. */
  static final int LEFT_TO_OTHERS = -1;

  private final StepGate gate = new StepGate();
  private final int homeLoop;
  private final Wakeup home;
  private final MessageRing[] rings;
  private final Shard[] shards;
  private final Shard[] shardById;
  private final ReplyPublisher replies;
  private final EngineStats stats;
  private final NanoClock clock;
  private final CommandAdapter adapter = new CommandAdapter();
  private final long[] bounds;
  private final TimerAlarm alarm;
  private final int shortReplyLength;
  private final ShardSnapshots snapshots;
  private final ShardChores chores;
  private final ShardLives lives;
  private long nowNs;

  /** What the commands of this poll have brought. */
  private boolean broughtKeys;

  private boolean broughtLongReplies;

  /** Commands that were applied past the rings since the last step. */
  private int passedCount;

  /** Read by any thread. */
  private final AtomicInteger active = new AtomicInteger();

  /** Read by the home thread outside the gate. */
  private volatile long nextStepNs;

  /** Its home is the thread of a loop, or none of them: {@link EngineThreads#NO_LOOP}. */
  ShardPoller(
      final int homeLoop,
      final Wakeup home,
      final Shard[] shards,
      final TimerAlarm alarm,
      final ReplyPublisher replies,
      final EngineStats stats,
      final NanoClock clock,
      final int shortReplyLength,
      final ShardSnapshots snapshots) {
    this.homeLoop = homeLoop;
    this.home = home;
    this.shards = shards;
    this.alarm = alarm;
    this.replies = replies;
    this.stats = stats;
    this.clock = clock;
    this.shortReplyLength = shortReplyLength;
    this.snapshots = snapshots;
    int idCount = 0;
    rings = new MessageRing[shards.length];
    for (int i = 0; i < shards.length; i++) {
      rings[i] = shards[i].ring();
      idCount = Math.max(idCount, shards[i].shardId() + 1);
    }
    shardById = new Shard[idCount];
    for (final Shard shard : shards) {
      shardById[shard.shardId()] = shard;
    }
    bounds = new long[rings.length];
    nowNs = clock.nanoTime();
    chores = new ShardChores(shards, shardById, snapshots, nowNs);
    lives = new ShardLives(this, shards, shardById, snapshots);
    nextStepNs = alarm.nextNs();
  }

  /** Steps these shards on the thread of a loop that has handed commands over to them. */
  int stepOrWake(final int onLoop) {
    if (homeLoop != EngineThreads.NO_LOOP) {
      return Math.max(0, step(onLoop));
    }
    // Shards that have a thread of their own are applied there.
    home.wake();
    return 0;
  }

  /** Polls on the thread of a loop, or of none; how many commands, or {@link #LEFT_TO_OTHERS}. */
  int step(final int onLoop) {
    if (!gate.enter()) {
      return LEFT_TO_OTHERS;
    }
    passedCount = 0;
    return pollAndLeave(onLoop);
  }

  private int pollAndLeave(final int onLoop) {
    int workCount = 0;
    boolean left = false;
    try {
      for (int polls = 0; polls < MAX_POLLS && !left; polls++) {
        gate.beginPoll();
        workCount += poll(onLoop);
        left = gate.leave();
      }
    } finally {
      if (!left) {
        abandon();
      }
    }
    return workCount;
  }

  /**
   * Enters the gate to apply, at one reading of the clock, commands that were handed over before.
   * Returns false if they have to go into their rings, as where timers come first.
   */
  boolean tryBeginPassing(final int onLoop) {
    if (homeLoop == EngineThreads.NO_LOOP || !gate.enter()) {
      return false;
    }
    readClock();
    if (alarm.isDue(nowNs)) {
      abandon();
      return false;
    }
    replies.publishesOn(onLoop);
    return true;
  }

  /** Returns false if the command has to go into the ring of its shard. */
  boolean tryApply(final Command command, final int length, final long deadlineNs) {
    if (passedCount >= PASS_LIMIT || !shardById[command.shardId].ring().tryPass(length)) {
      return false;
    }
    passedCount++;
    apply(command, deadlineNs);
    return true;
  }

  /** Polls, too, so that all is done that belongs to the end of a batch. */
  void endPassing(final int onLoop, final long commandNs) {
    stats.recordBatch(commandNs);
    pollAndLeave(onLoop);
  }

  /** Leaves without a poll, which the home thread then makes. */
  void abandon() {
    gate.abandon();
    home.wake();
  }

  /**
   * Does something with the shards between two batches. Any thread.
   *
   * @param action is told the time; what it throws is thrown to the caller.
   * @return false if another thread is inside the gate: nothing was done.
   */
  boolean tryInside(final LongConsumer action) {
    if (!gate.enter()) {
      return false;
    }
    try {
      readClock();
      action.accept(nowNs);
    } finally {
      // Whoever came meanwhile relies on a poll by the thread inside.
      abandon();
    }
    return true;
  }

  private int poll(final int onLoop) {
    // First the ends of the rings are noted, then the clock is read, so that every command below
    // them was handed over before the time by which its deadline is judged. A thread that stood
    // still between its own look at the clock and its hand-over cannot slip one in.
    for (int ring = 0; ring < rings.length; ring++) {
      bounds[ring] = rings[ring].lastClaimed();
    }
    final long startNs = readClock();
    replies.publishesOn(onLoop);
    int workCount = 0;
    boolean hasMore = false;
    long batchStartNs = startNs;
    try {
      if (alarm.isDue(nowNs)) {
        hasMore = !fireTimers();
        batchStartNs = clock.nanoTime();
      }
      for (int ring = 0; ring < rings.length; ring++) {
        final int polled = rings[ring].poll(this, BATCH_LIMIT, bounds[ring]);
        hasMore |= polled == BATCH_LIMIT;
        workCount += polled;
      }
      if (alarm.hasChanged()) {
        hasMore |= !tellWatchers();
      }
    } finally {
      if (active.getPlain() != 0) {
        active.lazySet(0);
      }
      // Also where a service failed with an Error: the replies before it have readers to wake.
      replies.flush();
    }
    if (workCount > 0) {
      stats.recordBatch((clock.nanoTime() - batchStartNs) / workCount);
    }
    chores.expect(broughtKeys, broughtLongReplies);
    broughtKeys = false;
    broughtLongReplies = false;
    chores.doWork(nowNs);
    planNextStep(hasMore, onLoop);
    return workCount;
  }

  private long readClock() {
    final long readNs = clock.nanoTime();
    // Threads take turns here, and one may have read the clock before another that came first.
    if (readNs - nowNs > 0) {
      nowNs = readNs;
    }
    return readNs;
  }

  /** Returns false if timers of some shards are left; those shards get no commands this time. */
  private boolean fireTimers() {
    alarm.clear();
    boolean allFired = true;
    for (int i = 0; i < shards.length; i++) {
      if (!shards[i].fireTimers(nowNs, TIMER_LIMIT)) {
        bounds[i] = NO_MESSAGES;
        allFired = false;
      }
    }
    return allFired;
  }

  /** Returns false if more is to be told. */
  private boolean tellWatchers() {
    alarm.clearChanged();
    boolean allTold = true;
    for (final Shard shard : shards) {
      allTold &= shard.tellWatchers(TELL_LIMIT, replies);
    }
    if (!allTold) {
      alarm.changed();
    }
    return allTold;
  }

  private void planNextStep(final boolean hasMore, final int onLoop) {
    final long timedNs = TimerAlarm.earlier(chores.nextNs(nowNs), alarm.nextNs());
    final long next = hasMore ? nowNs : timedNs;
    final boolean isNews = hasMore || TimerAlarm.isEarlier(next, nextStepNs);
    nextStepNs = next;
    // The home thread reads the time when it steps, so it has to be woken if it does not now.
    if (isNews && onLoop != homeLoop) {
      home.wake();
    }
  }

  @Override
  public void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    final Command command = adapter.decodeInRing(buffer, offset, length);
    if (command == null) {
      stats.increment(EngineCounter.MALFORMED);
      return;
    }
    apply(command, deadlineNs);
  }

  private void apply(final Command command, final long deadlineNs) {
    if (active.getPlain() == 0) {
      active.lazySet(1);
    }
    command.deadlineNs = deadlineNs;
    command.maxReplyLength = 0;
    if (command.idempotencyKeyLength > 0) {
      broughtKeys = true;
    }
    shardById[command.shardId].onCommand(nowNs, command, replies);
    if (command.maxReplyLength > shortReplyLength) {
      broughtLongReplies = true;
    }
  }

  /** As {@link SteppedAgent#nextStepNs()}, for the home thread. */
  long nextStepNs() {
    return nextStepNs;
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

  ShardChores chores() {
    return chores;
  }

  /** Any thread. */
  ShardLives lives() {
    return lives;
  }

  /** Has the home thread poll. Any thread. */
  void wake() {
    home.wake();
  }

  /** Gives up the snapshot that is not finished; nobody is inside any more. */
  void close() {
    snapshots.giveUp();
  }
}
