package io.tally.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** How an {@link HttpPort} treats its clients. What is the same for all ports are constants. */
record Limits(
    int maxConnections,
    long maxClientBytes,
    int maxRequests,
    int maxInFlight,
    int maxBodyBytes,
    LongSupplier requestTimeoutNs,
    long headDeadlineNs,
    long bodyDeadlineNs,
    long idleTimeoutNs,
    long writeStallNs,
    Consumer<IOException> acceptFailureHandler) {
  static final int MAX_REQUEST_LINE_BYTES = 4_096;
  static final int MAX_HEADER_BYTES = 8_192;
  static final int MAX_HEADER_COUNT = 100;
  static final long HEAD_DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);
  static final long BODY_DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);
  static final long IDLE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(90);
  static final long WRITE_STALL_NS = TimeUnit.SECONDS.toNanos(10);
  static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

  /**
   * How often deadlines are looked at: an eighth of the shortest, so that none is exceeded by more.
   */
  long sweepIntervalNs() {
    final long shortestNs =
        Math.min(
            Math.min(
                Math.min(headDeadlineNs, bodyDeadlineNs), Math.min(idleTimeoutNs, writeStallNs)),
            LINGER_NS);
    return Math.max(shortestNs / 8, 1_000_000);
  }
}
