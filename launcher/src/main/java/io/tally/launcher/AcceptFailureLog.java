package io.tally.launcher;

import java.io.IOException;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;

/**
 * Logs that connections cannot be accepted: once a minute at most for all ports together, since
 * what one lacks, they all lack. Any thread.
 */
final class AcceptFailureLog implements Consumer<IOException> {
  private static final String KIND = "accept";

  private final Repeats repeats;
  private final Consumer<String> log;

  AcceptFailureLog(final NanoClock clock, final Consumer<String> log) {
    repeats = new Repeats(clock);
    this.log = log;
  }

  static void log(final String reason) {
    Log.warn("connections cannot be accepted; said once a minute at most", "reason", reason);
  }

  @Override
  public void accept(final IOException failure) {
    if (repeats.admit(KIND)) {
      log.accept(failure.getMessage());
    }
  }
}
