package io.tally.testkit;

import io.tally.transport.internal.NatsSession;
import io.tally.transport.internal.StartState;
import java.io.IOException;

/** Starts a simulated process in the order of the launcher, stepped by its main thread. */
final class ProcessStart {
  private enum Step {
    CONNECTING,
    SETTLING,
    MEETING,
    ACTIVATING,
    OVER,
    FAILED
  }

  private final Settings settings;
  private final SimulatedNode node;
  private final NodeData data;
  private final FrontDoor door;
  private final ProcessEvents events;
  private final NatsSession session;
  private final SimulatedThread sessionThread;
  private final Traces traces;
  private final Runnable incarnationListener;
  private Step step = Step.CONNECTING;
  private long untilNs;
  private boolean connecting;

  /** The listener hears that the node has drawn an incarnation. */
  ProcessStart(
      final Settings settings,
      final SimulatedNode node,
      final NodeData data,
      final FrontDoor door,
      final ProcessEvents events,
      final NatsSession session,
      final SimulatedThread sessionThread,
      final Traces traces,
      final Runnable incarnationListener) {
    this.settings = settings;
    this.node = node;
    this.data = data;
    this.door = door;
    this.events = events;
    this.session = session;
    this.sessionThread = sessionThread;
    this.traces = traces;
    this.incarnationListener = incarnationListener;
  }

  /** Does what can be done now. */
  void advance(final long nowNs) {
    switch (step) {
      case CONNECTING -> connect(nowNs);
      case SETTLING -> settle(nowNs);
      case MEETING -> meet(nowNs);
      case ACTIVATING -> activate();
      default -> {}
    }
  }

  /** Whether it has marked its state as used, and is not ready yet. */
  boolean isMarked() {
    return step == Step.ACTIVATING;
  }

  /** Whether the process serves. */
  boolean isOver() {
    return step == Step.OVER;
  }

  boolean hasFailed() {
    return step == Step.FAILED;
  }

  private void connect(final long nowNs) {
    if (settings.nodeIds().size() == 1) {
      node.drawIncarnation();
      incarnationListener.run();
      node.launchEngine(door);
      data.tryBegin(node.incarnation(), 0);
      step = Step.ACTIVATING;
    } else if (!connecting) {
      connecting = true;
      untilNs = nowNs + Settings.START_TIMEOUT_NS;
      sessionThread.notice();
    } else if (session.isConnected()) {
      node.drawIncarnation();
      launchLink();
    } else if (nowNs - untilNs >= 0) {
      step = Step.FAILED;
    }
  }

  private void launchLink() {
    incarnationListener.run();
    try {
      node.launchLink(session, events);
      step = Step.SETTLING;
    } catch (final IOException refused) {
      step = Step.FAILED;
    }
  }

  private void settle(final long nowNs) {
    node.stepLink(nowNs);
    final StartState start = node.link().startState(nowNs);
    if (start.knownIncarnation() >= node.incarnation()) {
      traces.add(Trace.INCARNATIONS_RAISED);
      node.raiseIncarnation(start.knownIncarnation());
      launchLink();
    } else if (start.listened()) {
      node.launchEngine(door);
      untilNs = nowNs + Settings.START_TIMEOUT_NS;
      step = Step.MEETING;
    }
  }

  private void meet(final long nowNs) {
    final StartState start = node.link().startState(nowNs);
    if (start.knownIncarnation() >= node.incarnation()) {
      step = Step.FAILED;
    } else if ((start.missing().isEmpty() || nowNs - untilNs >= 0) && start.mayBecomeReady()) {
      if (data.tryBegin(node.incarnation(), start.knownGeneration())) {
        step = Step.ACTIVATING;
      } else {
        traces.add(Trace.OLD_STATES_REFUSED);
        step = Step.FAILED;
      }
    }
  }

  private void activate() {
    if (node.shards().tryActivate(node.engine())) {
      if (node.link() != null) {
        node.link().markReady(data.generation(), data.sameLives());
      }
      step = Step.OVER;
    }
  }
}
