package io.tally.engine.internal;

import java.util.stream.IntStream;

/**
 * Which threads step the agents of an engine, and how each is woken. An event loop steps its agents
 * in the order of a command's road: the receiver of the node's link, the ingress, the shard agent.
 * The shard agent also sees to what the loop has handed to the agents of other loops, which are not
 * woken for it.
 */
public final class EngineThreads {
  /** Index for "no event loop". */
  public static final int NO_LOOP = -1;

  final Wakeup[] ingressWakeups;
  final Wakeup[] agentWakeups;
  final int[] agentLoops;
  final int homeLoop;

  /**
   * Describes the threads of a node.
   *
   * @param homeLoop the event loop whose thread receives from other nodes, or {@link #NO_LOOP}.
   * @param ingressWakeups of each event loop that takes requests; none for a node without a front
   *     end.
   * @param agentLoops by shard agent: the event loop that steps it, or {@link #NO_LOOP} if it has a
   *     thread of its own.
   * @param agentWakeups by shard agent: wakes the thread that steps it.
   * @throws IllegalArgumentException if there are no agents, or not as many loops of agents as
   *     wake-ups.
   */
  public EngineThreads(
      final int homeLoop,
      final Wakeup[] ingressWakeups,
      final int[] agentLoops,
      final Wakeup[] agentWakeups) {
    require(agentWakeups.length > 0, "at least one shard agent is needed");
    require(agentLoops.length == agentWakeups.length, "each shard agent needs a loop or NO_LOOP");
    this.homeLoop = homeLoop;
    this.ingressWakeups = ingressWakeups.clone();
    this.agentLoops = agentLoops.clone();
    this.agentWakeups = agentWakeups.clone();
  }

  /**
   * Event loops that all take requests and step a shard agent each; the first one is the home loop.
   *
   * @param loops wakes them.
   * @return the threads.
   */
  public static EngineThreads ofLoops(final Wakeup... loops) {
    return new EngineThreads(0, loops, IntStream.range(0, loops.length).toArray(), loops);
  }

  /** The shard agent that a loop steps, or -1 if it steps none. */
  int agentOfLoop(final int loop) {
    for (int agent = 0; agent < agentLoops.length; agent++) {
      if (loop != NO_LOOP && agentLoops[agent] == loop) {
        return agent;
      }
    }
    return -1;
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
