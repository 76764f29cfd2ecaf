package io.tally.transport.internal;

import java.io.IOException;

/**
 * Carries frames to subjects: the seam between the link's protocol and the network. A carrier may
 * lose, delay, repeat or reorder frames; it never changes or splits one. It knows nothing of nodes,
 * and nodes of one process share one.
 */
public interface FrameCarrier {
  /** A standing subscription. */
  interface Subscription extends AutoCloseable {
    /** Ends the subscription. Frames on their way may still be delivered. Idempotent. */
    @Override
    void close();
  }

  /**
   * Subscribes to a subject. When this returns, frames published to it from now on, by anybody, are
   * delivered. May block; called at launch only, never per request.
   *
   * @param subject exact name, no wildcards.
   * @param listener receives the frames.
   * @return the subscription, owned by the caller.
   * @throws IOException if the network did not confirm the subscription.
   */
  Subscription subscribe(String subject, FrameListener listener) throws IOException;

  /**
   * Publishes a frame. Called by one thread for all links that share the carrier, or by several if
   * each may block.
   *
   * @param subject exact name.
   * @param memory that begins with the frame; it is the caller's again when this returns.
   * @param length of the frame in bytes.
   * @return false if the frame was certainly not handed to the network; this was counted.
   */
  boolean publish(String subject, byte[] memory, int length);

  /**
   * Has the frames leave that were published and wait for more. Called by the thread that
   * published, when it has no more for now; may block as {@link #publish} may. By default no frame
   * waits.
   */
  default void flush() {}

  /**
   * Whether frames can be published at present. Any thread; never blocks.
   *
   * @return true unless the network is known to be away.
   */
  boolean isConnected();

  /**
   * Why frames do not travel at present, or not all of them. Any thread; never blocks.
   *
   * @return the reason in a few words for people, without secrets; an empty string if all is well.
   */
  String fault();

  /**
   * The longest frame that the network takes at present, as far as it has said so. It may become
   * shorter at any time. Any thread; never blocks.
   *
   * @return bytes.
   */
  long maxFrameBytes();

  /**
   * How long a starting node has to listen before it can be sure that a living process of its own
   * id was heard.
   *
   * @return nanoseconds, 0 if answers arrive with the next steps.
   */
  long listenNs();
}
