package io.tally.testkit;

import io.tally.transport.internal.CarrierStatus;
import io.tally.transport.internal.FrameRefusal;
import io.tally.transport.internal.LinkListener;
import io.tally.transport.internal.NatsSession;
import io.tally.transport.internal.PeerStatus;
import java.util.List;

/** What the link and the session of a process say, and whether one of it ends the process. */
final class ProcessEvents implements LinkListener, NatsSession.Listener {
  private final SimulatedNode node;
  private final Traces traces;
  private final List<String> violations;
  private final Runnable onFatal;
  private long fatalIncarnation;
  private boolean fatal;

  ProcessEvents(
      final SimulatedNode node,
      final Traces traces,
      final List<String> violations,
      final Runnable onFatal) {
    this.node = node;
    this.traces = traces;
    this.violations = violations;
    this.onFatal = onFatal;
  }

  /** Whether it ends by itself, and leaves everything on disk as it is. */
  boolean isFatal() {
    return fatal;
  }

  /** Incarnation of the other process of its id for which it ends, or 0. */
  long fatalIncarnation() {
    return fatalIncarnation;
  }

  @Override
  public void onPeerStatus(final String nodeId, final long incarnation, final PeerStatus status) {
    node.witness().onPeerStatus(nodeId, incarnation, status);
  }

  @Override
  public void onPeerRefused(
      final String nodeId, final long incarnation, final FrameRefusal reason) {
    traces.add(Trace.STRANGERS_REFUSED);
  }

  @Override
  public void onAlreadyRunning(final long incarnation) {
    traces.add(Trace.TWINS_GIVEN_WAY);
    onFatal(incarnation);
  }

  @Override
  public void onSuperseded(final long incarnation) {
    traces.add(Trace.SUPERSEDED);
    onFatal(incarnation);
  }

  @Override
  public void onOutdated(final long knownGeneration) {
    traces.add(Trace.OLD_STATES_REFUSED);
    onFatal(0);
  }

  private void onFatal(final long otherIncarnation) {
    if (!fatal) {
      fatal = true;
      fatalIncarnation = otherIncarnation;
      onFatal.run();
    }
  }

  @Override
  public void onFault(final RuntimeException fault) {
    violations.add("fault: " + fault);
  }

  @Override
  public void onStatus(final CarrierStatus status) {
    switch (status.state()) {
      case REFUSED -> traces.add(Trace.SESSIONS_REFUSED);
      case PAYLOAD_LIMIT -> traces.add(Trace.SESSIONS_TOO_SHORT);
      default -> {}
    }
  }
}
