package io.tally.launcher;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;

/**
 * Says that connections cannot be accepted: once a minute at most, whichever port it is, since what
 * is short is short for all of them. Any thread.
 */
final class AcceptFailureLog implements Consumer<IOException> {
  private static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

  private final NanoClock clock;
  private final Consumer<String> log;
  private boolean said;
  private long saidNs;

  AcceptFailureLog(final NanoClock clock, final Consumer<String> log) {
    this.clock = clock;
    this.log = log;
  }

  static void log(final String reason) {
    Log.warn("connections cannot be accepted; said once a minute at most", "reason", reason);
  }

  @Override
  public synchronized void accept(final IOException failure) {
    final long nowNs = clock.nanoTime();
    if (!said || nowNs - saidNs >= INTERVAL_NS) {
      said = true;
      saidNs = nowNs;
      log.accept(failure.getMessage());
    }
  }
}
