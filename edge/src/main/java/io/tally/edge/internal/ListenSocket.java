package io.tally.edge.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.tally.edge.EdgeSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A listening socket, bound or refused with one clear line. Connections wait until it is told to
 * accept.
 */
final class ListenSocket {
  private static final int BACKLOG = 4_096;

  /** Connections that one turn of the loop accepts at most. */
  static final int ACCEPTS_A_TURN = 16;

  /** Bounds what one read brings, because all of it may have to be kept. */
  private static final AdaptiveRecvByteBufAllocator READS =
      new AdaptiveRecvByteBufAllocator(64, 2_048, 16_384);

  private static final long CLOSE_TIMEOUT_MS = 2_000;

  private final Channel channel;
  private final Acceptor acceptor;
  private final InetSocketAddress address;

  private ListenSocket(final Channel channel, final Acceptor acceptor) {
    this.channel = channel;
    this.acceptor = acceptor;
    this.address = (InetSocketAddress) channel.localAddress();
  }

  /**
   * Binds a socket.
   *
   * @param acceptor sees each connection on the listening socket's loop.
   * @param child sees it after that, on the connection's own loop.
   */
  static ListenSocket bind(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final Acceptor acceptor,
      final ChannelHandler child) {
    final ChannelFuture bound =
        new ServerBootstrap()
            .group(eventLoops.group())
            .channel(eventLoops.serverChannelClass())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new ServerChannelRecvByteBufAllocator()
                    // Otherwise Netty's epoll transport accepts one connection a turn: it mistakes
                    // its descriptor for a short read.
                    .respectMaybeMoreData(false)
                    .maxMessagesPerRead(ACCEPTS_A_TURN))
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, READS)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(acceptor)
            .childHandler(child)
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(message(host, port, bound.cause()), bound.cause());
    }
    return new ListenSocket(bound.channel(), acceptor);
  }

  static void checkPort(final int port) {
    if (!EdgeSettings.isPort(port)) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
  }

  int port() {
    return address.getPort();
  }

  InetAddress address() {
    return address.getAddress();
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  /**
   * Begins to accept, on the socket's loop.
   *
   * @param loop the port's part on that loop.
   * @param boundNs a time before the socket was bound, in nanoseconds.
   */
  void accept(final EdgeLoop loop, final long boundNs) {
    loop.run(() -> acceptor.begin(channel, loop, boundNs));
  }

  /**
   * Accepts all connections that wait, and closes the socket. If more and more come, or if they
   * cannot be accepted, it closes after a while all the same, which ends those that still wait.
   * Idempotent.
   */
  void close() {
    if (channel.isOpen()) {
      channel.eventLoop().execute(() -> acceptor.end(channel));
      channel.closeFuture().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    }
    channel.close().awaitUninterruptibly();
  }

  private static String message(final String host, final int port, final Throwable cause) {
    final String reason = String.valueOf(cause.getMessage());
    return reason.contains("Address already in use")
        ? "port " + port + " on " + host + " is already in use"
        : "cannot listen on port " + port + " of " + host + ": " + reason;
  }
}
