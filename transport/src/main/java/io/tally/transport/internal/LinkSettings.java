package io.tally.transport.internal;

import io.tally.engine.internal.MessageLengths;
import org.agrona.BitUtil;

/**
 * Sizes and times of a link. Nodes of one cluster may differ in them.
 *
 * @param windowBytes published to a peer that it may not have acknowledged, up to 1 GiB.
 * @param ringBytes that may wait in front of that window, a power of two.
 * @param maxFrameBytes of the largest frame, sent or accepted; not more than the window.
 * @param maxMessageBytes of the longest message that will be claimed, from 256 to {@link
 *     #longestMessageBytes}.
 * @param inboundFrames that may wait for the receiver, at least 2.
 * @param inboundBytes of these frames, at least a window: what peers that keep to their windows can
 *     have sent at once is the window of each.
 * @param helloIntervalNs the longest time between two hellos to a peer, nanoseconds, positive.
 * @param probeIntervalNs the time, positive, between two hellos that ask a peer whose window is
 *     full for an acknowledgement, nanoseconds.
 * @param heartbeatTimeoutNs a peer of which nothing was heard for this long is down, nanoseconds;
 *     more than the hello interval.
 * @param queueLimitNs the longest time for which a message that finds its ring full is kept,
 *     nanoseconds, positive.
 * @param requestTimeoutNs the longest time for which a command may be under way to this node's
 *     shards, nanoseconds, positive; its hellos name it.
 */
public record LinkSettings(
    int windowBytes,
    int ringBytes,
    int maxFrameBytes,
    int maxMessageBytes,
    int inboundFrames,
    long inboundBytes,
    long helloIntervalNs,
    long probeIntervalNs,
    long heartbeatTimeoutNs,
    long queueLimitNs,
    long requestTimeoutNs) {
  /** The window, unless set otherwise. */
  public static final int DEFAULT_WINDOW_BYTES = 1 << 20;

  /** The bytes that may wait in front of it, unless set otherwise. */
  public static final int DEFAULT_RING_BYTES = 1 << 18;

  static final int DEFAULT_MAX_FRAME_BYTES = 1 << 16;
  static final int DEFAULT_INBOUND_FRAMES = 1 << 13;
  static final long DEFAULT_HELLO_INTERVAL_NS = 900_000_000L;
  static final long DEFAULT_PROBE_INTERVAL_NS = 50_000_000L;

  /** Silence after which a peer is down: the end of a killed one is known within three seconds. */
  static final long DEFAULT_HEARTBEAT_TIMEOUT_NS = 2_800_000_000L;

  private static final int MAX_WINDOW_BYTES = 1 << 30;
  private static final int MIN_INBOUND_FRAMES = 2;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of its range.
   */
  public LinkSettings {
    require(windowBytes <= MAX_WINDOW_BYTES, "a window has at most " + MAX_WINDOW_BYTES + " bytes");
    require(BitUtil.isPowerOfTwo(ringBytes), "the ring's size is a power of two");
    require(maxFrameBytes <= windowBytes, "a frame fits into the window");
    require(
        maxMessageBytes >= MessageLengths.MIN_BETWEEN_NODES,
        "the longest message has at least " + MessageLengths.MIN_BETWEEN_NODES + " bytes");
    require(
        maxMessageBytes <= longestMessageBytes(ringBytes, maxFrameBytes),
        "the longest message fits into the ring and into a frame with a hello");
    require(inboundFrames >= MIN_INBOUND_FRAMES, "at least two frames may wait");
    require(inboundBytes >= windowBytes, "as many bytes as a window has may wait");
    require(
        helloIntervalNs > 0 && probeIntervalNs > 0 && heartbeatTimeoutNs > helloIntervalNs,
        "the heartbeat timeout is longer than the interval of hellos");
    require(queueLimitNs > 0, "the queue limit is positive");
    require(requestTimeoutNs > 0, "the request timeout is positive");
  }

  private static void require(final boolean condition, final String rule) {
    if (!condition) {
      throw new IllegalArgumentException(rule);
    }
  }

  /**
   * The settings of a node, with the defaults for all that the engine does not decide.
   *
   * @param maxMessageBytes of the longest message that will be claimed.
   * @param inboundBytes of the frames that may wait for the receiver.
   * @param queueLimitNs the longest time for which a message that finds its ring full is kept.
   * @param requestTimeoutNs the longest time for which a command may be under way.
   * @return the settings.
   */
  public static LinkSettings of(
      final int maxMessageBytes,
      final long inboundBytes,
      final long queueLimitNs,
      final long requestTimeoutNs) {
    return new LinkSettings(
        DEFAULT_WINDOW_BYTES,
        DEFAULT_RING_BYTES,
        DEFAULT_MAX_FRAME_BYTES,
        maxMessageBytes,
        DEFAULT_INBOUND_FRAMES,
        inboundBytes,
        DEFAULT_HELLO_INTERVAL_NS,
        DEFAULT_PROBE_INTERVAL_NS,
        DEFAULT_HEARTBEAT_TIMEOUT_NS,
        queueLimitNs,
        requestTimeoutNs);
  }

  /** The longest message that fits into the ring in front of a peer, and into a frame. */
  static int longestMessageBytes(final int ringBytes, final int maxFrameBytes) {
    return Math.min(
        ringBytes / 8 - OutboundRing.ERA_BYTES, maxFrameBytes - FrameLayout.OVERHEAD_BYTES);
  }

  /**
   * What an agent gathers for a peer before it claims room for it in the ring.
   *
   * @return bytes at most.
   */
  public int gatheredBytes() {
    return OutboundRing.gatheredBytes(ringBytes);
  }

  /**
   * The longest frame that cannot be made shorter: the longest message alone, with a hello. A
   * carrier has to take as much.
   *
   * @return length in bytes.
   */
  public int minFrameBytes() {
    return FrameLayout.OVERHEAD_BYTES + maxMessageBytes;
  }
}
