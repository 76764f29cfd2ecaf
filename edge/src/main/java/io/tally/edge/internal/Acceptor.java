package io.tally.edge.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.tally.engine.internal.SocketBacklog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Sees each connection when it is accepted, on the listening socket's event loop, and counts it
 * there: so a connection that is still on its way to its own loop is counted, too. A connection may
 * have waited to be accepted, with its first request sent: while this loop stood still or did not
 * keep up, or while no file descriptor was left.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final long PAUSE_MS = 1_000;

  private final ConnectionQuota quota;
  private final IoEvent acceptable;
  private final Map<Channel, Admission> admitted = new ConcurrentHashMap<>();
  private Channel socket;
  private EdgeLoop loop;
  private SocketBacklog backlog;
  private int accepted;
  private long unacceptedSinceNs;
  private boolean paused;
  private boolean ending;
  private boolean foundEmpty;

  /** What is known of a connection when it is accepted. */
  record Admission(boolean granted, long acceptableSinceNs) {}

  /**
   * An acceptor that does nothing yet.
   *
   * @param acceptable what tells a listening socket to look at its queue.
   */
  Acceptor(final ConnectionQuota quota, final IoEvent acceptable) {
    this.quota = quota;
    this.acceptable = acceptable;
  }

  /**
   * What is known of a connection that is new on its own loop. Asked once: an attribute of the
   * channel would stay as long as the connection.
   */
  Admission takeAdmission(final Channel connection) {
    return admitted.remove(connection);
  }

  /** Begins to accept what has come since the socket was bound. On the socket's loop. */
  void begin(final Channel listening, final EdgeLoop onLoop, final long boundNs) {
    socket = listening;
    loop = onLoop;
    loop.onRead();
    backlog = new SocketBacklog(loop.standstill(), boundNs, loop.nowNs());
    socket.config().setAutoRead(true);
  }

  /**
   * Accepts the connections that wait, and closes the socket once its queue is found empty. An
   * earlier close would end the connections that still wait, and their clients may have sent a
   * request. A socket that never began to accept is closed at once. On the socket's loop.
   */
  void end(final Channel listening) {
    socket = listening;
    ending = true;
    acceptRest();
  }

  private void acceptRest() {
    if (paused || !socket.isOpen()) {
      return;
    }
    if (backlog == null) {
      socket.close();
      return;
    }
    foundEmpty = false;
    ((IoHandle) socket.unsafe()).handle(null, acceptable);
    if (foundEmpty) {
      socket.close();
    } else if (!paused) {
      // Later, so that the loop serves its connections in between.
      loop.runNextIteration(this::acceptRest);
    }
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object message) throws Exception {
    loop.onRead();
    backlog.onRead(loop.nowNs());
    accepted++;
    final Channel connection = (Channel) message;
    final InetAddress address =
        connection.remoteAddress() instanceof InetSocketAddress peer
            ? peer.getAddress()
            : InetAddress.getLoopbackAddress();
    final boolean granted = quota.enter(address);
    admitted.put(connection, new Admission(granted, backlog.sinceNs()));
    connection
        .closeFuture()
        .addListener(
            closing -> {
              quota.leave(address);
              // It may have found no loop.
              admitted.remove(connection);
            });
    super.channelRead(ctx, message);
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext ctx) throws Exception {
    // If an accept has failed, exceptionCaught follows: then the queue was not found empty, and
    // something in it may have waited since the time kept here.
    unacceptedSinceNs = backlog.sinceNs();
    if (accepted < ListenSocket.ACCEPTS_A_TURN) {
      backlog.onDrained();
      foundEmpty = true;
    }
    accepted = 0;
    // A turn of the loop has begun. A step has to end it: connections that are not read on wait for
    // that.
    loop.wake();
    super.channelReadComplete(ctx);
  }

  /** Has the queue wait until file descriptors may have been closed: most likely none is left. */
  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    loop.onRead();
    if (!(cause instanceof IOException failure)) {
      loop.onError(cause);
      return;
    }
    loop.onAcceptFailed(failure);
    foundEmpty = false;
    paused = true;
    backlog.onPause(unacceptedSinceNs);
    ctx.channel().config().setAutoRead(false);
    ctx.channel().eventLoop().schedule(() -> resume(ctx), PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  private void resume(final ChannelHandlerContext ctx) {
    paused = false;
    loop.onRead();
    backlog.onResume(loop.nowNs());
    ctx.channel().config().setAutoRead(true);
    if (ending) {
      acceptRest();
    }
  }
}
