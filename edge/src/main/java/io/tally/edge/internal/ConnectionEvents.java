package io.tally.edge.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Tells a {@link Connection} what happens at its socket. Stands in the pipeline in front of the
 * {@link RequestReader}, which therefore sees nothing but bytes.
 */
final class ConnectionEvents extends ChannelInboundHandlerAdapter {
  private final EdgeLoop loop;
  private final long acceptableSinceNs;
  private Connection connection;

  ConnectionEvents(final EdgeLoop loop, final long acceptableSinceNs) {
    this.loop = loop;
    this.acceptableSinceNs = acceptableSinceNs;
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext ctx) {
    loop.onRead();
    connection = new Connection(loop, ctx, acceptableSinceNs);
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object bytes) {
    connection.read(bytes);
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext ctx) {
    if (isDrained(ctx.channel())) {
      connection.onDrained();
    }
    ctx.fireChannelReadComplete();
  }

  /** A read that returned fewer bytes than it asked for has emptied the socket. */
  private static boolean isDrained(final Channel channel) {
    return channel.unsafe().recvBufAllocHandle().lastBytesRead()
        < channel.unsafe().recvBufAllocHandle().attemptedBytesRead();
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      connection.onWritable();
    }
  }

  /**
   * Keeps the event here: at the end of the input the reader would drop the bytes that it has not
   * looked at yet.
   */
  @Override
  public void userEventTriggered(final ChannelHandlerContext ctx, final Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      loop.onRead();
      connection.onPeerDone();
    }
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ctx) {
    connection.onClosed();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(final ChannelHandlerContext ctx) {
    connection.onClosed();
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    connection.onError(cause);
  }
}
