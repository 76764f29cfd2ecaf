package io.tally.edge.internal;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandler;

/**
 * Reads the requests of one connection: a handler in its channel's pipeline, given all bytes that
 * arrive. An exception that it throws at that ends the connection. It asks {@link Intake#tryRead}
 * before each request, tells {@link Intake#onRequest} of each that is complete, and keeps the bytes
 * that arrive while it may not go on.
 */
public interface RequestReader extends ChannelInboundHandler {
  /**
   * Answers the request that was just read: at once, or by replies, which are asked for with the
   * exchange's cookie and may come before this returns.
   *
   * @param exchange waits for the answer.
   */
  void dispatch(Exchange exchange);

  /**
   * Memory that it keeps for a request that is not complete, and for bytes that it has not looked
   * at yet.
   *
   * @return bytes.
   */
  long heldBytes();

  /** Goes on with what it kept, now that it may. */
  void resume();

  /**
   * Frees what it keeps, because the connection takes no more requests. Not called while it reads.
   */
  void forget();

  /**
   * Leaves the pipeline and frees what it keeps, because the connection is closed. May be called
   * while it reads.
   *
   * @param successor takes its place.
   */
  void detach(ChannelHandler successor);
}
