package io.tally.engine.internal;

/**
 * Steps shards on behalf of one thread: those whose home this thread is, and then those of other
 * loops to which this loop has just handed commands. For these no other thread is woken, since that
 * costs more than the work. Every field belongs to the home thread; what other threads step, too,
 * is behind the gates of the {@link ShardPoller}s.
 */
final class ShardAgent implements SteppedAgent {
  private static final long RETRY_NS = 1_000_000;

  private final int index;
  private final int loop;
  private final ShardPoller own;
  private final ShardPoller[] pollers;
  private final boolean[] handedOver;
  private long lastStepNs;
  private boolean isLeftToOthers;

  /**
   * Creates an agent.
   *
   * @param index of this agent and of its own shards' poller.
   * @param loop whose thread steps it, or {@link EngineThreads#NO_LOOP}.
   * @param pollers all of the node.
   * @param handedOver by poller: whether a {@link CommandRouter} of this loop has handed it
   *     something since the last step.
   */
  ShardAgent(
      final int index, final int loop, final ShardPoller[] pollers, final boolean[] handedOver) {
    this.index = index;
    this.loop = loop;
    this.pollers = pollers;
    own = pollers[index];
    this.handedOver = handedOver;
  }

  @Override
  public int doWork(final long nowNs) {
    lastStepNs = nowNs;
    handedOver[index] = false;
    final int ownCount = own.step(loop);
    isLeftToOthers = ownCount == ShardPoller.LEFT_TO_OTHERS;
    int workCount = Math.max(0, ownCount);
    for (int other = 0; other < handedOver.length; other++) {
      if (handedOver[other]) {
        handedOver[other] = false;
        workCount += pollers[other].stepOrWake(loop);
      }
    }
    return workCount;
  }

  @Override
  public long nextStepNs() {
    // A reply may have made its handler hand over another command, to a poller whose turn in this
    // step had passed.
    for (final boolean isHandedOver : handedOver) {
      if (isHandedOver) {
        return lastStepNs;
      }
    }
    final long nextNs = own.nextStepNs();
    // What is due may stay so for as long as the thread inside stands still.
    return isLeftToOthers && TimerAlarm.isEarlier(nextNs, lastStepNs + RETRY_NS)
        ? lastStepNs + RETRY_NS
        : nextNs;
  }
}
