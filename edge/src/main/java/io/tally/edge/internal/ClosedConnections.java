package io.tally.edge.internal;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Takes the place of the {@link RequestReader} on a connection that was closed from this side, and
 * discards what still arrives, until Netty has closed the channel, too. One for all connections of
 * an event loop.
 */
@Sharable
final class ClosedConnections extends ChannelInboundHandlerAdapter {
  private final EdgeLoop loop;

  ClosedConnections(final EdgeLoop loop) {
    this.loop = loop;
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object bytes) {
    ReferenceCountUtil.release(bytes);
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    if (!(cause instanceof IOException)) {
      loop.onError(cause);
    }
  }
}
