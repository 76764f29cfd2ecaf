package io.tally.http.internal;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a server asks the node behind it, on its event loops: none of these may block or throw.
 *
 * @param readiness what {@code /readyz} says.
 * @param liveness what {@code /livez} says.
 * @param cluster what {@code /cluster} says.
 * @param serving whether requests for services are taken. While they are not, they are answered 503
 *     "starting", and nothing is applied.
 * @param requestTimeoutNs longest time a request takes, in positive nanoseconds; asked every 100
 *     ms. A request that may have waited unread for longer is refused: its client has given up by
 *     then.
 */
public record NodeView(
    Supplier<ProbeResult> readiness,
    Supplier<ProbeResult> liveness,
    ClusterView cluster,
    BooleanSupplier serving,
    LongSupplier requestTimeoutNs) {
  /**
   * Checks that nothing is missing.
   *
   * @throws NullPointerException if something is; the message names it.
   */
  public NodeView {
    Objects.requireNonNull(readiness, "readiness");
    Objects.requireNonNull(liveness, "liveness");
    Objects.requireNonNull(cluster, "cluster");
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(requestTimeoutNs, "requestTimeoutNs");
  }
}
