package io.tally.launcher;

import io.tally.engine.Ingress;
import io.tally.engine.SteppedAgent;

/**
 * Ends what is still under way when a stop has waited long enough. Added to an event loop then,
 * because only the loop's thread may do so; new requests meet the same end.
 */
final class Abandonment implements SteppedAgent {
  private final Ingress ingress;

  Abandonment(final Ingress ingress) {
    this.ingress = ingress;
  }

  @Override
  public int doWork(final long nowNs) {
    final int pending = ingress.pendingCount();
    ingress.abandonAll();
    return pending;
  }

  @Override
  public long nextStepNs() {
    return NEVER;
  }

  @Override
  public String roleName() {
    return "abandonment";
  }
}
