package io.tally.transport.internal;

/**
 * How what is sent to a peer gets on. A round trip is the time from the sending of a frame with
 * commands to its acknowledgement; one frame at a time is timed.
 *
 * @param roundTripCount frames timed so far.
 * @param roundTripSumNs of their times, in nanoseconds.
 * @param unacknowledgedBytes of the frames sent to it, as of the sender's last step; hellos pass
 *     also where they are more than {@link LinkSettings#windowBytes()}.
 * @param queuedBytes of commands and replies that wait to be sent to it, at most {@link
 *     LinkSettings#ringBytes()}.
 */
public record PeerTraffic(
    long roundTripCount, long roundTripSumNs, long unacknowledgedBytes, long queuedBytes) {
  static final PeerTraffic NONE = new PeerTraffic(0, 0, 0, 0);
}
