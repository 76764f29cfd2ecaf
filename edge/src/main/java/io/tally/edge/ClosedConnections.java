package io.tally.edge;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Stands where a {@link RequestReader} was on the connections of one event loop that were closed
 * from here, until Netty lets go of them too.
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
