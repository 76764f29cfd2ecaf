package io.tally.http;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The limits of an {@link HttpServer}'s connections, as computed when its context was concluded.
 */
record Limits(
    int maxConnections,
    long maxClientBytes,
    int maxRequests,
    int maxInFlight,
    int maxBodyBytes,
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxHeaderCount,
    LongSupplier requestTimeoutNs,
    long headDeadlineNs,
    long bodyDeadlineNs,
    long idleTimeoutNs,
    long writeStallNs,
    long lingerNs,
    Consumer<IOException> acceptFailureHandler) {

  /**
   * How often deadlines are looked at: an eighth of the shortest, so that none is exceeded by more.
   */
  long sweepIntervalNs() {
    final long shortestNs =
        Math.min(
            Math.min(
                Math.min(headDeadlineNs, bodyDeadlineNs), Math.min(idleTimeoutNs, writeStallNs)),
            lingerNs);
    return Math.max(shortestNs / 8, 1_000_000);
  }
}
