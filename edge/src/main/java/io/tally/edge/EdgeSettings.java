package io.tally.edge;

import java.util.concurrent.TimeUnit;

/**
 * How a port treats its clients.
 *
 * @param maxConnections most connections open at once, over all event loops; one more is refused.
 *     The last eighth is kept for addresses that hold no more than 8.
 * @param maxClientBytes most bytes that are kept for all connections together, not counting what
 *     idle connections take: requests begun, requests not answered, answers not taken. When there
 *     are more, connections are refused or closed, those first that keep most. Each event loop has
 *     an equal part of these bytes. As much may be used on the heap, and twice as much outside it.
 * @param maxRequests most requests under way on one event loop; when more arrive, connections are
 *     not read on (back-pressure).
 * @param maxInFlight most requests under way on one connection.
 * @param headDeadlineNs longest time from the first byte of a request to the end of its head.
 * @param bodyDeadlineNs longest time from the end of the head to the end of the request.
 * @param idleTimeoutNs time that a connection without a request stays open.
 * @param writeStallNs time after which a client that takes nothing of its answers is given up.
 * @param maxStreams most responses that go on for as long as their client stays, over all event
 *     loops; one more is refused. 0 for none.
 */
public record EdgeSettings(
    int maxConnections,
    long maxClientBytes,
    int maxRequests,
    int maxInFlight,
    long headDeadlineNs,
    long bodyDeadlineNs,
    long idleTimeoutNs,
    long writeStallNs,
    int maxStreams) {

  /** The highest port; 0 stands for any free one. */
  public static final int MAX_PORT = 65_535;

  /** Streams where no number is given. */
  public static final int DEFAULT_STREAMS = 2_048;

  /**
   * What holds where nothing else is given. An idle connection stays open for longer than load
   * balancers keep theirs: so the load balancer closes first, and no request meets a connection
   * just closed.
   */
  public static final EdgeSettings DEFAULTS =
      new EdgeSettings(
          10_000,
          64 << 20,
          8_192,
          64,
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(90),
          TimeUnit.SECONDS.toNanos(10),
          DEFAULT_STREAMS);

  /**
   * Checks that all are positive; the number of streams may be 0.
   *
   * @throws IllegalArgumentException if one is not; the message names it.
   */
  public EdgeSettings {
    checkPositive("maxConnections", maxConnections);
    checkPositive("maxClientBytes", maxClientBytes);
    checkPositive("maxRequests", maxRequests);
    checkPositive("maxInFlight", maxInFlight);
    checkPositive("headDeadlineNs", headDeadlineNs);
    checkPositive("bodyDeadlineNs", bodyDeadlineNs);
    checkPositive("idleTimeoutNs", idleTimeoutNs);
    checkPositive("writeStallNs", writeStallNs);
    if (maxStreams < 0) {
      throw new IllegalArgumentException("maxStreams must not be negative: " + maxStreams);
    }
  }

  /**
   * Whether a server can be told to listen there.
   *
   * @param value to check.
   * @return true for 0 to {@link #MAX_PORT}.
   */
  public static boolean isPort(final int value) {
    return value >= 0 && value <= MAX_PORT;
  }

  private static void checkPositive(final String name, final long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  /**
   * These settings with other bounds on what clients may hold.
   *
   * @param connections most connections.
   * @param clientBytes most bytes kept for them.
   * @param requests most requests of one event loop.
   * @param inFlight most requests of one connection.
   * @return new settings.
   */
  public EdgeSettings withClients(
      final int connections, final long clientBytes, final int requests, final int inFlight) {
    return new EdgeSettings(
        connections,
        clientBytes,
        requests,
        inFlight,
        headDeadlineNs,
        bodyDeadlineNs,
        idleTimeoutNs,
        writeStallNs,
        maxStreams);
  }

  /**
   * These settings with another bound on streams.
   *
   * @param streams most of them, 0 for none.
   * @return new settings.
   */
  public EdgeSettings withStreams(final int streams) {
    return new EdgeSettings(
        maxConnections,
        maxClientBytes,
        maxRequests,
        maxInFlight,
        headDeadlineNs,
        bodyDeadlineNs,
        idleTimeoutNs,
        writeStallNs,
        streams);
  }

  /**
   * These settings with another time for connections without a request.
   *
   * @param timeoutNs how long they stay open, in nanoseconds.
   * @return new settings.
   */
  public EdgeSettings withIdleTimeout(final long timeoutNs) {
    return withDeadlines(headDeadlineNs, bodyDeadlineNs, timeoutNs, writeStallNs);
  }

  /**
   * These settings with other deadlines, all in nanoseconds.
   *
   * @param headNs for a request's head.
   * @param bodyNs for its body.
   * @param idleNs for a connection without a request.
   * @param stallNs for a client that takes nothing of its answers.
   * @return new settings.
   */
  public EdgeSettings withDeadlines(
      final long headNs, final long bodyNs, final long idleNs, final long stallNs) {
    return new EdgeSettings(
        maxConnections,
        maxClientBytes,
        maxRequests,
        maxInFlight,
        headNs,
        bodyNs,
        idleNs,
        stallNs,
        maxStreams);
  }
}
