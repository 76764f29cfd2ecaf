package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;

/**
 * What one connection does for the {@link ResponseStream} that its last response has become: asks
 * it for pieces, at most one of which is on its way to the client. Belongs to its connection.
 */
final class Streaming implements ChannelFutureListener {
  /**
   * Bytes of the socket's send buffer. What lies there cannot be replaced by something newer, so a
   * slow client would read long of what is past.
   */
  private static final int SEND_BUFFER_BYTES = 16 << 10;

  /** Bytes of this class, the stream's own fields and its places in lists. */
  private static final int HELD_BYTES = 256;

  private final EdgeLoop loop;
  private final Connection connection;
  private final ChannelHandlerContext ctx;
  private final ResponseStream stream;
  private boolean begun;
  private boolean beginTaken;
  private boolean untaken;
  private boolean sending;
  private boolean asking;
  private boolean ended;

  /** Position in its loop's list. */
  int index;

  /** When it is to be asked unless it is woken before. */
  long dueNs = ResponseStream.NEVER;

  Streaming(
      final EdgeLoop loop,
      final Connection connection,
      final ChannelHandlerContext ctx,
      final ResponseStream stream) {
    this.loop = loop;
    this.connection = connection;
    this.ctx = ctx;
    this.stream = stream;
    stream.begin(this);
    loop.streams().add(this);
  }

  /** The head of its response is written. */
  void begin() {
    begun = true;
    ctx.channel().config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
  }

  boolean isBegun() {
    return begun;
  }

  /** Whether its head is written, and nothing else will be. */
  boolean isOver() {
    return begun && ended;
  }

  /** Whether the client has taken all, and more may come. */
  boolean mayWrite() {
    return begun && !untaken && !ended;
  }

  /** Has the stream append its next piece. */
  void write(final ByteBuf out) {
    asking = true;
    try {
      stream.write(out, loop.nowNs());
    } finally {
      asking = false;
    }
  }

  /** Sends what was written, the end of the head at first. */
  void send(final ByteBuf batch) {
    untaken = true;
    sending = true;
    ctx.writeAndFlush(batch).addListener(this);
    sending = false;
  }

  /** Sets when the stream is asked again. */
  void schedule() {
    dueNs = mayWrite() ? stream.nextNs() : ResponseStream.NEVER;
    loop.streams().onDueChanged(dueNs);
  }

  /** What was sent is out, or could not be sent. */
  @Override
  public void operationComplete(final ChannelFuture sent) {
    untaken = false;
    beginTaken = true;
    if (!sent.isSuccess()) {
      ctx.close();
    } else if (!sending) {
      wake();
    }
  }

  void onNews() {
    if (mayWrite() && !asking) {
      wake();
    }
  }

  private void wake() {
    loop.onRead();
    connection.onStreamNews();
  }

  void onDue() {
    connection.onStreamNews();
  }

  void end() {
    if (!ended) {
      release();
      connection.onStreamNews();
    }
  }

  /**
   * Ends it because the client sends no more, or the server stops: at once, but for the responses
   * before it, which are still owed.
   */
  void stop() {
    if (beginTaken) {
      connection.end();
    } else {
      end();
    }
  }

  /** The connection is gone. */
  void onClosed() {
    if (!ended) {
      release();
    }
  }

  private void release() {
    ended = true;
    dueNs = ResponseStream.NEVER;
    loop.streams().remove(this);
    try {
      stream.onEnd();
    } catch (final RuntimeException ex) {
      loop.onError(ex);
    }
  }

  /** Any thread. */
  void run(final Runnable task) {
    loop.run(
        () -> {
          if (!ended) {
            runNow(task);
          }
        });
  }

  private void runNow(final Runnable task) {
    loop.onRead();
    try {
      task.run();
    } catch (final RuntimeException ex) {
      connection.onError(ex);
    }
    connection.account();
    loop.wake();
  }

  long heldBytes() {
    return ended ? 0 : HELD_BYTES + stream.heldBytes();
  }
}
