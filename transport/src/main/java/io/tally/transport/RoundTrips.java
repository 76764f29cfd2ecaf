package io.tally.transport;

/**
 * Times from the sending of a frame with commands to its acknowledgement; one frame at a time is
 * timed.
 *
 * @param count frames timed so far.
 * @param sumNs of their times, in nanoseconds.
 */
public record RoundTrips(long count, long sumNs) {
  static final RoundTrips NONE = new RoundTrips(0, 0);
}
