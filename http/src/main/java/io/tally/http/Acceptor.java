package io.tally.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.tally.engine.SocketBacklog;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Sees each connection when it is accepted, on the listening socket's event loop. It may have
 * waited for that, with its first request sent, for as long as this loop stood still or did not
 * catch up.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<Long> ACCEPTABLE_SINCE =
      AttributeKey.valueOf(Acceptor.class, "acceptableSince");

  private static final long PAUSE_MS = 1_000;

  private final Function<EventLoop, LoopState> loops;
  private LoopState loop;
  private SocketBacklog backlog;
  private int accepted;

  Acceptor(final Function<EventLoop, LoopState> loops) {
    this.loops = loops;
  }

  /** The earliest time at which an accepted connection can have been made. */
  static long acceptableSinceNs(final Channel connection) {
    return connection.attr(ACCEPTABLE_SINCE).get();
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object connection)
      throws Exception {
    begin(ctx);
    backlog.onRead(loop.nowNs());
    accepted++;
    ((Channel) connection).attr(ACCEPTABLE_SINCE).set(backlog.sinceNs());
    super.channelRead(ctx, connection);
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext ctx) throws Exception {
    if (accepted < ListenSocket.ACCEPTS_A_TURN && backlog != null) {
      backlog.onDrained();
    }
    accepted = 0;
    super.channelReadComplete(ctx);
  }

  /** Most likely there is no descriptor left: the queue waits until some are closed. */
  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    begin(ctx);
    if (!(cause instanceof IOException failure)) {
      loop.onError(cause);
      return;
    }
    loop.onAcceptFailed(failure);
    backlog.onPause();
    ctx.channel().config().setAutoRead(false);
    ctx.channel().eventLoop().schedule(() -> resume(ctx), PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  private void resume(final ChannelHandlerContext ctx) {
    loop.onRead();
    backlog.onResume(loop.nowNs());
    ctx.channel().config().setAutoRead(true);
  }

  private void begin(final ChannelHandlerContext ctx) {
    if (loop == null) {
      // The loops are made after the socket is bound, and before it accepts.
      loop = loops.apply(ctx.channel().eventLoop());
      loop.onRead();
      backlog = new SocketBacklog(loop.standstill(), loop.standstill().polledNs(), loop.nowNs());
    }
    loop.onRead();
  }
}
