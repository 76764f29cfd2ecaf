package io.tally.bench.compare;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * The limit that Tally is measured against: Netty's HTTP codec and aggregator on the same transport
 * and the same number of event loops, one flush for each read, a fixed answer and no engine.
 */
public final class BareNetty {
  private static final int BACKLOG = 4_096;
  private static final int MAX_BODY_BYTES = 65_536;
  private static final byte[] ANSWER =
      "{\"counter_id\":\"counter-00000000\",\"value\":1000}\n".getBytes(StandardCharsets.US_ASCII);

  private BareNetty() {}

  /**
   * Serves until the process is ended.
   *
   * @param args port on 127.0.0.1, and number of event loops.
   */
  public static void main(final String[] args) {
    final int port = Integer.parseInt(args[0]);
    final int loops = Integer.parseInt(args[1]);
    System.setProperty("io.netty.leakDetection.level", "disabled");
    final boolean epoll = Epoll.isAvailable();
    new ServerBootstrap()
        .group(
            new MultiThreadIoEventLoopGroup(
                loops, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory()))
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(final Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                    .addLast(new Answer());
              }
            })
        .bind("127.0.0.1", port)
        .syncUninterruptibly();
  }

  private static final class Answer extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(
        final ChannelHandlerContext context, final FullHttpRequest request) {
      final FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(ANSWER));
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
          .setInt(HttpHeaderNames.CONTENT_LENGTH, ANSWER.length);
      context.write(response);
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
      context.flush();
    }
  }
}
