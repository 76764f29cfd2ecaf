package io.tally.transport.internal;

import io.tally.transport.NatsAddress;
import java.util.List;

/**
 * One attempt to connect to one NATS server, and the connection that comes of it: what a {@link
 * NatsSession} needs of a client library. It does not connect a second time: when the connection
 * ends, the client has ended, and another takes its place. Any thread; only {@link #publish} may
 * block.
 */
public interface NatsClient {
  /** Makes clients. */
  interface Connector {
    /**
     * Begins an attempt. Does not block; what comes of it is told to the listener, which may be
     * during this call.
     *
     * @param address of the server.
     * @param listener hears of this client alone.
     * @return the client, not yet connected.
     */
    NatsClient connect(NatsAddress address, Listener listener);
  }

  /** Hears of one client. Any thread; does not block. */
  interface Listener {
    /**
     * The server took the credentials.
     *
     * @param maxPayloadBytes the longest message that it takes.
     * @param version of the server.
     */
    void onConnected(long maxPayloadBytes, String version);

    /**
     * The server named the servers of its cluster.
     *
     * @param hostsAndPorts all that it knows, such as {@code 10.0.0.1:4222}.
     */
    void onDiscovered(List<String> hostsAndPorts);

    /**
     * The server did not take the credentials, at the attempt or later.
     *
     * @param reason in the server's words.
     */
    void onRefused(String reason);

    /**
     * The server does not let this client publish or subscribe to a subject. The connection stays.
     *
     * @param violation in the server's words, which name the subject.
     * @param publishing whether it was published to; else it was subscribed to.
     */
    void onDenied(String violation, boolean publishing);

    /**
     * Server or library reported an error that says nothing of the above.
     *
     * @param error in their words.
     */
    void onError(String error);

    /**
     * The attempt failed, or the connection is lost. Nothing follows.
     *
     * @param reason in a few words.
     */
    void onEnded(String reason);
  }

  /**
   * Whether frames can be published at this moment.
   *
   * @return false before the connection is made and from the moment that its end is known.
   */
  boolean isConnected();

  /**
   * Asks the server for the frames of a subject. The same subject may be asked for several times.
   *
   * @param subject exact name.
   * @param listener receives the frames.
   * @return the subscription on this connection.
   */
  FrameCarrier.Subscription subscribe(String subject, FrameListener listener);

  /**
   * Has the server confirm all that was asked of it so far. If it denied a part, {@link
   * Listener#onDenied} is called before the confirmation.
   *
   * @param onConfirmed called when the server has confirmed; never, if it does not.
   */
  void flush(Runnable onConfirmed);

  /**
   * Publishes a frame.
   *
   * @param subject exact name.
   * @param memory that begins with the frame; it is the caller's again when this returns.
   * @param length of the frame in bytes.
   * @return false if the frame was certainly not handed to the network.
   */
  boolean publish(String subject, byte[] memory, int length);

  /** Has the frames leave that were published; may block. By default no frame waits. */
  default void flushFrames() {}

  /** Writes what was published, as far as that goes soon, and disconnects. Idempotent. */
  void close();
}
