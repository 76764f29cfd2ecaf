package io.tally.edge.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose last response is out, while the peer may still be sending: a close
 * now would reset the connection, and the response might be lost with it. So only this side is
 * closed, and what arrives is discarded for a while.
 */
final class Lingering {
  static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

  private static final int MAX_BYTES = 1 << 20;

  private final EdgeLoop loop;
  private boolean begun;
  private long sinceNs;
  private int bytes;

  Lingering(final EdgeLoop loop) {
    this.loop = loop;
  }

  void begin(final Channel channel) {
    begun = true;
    sinceNs = loop.nowNs();
    final ChannelFuture shutdown = ((DuplexChannel) channel).shutdownOutput();
    shutdown.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    channel.config().setAutoRead(true);
  }

  boolean isBegun() {
    return begun;
  }

  /**
   * Counts discarded bytes, those from before the lingering, too. Returns whether they are too
   * many.
   */
  boolean isTooMuch(final int discarded) {
    bytes += discarded;
    return begun && bytes > MAX_BYTES;
  }

  boolean isOver() {
    return loop.nowNs() - sinceNs > LINGER_NS;
  }
}
