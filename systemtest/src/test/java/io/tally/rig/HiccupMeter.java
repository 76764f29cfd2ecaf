package io.tally.rig;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures for how long this machine gave a thread no turn: what the rig may blame on too few cores
 * and not on the cluster.
 */
final class HiccupMeter implements AutoCloseable {
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Thread thread = new Thread(this::measure, "hiccup-meter");
  private volatile boolean closed;
  private volatile long maxNs;

  HiccupMeter() {
    thread.setDaemon(true);
    thread.start();
  }

  private void measure() {
    long lastNs = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(INTERVAL_NS);
      final long nowNs = System.nanoTime();
      maxNs = Math.max(maxNs, nowNs - lastNs - INTERVAL_NS);
      lastNs = nowNs;
    }
  }

  long maxNs() {
    return maxNs;
  }

  @Override
  public void close() {
    closed = true;
  }
}
