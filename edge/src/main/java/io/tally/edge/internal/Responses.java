package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/**
 * The requests of one connection that are under way, and their responses: written in the order of
 * the requests, and sent once in a step. Belongs to its connection.
 */
final class Responses {
  /**
   * What a pending exchange takes at most: with a long id, and versions that it is compared with.
   */
  private static final int EXCHANGE_BYTES = 600;

  private final EdgeLoop loop;
  private final Connection connection;
  private final ChannelHandlerContext ctx;
  private final ExchangeRing exchanges;
  private final Output output;
  private byte[] goAhead;
  private long exchangeBytes;

  /** The stream that the last response has become; null but for a few connections. */
  private Streaming streaming;

  private boolean lastWritten;
  private boolean lingers;

  /** The wait after the last response; null until then, and few open connections get that far. */
  private Lingering lingering;

  Responses(final EdgeLoop loop, final Connection connection, final ChannelHandlerContext ctx) {
    this.loop = loop;
    this.connection = connection;
    this.ctx = ctx;
    exchanges = new ExchangeRing(loop.settings().maxInFlight());
    output = new Output(ctx.channel());
  }

  /** Takes an exchange for the next request. */
  Exchange begin(final Requests requests) {
    final Exchange exchange = loop.takeExchange();
    exchange.begin(requests, exchanges.add(exchange));
    loop.share().onBegin(exchanges.count());
    return exchange;
  }

  /**
   * The exchange of a number; null if it was written, or was complete when the connection closed.
   */
  Exchange get(final int number) {
    return exchanges.get(number);
  }

  Exchange last() {
    return exchanges.last();
  }

  int count() {
    return exchanges.count();
  }

  boolean isFull() {
    return exchanges.isFull();
  }

  /**
   * Sets what a client waits for before it sends the rest of its request; null if it no longer
   * waits.
   */
  void goAhead(final byte[] bytes) {
    goAhead = bytes;
  }

  /** Counts anew what an exchange keeps. */
  void countBytes(final Exchange exchange) {
    final int bytes = exchange.answerBytes();
    exchangeBytes += bytes - exchange.countedBytes;
    exchange.countedBytes = bytes;
  }

  /**
   * Writes the responses whose turn it is. Returns the bytes by which the output buffer has grown
   * for them.
   */
  int write() {
    Exchange exchange;
    while (!lastWritten && (exchange = exchanges.firstReady()) != null) {
      exchangeBytes -= exchange.countedBytes;
      exchange.write(output.buffer(), loop.nowNs());
      if (exchange.isLast()) {
        onLast(exchange);
      }
      exchanges.removeFirst();
      loop.giveExchange(exchange);
      loop.share().onEnd(exchanges.count(), exchange.parts());
    }
    if (exchanges.count() == 0 && goAhead != null) {
      output.buffer().writeBytes(goAhead);
      goAhead = null;
    }
    return output.grownBytes();
  }

  private void onLast(final Exchange exchange) {
    if (streaming == null) {
      lastWritten = true;
      lingers = exchange.linger;
    } else {
      streaming.begin();
    }
  }

  /** Has the last response go on. */
  void goOn(final ResponseStream stream) {
    streaming = new Streaming(loop, connection, ctx, stream);
  }

  /** Whether more may be written, although no request is under way. */
  boolean isStreaming() {
    return streaming != null && !streaming.isOver();
  }

  /** Has the stream append its next piece, if there is one and the client has taken the last. */
  void writeStream() {
    if (streaming == null) {
      return;
    }
    if (streaming.mayWrite()) {
      streaming.write(output.buffer());
      if (!output.buffer().isReadable()) {
        output.release();
      }
    }
    if (!hasOutput()) {
      streaming.schedule();
    }
  }

  /** The client sends no more: whether that ends the connection, or will. */
  boolean stopStream() {
    if (streaming != null) {
      streaming.stop();
    }
    return streaming != null;
  }

  boolean hasOutput() {
    return !output.isEmpty();
  }

  /** Whether the output of this step is so much that it has to be sent before more is read. */
  boolean isOutputFull() {
    return output.isFull();
  }

  boolean hasUnsent() {
    return hasOutput() || output.unsentBytes() > 0;
  }

  boolean isStalled(final long nowNs, final long forNs) {
    return output.isStalled(nowNs, forNs);
  }

  /** The last response is to be followed by a close at once, whatever the client still sends. */
  void dontLinger() {
    lingers = false;
  }

  /**
   * Sends what was written.
   *
   * @param ends whether nothing more will be written.
   */
  void send(final boolean ends) {
    final ByteBuf batch = output.take();
    if (isStreaming() && streaming.isBegun()) {
      streaming.send(batch);
      streaming.schedule();
    } else if (lingers) {
      ctx.writeAndFlush(batch).addListener(sent -> onLastSent(sent.isSuccess()));
    } else if (lastWritten || ends) {
      lastWritten = true;
      ctx.writeAndFlush(batch).addListener(ChannelFutureListener.CLOSE);
    } else {
      ctx.writeAndFlush(batch, ctx.voidPromise());
    }
  }

  /** The last response is out, or could not be sent. */
  private void onLastSent(final boolean success) {
    if (success && !connection.isPeerDone()) {
      lingering().begin(ctx.channel());
    } else {
      ctx.close();
    }
  }

  boolean isLingering() {
    return lingering != null && lingering.isBegun();
  }

  boolean isLingeringOver() {
    return lingering.isOver();
  }

  /** As {@link Lingering#isTooMuch}. */
  boolean isTooMuch(final int discardedBytes) {
    return lingering().isTooMuch(discardedBytes);
  }

  private Lingering lingering() {
    if (lingering == null) {
      lingering = new Lingering(loop);
    }
    return lingering;
  }

  /**
   * Closes the connection once all that was sent is out. For a connection that has nothing left to
   * write.
   */
  void end() {
    if (!lastWritten) {
      lastWritten = true;
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  long heldBytes() {
    final long ofStream = streaming == null ? 0 : streaming.heldBytes();
    return (long) exchanges.count() * EXCHANGE_BYTES
        + exchangeBytes
        + output.heldBytes()
        + ofStream;
  }

  /** The connection has gone. */
  void close() {
    loop.share().onClosed(exchanges.count(), exchanges.readyParts());
    exchanges.end();
    if (streaming != null) {
      streaming.onClosed();
    }
    output.release();
    goAhead = null;
    lastWritten = true;
  }
}
