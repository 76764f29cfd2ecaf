package io.tally.transport.internal;

import io.tally.engine.internal.SteppedAgent;

/**
 * Has the frames leave together that the senders of several nodes have published in one step of
 * their thread. It is stepped after them, by the same thread.
 */
record FrameFlush(FrameCarrier carrier) implements SteppedAgent {
  @Override
  public int doWork(final long nowNs) {
    carrier.flush();
    return 0;
  }

  @Override
  public long nextStepNs() {
    return NEVER;
  }
}
