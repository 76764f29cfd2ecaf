package io.tally.launcher;

import io.tally.transport.internal.StartState;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;

/**
 * The last steps of a start, of all nodes of a process together: what each found on disk is marked
 * as used, on all nodes or on none; then their shards go on, and they are ready. Used by the
 * launching thread.
 */
final class StateStart {
  private final List<ClusterNode> nodes;
  private final NanoClock clock;

  StateStart(final List<ClusterNode> nodes, final NanoClock clock) {
    this.nodes = nodes;
    this.clock = clock;
  }

  /**
   * Marks. That takes as long as the disk wants, so the peers are looked at once more behind it; if
   * something was heard meanwhile that forbids to go on, all marks are taken back.
   *
   * @param stopping whether the start is given up.
   * @return whether the nodes may go on; if not, they have to wait for their peers again.
   * @throws StartException if a node must not start with what it has; no mark is left.
   */
  boolean tryBegin(final BooleanSupplier stopping) throws StartException {
    boolean mayGoOn = false;
    try {
      for (final ClusterNode node : nodes) {
        begin(node);
      }
      mayGoOn = !stopping.getAsBoolean() && nodes.stream().allMatch(this::mayGoOn);
    } finally {
      if (!mayGoOn) {
        stored().forEach(NodeState::takeBack);
      }
    }
    return mayGoOn;
  }

  private Stream<NodeState> stored() {
    return nodes.stream().map(ClusterNode::state).filter(Objects::nonNull);
  }

  private void begin(final ClusterNode node) throws StartException {
    final NodeState state = node.state();
    if (state == null) {
      return;
    }
    final StartState start = node.startState(clock.nanoTime());
    if (node.knowsLaterLives(start)) {
      throw new StartException(
          "the data directory of "
              + node.nodeId()
              + " holds an older state than this node had since: the cluster has known later lives"
              + " of its shards; say --restore=latest to go back to it");
    }
    state.begin(node.incarnation(), start.knownGeneration());
  }

  /** Whether nothing was heard since it has begun that forbids it. */
  private boolean mayGoOn(final ClusterNode node) {
    final StartState start = node.startState(clock.nanoTime());
    return start.mayBecomeReady()
        && (node.state() == null
            || start.knownGeneration() < node.state().generation() && !node.knowsLaterLives(start));
  }

  /** Has all shards go on before a node says that it is ready, since its peers may ask at once. */
  void goOn() {
    nodes.forEach(StateStart::activate);
    nodes.forEach(StateStart::markReady);
    stored().forEach(NodeState::settle);
  }

  private static void activate(final ClusterNode node) {
    if (node.state() != null) {
      while (!node.engine().tryActivate()) {
        Thread.onSpinWait();
      }
      node.state().serve();
    }
  }

  private static void markReady(final ClusterNode node) {
    final NodeState state = node.state();
    if (node.link() != null && state == null) {
      node.link().markReady();
    } else if (node.link() != null) {
      node.link().markReady(state.generation(), state.sameLives());
    }
  }
}
