package io.tally.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;

/**
 * What the nodes of a process keep on disk, if they keep anything: opened first of all, loaded when
 * all ports are bound, saved at the stop, and given back last. Used by the thread that launches and
 * stops the process.
 */
final class NodeStates implements AutoCloseable {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<NodeState> states = new ArrayList<>();
  private final NodeConfig config;
  private final NanoClock clock;
  private StateSaver saver;

  NodeStates(final NodeConfig config, final NanoClock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Decides what each node starts with. */
  void open(final MemoryPlan plan) throws StartException {
    if (!config.state().isKept()) {
      Log.info("state is in memory only: a restart begins at zero; --data-dir keeps it");
      return;
    }
    for (final String nodeId : config.localNodeIds()) {
      states.add(NodeState.open(config, plan.services(), nodeId));
    }
  }

  /** The states in the order of the nodes of this process; empty if nothing is kept. */
  List<NodeState> all() {
    return states;
  }

  /** Null if nothing is kept. */
  NodeState of(final int localIndex) {
    return states.isEmpty() ? null : states.get(localIndex);
  }

  /** Steps the links meanwhile. To be called before anybody steps the shards. */
  void load(final List<ClusterNode> nodes, final BooleanSupplier stopping)
      throws StartException, InterruptedException {
    if (states.isEmpty()) {
      return;
    }
    final long startNs = clock.nanoTime();
    try (StateLoad load = new StateLoad()) {
      nodes.forEach(load::add);
      while (!load.isDone()) {
        if (stopping.getAsBoolean()) {
          load.cancel();
        }
        nodes.forEach(node -> node.stepLink(clock.nanoTime()));
        LockSupport.parkNanos(POLL_NS);
      }
    }
    if (states.stream().anyMatch(state -> state.shardIds().length > 0)) {
      Log.info("state loaded", "ms", TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNs));
    }
    saver = new StateSaver(config.state(), nodes, clock);
    saver.start();
  }

  /** As {@link StateSaver#isOver}. */
  boolean isSaveOver() {
    return saver == null || saver.isOver(clock.nanoTime());
  }

  /** As {@link StateSaver#fault}. */
  String saveFault() {
    return saver == null ? "" : saver.fault();
  }

  /** Stops the writing of snapshots. To be called while the shards can still be stepped. */
  void stopWriting() {
    CloseHelper.quietClose(saver);
  }

  /** A folder is not given back while it may be written to; then it is when the process ends. */
  @Override
  public void close() {
    if (saver == null || saver.hasEnded()) {
      CloseHelper.quietCloseAll(states);
    }
  }
}
