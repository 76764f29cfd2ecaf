package io.tally.launcher;

import io.tally.transport.internal.FrameCarrier;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * How the nodes of a process join their cluster: they settle their incarnations, and then wait
 * until they have met their peers. Used by the launching thread.
 */
final class ClusterStart {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final NodeConfig config;
  private final List<ClusterNode> nodes;
  private final NanoClock clock;
  private final BooleanSupplier stopping;
  private final Supplier<String> carrierFault;

  /**
   * Creates what starts the nodes.
   *
   * @param stopping whether the start is given up.
   * @param carrierFault what is wrong with the way between nodes; empty if nothing is.
   */
  ClusterStart(
      final NodeConfig config,
      final List<ClusterNode> nodes,
      final NanoClock clock,
      final BooleanSupplier stopping,
      final Supplier<String> carrierFault) {
    this.config = config;
    this.nodes = nodes;
    this.clock = clock;
    this.stopping = stopping;
    this.carrierFault = carrierFault;
  }

  /** Returns when the incarnation of each node is above all that its cluster knows of it. */
  void settle(final FrameCarrier carrier, final List<NodeListener> listeners)
      throws StartException {
    final long startNs = clock.nanoTime();
    boolean settled = false;
    while (!settled && !stopping.getAsBoolean()) {
      final String fault = carrierFault.get();
      if (!fault.isEmpty() && clock.nanoTime() - startNs > config.times().start().toNanos()) {
        throw new StartException("the node cannot meet its cluster: " + fault);
      }
      settled = fault.isEmpty();
      for (int i = 0; i < nodes.size(); i++) {
        settled &= nodes.get(i).settle(clock.nanoTime(), carrier, listeners.get(i));
      }
      if (!settled) {
        LockSupport.parkNanos(POLL_NS);
      }
    }
  }

  /**
   * Returns when all peers agree, or the time is over and none refuses; the nodes are ready then.
   */
  void awaitPeers() throws StartException {
    final StateStart states = new StateStart(nodes, clock);
    boolean begun = false;
    while (!begun && isAgreed()) {
      begun = states.tryBegin(stopping);
    }
    if (!begun) {
      // A node that has to give way to a running process of its id must not become ready: it would
      // take the place of that process.
      return;
    }
    states.goOn();
    // The nodes of one process become ready together: a request that follows at once must find all
    // of them.
    while (!stopping.getAsBoolean() && !allLocalUp()) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Waits for it; false if the start is given up. */
  private boolean isAgreed() throws StartException {
    final long startNs = clock.nanoTime();
    boolean missingNamed = false;
    while (!stopping.getAsBoolean()) {
      final long nowNs = clock.nanoTime();
      for (final ClusterNode node : nodes) {
        node.checkIncarnation(nowNs);
      }
      final boolean timedOut = nowNs - startNs > config.times().start().toNanos();
      final boolean met =
          nodes.stream().allMatch(node -> node.startState(nowNs).missing().isEmpty());
      final boolean ready =
          nodes.stream().allMatch(node -> node.startState(nowNs).mayBecomeReady());
      if (timedOut && !(met && ready) && !missingNamed) {
        missingNamed = true;
        nodes.forEach(node -> node.logMissing(nowNs));
      }
      if (ready && (met || timedOut)) {
        return true;
      }
      LockSupport.parkNanos(POLL_NS);
    }
    return false;
  }

  private boolean allLocalUp() {
    return nodes.stream().allMatch(node -> node.sees(config.localNodeIds()));
  }
}
