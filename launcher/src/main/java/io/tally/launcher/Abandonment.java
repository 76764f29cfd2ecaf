package io.tally.launcher;

import io.tally.engine.internal.IngressAgent;
import io.tally.engine.internal.SteppedAgent;

/**
 * Ends the requests that are still under way when a stop has waited long enough. It is added to an
 * event loop at that time, because only the loop's thread may end them. It ends new requests, too.
 */
final class Abandonment implements SteppedAgent {
  private final IngressAgent ingress;

  Abandonment(final IngressAgent ingress) {
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
}
