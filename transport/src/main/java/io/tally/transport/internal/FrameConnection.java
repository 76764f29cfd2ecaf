package io.tally.transport.internal;

/**
 * The connection on which the frames of a session travel at present, if there is one. Written by
 * the thread that steps the session, read by any.
 */
final class FrameConnection {
  private final CarrierCounters counters;
  private volatile NatsClient client;
  private volatile long maxFrameBytes = Integer.MAX_VALUE;
  private volatile String serverVersion = "";
  private boolean wasConnected;

  FrameConnection(final CarrierCounters counters) {
    this.counters = counters;
  }

  /** Lets frames travel on a new connection. Returns true unless it is the first. */
  boolean carry(final NatsClient newClient, final NatsAttempt.Greeting greeting) {
    maxFrameBytes = greeting.maxPayloadBytes();
    serverVersion = greeting.version();
    client = newClient;
    final boolean isReconnect = wasConnected;
    wasConnected = true;
    return isReconnect;
  }

  void end() {
    client = null;
  }

  /** Whether there is one, although its end may be known already. */
  boolean isCarrying() {
    return client != null;
  }

  boolean isConnected() {
    final NatsClient current = client;
    return current != null && current.isConnected();
  }

  /** The longest frame of the present connection or the last. */
  long maxFrameBytes() {
    return maxFrameBytes;
  }

  /** The server's version on the present connection or the last. */
  String serverVersion() {
    return serverVersion;
  }

  void flush() {
    final NatsClient current = client;
    if (current != null) {
      current.flushFrames();
    }
  }

  boolean publish(final String subject, final byte[] memory, final int length) {
    final NatsClient current = client;
    if (current == null || length > maxFrameBytes || !current.publish(subject, memory, length)) {
      counters.increment(CarrierCounter.PUBLISH_FAILURES);
      return false;
    }
    counters.increment(CarrierCounter.FRAMES_PUBLISHED);
    counters.add(CarrierCounter.BYTES_PUBLISHED, length);
    return true;
  }
}
