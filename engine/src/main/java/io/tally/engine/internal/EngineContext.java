package io.tally.engine.internal;

import io.tally.engine.EngineSettings;

/**
 * What a {@link ShardEngine} is built from. Immutable.
 *
 * @param node which node of which cluster it is of.
 * @param settings its sizes and times.
 * @param services of its shards.
 * @param faults is told of exceptions thrown by services.
 * @param budgets of the process, which its shards share with those of other engines.
 * @param sources of time and secrets.
 * @param threads who steps its agents.
 * @param link the way to the other nodes.
 * @param watchTimes how long watches are kept; others than the default are for a simulation.
 */
public record EngineContext(
    OwnNode node,
    EngineSettings settings,
    ServiceCatalog services,
    ServiceFaultHandler faults,
    EngineBudgets budgets,
    EngineSources sources,
    EngineThreads threads,
    NodeLink link,
    WatchTimes watchTimes) {
  /**
   * Checks that the cluster allows so many ingress loops, and that the messages of the services fit
   * into the rings and slots.
   *
   * @throws IllegalArgumentException if that is not so, or if there are no threads.
   */
  public EngineContext {
    require(threads != null, "threads must be set");
    final int maxLoops = node.cluster().maxLoops();
    require(threads.ingressWakeups.length <= maxLoops, "at most " + maxLoops + " ingress loops");
    final MessageLengths lengths = services.lengths();
    require(
        settings.ringSlots() >= lengths.minRingSlots(),
        "rings need "
            + lengths.minRingSlots()
            + " slots for the longest command: "
            + settings.ringSlots());
    require(
        !lengths.hasLongCommands() || settings.longPayloadBytes() >= lengths.maxCommand(),
        "the longest command does not fit into the bytes for long payloads: "
            + settings.longPayloadBytes());
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
