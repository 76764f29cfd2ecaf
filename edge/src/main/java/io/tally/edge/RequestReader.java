package io.tally.edge;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandler;

/**
 * Reads the requests of one connection: a handler in its channel's pipeline, given all bytes that
 * arrive. It asks {@link Intake#tryRead} before each request, tells {@link Intake#onRequest} of
 * each that is complete, and keeps what comes when it may not go on.
 */
public interface RequestReader extends ChannelInboundHandler {
  /**
   * Has the request that was just read answered: at once, or by replies asked for with the
   * exchange's cookie, which may come before this returns.
   *
   * @param exchange waits for the answer.
   */
  void dispatch(Exchange exchange);

  /**
   * What it keeps of a request that is not complete, and of what it has not looked at yet.
   *
   * @return bytes.
   */
  long heldBytes();

  /** Goes on with what it kept, now that it may. */
  void resume();

  /** Lets go of what it keeps. The connection takes no more. Not called while it reads. */
  void forget();

  /**
   * Leaves the pipeline with all that it keeps. The connection is closed. May be called while it
   * reads.
   *
   * @param successor takes its place.
   */
  void detach(ChannelHandler successor);
}
