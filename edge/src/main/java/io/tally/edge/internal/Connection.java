package io.tally.edge.internal;

import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;

/**
 * One client connection: its requests in flight, in the order in which they came, and the
 * responses, which leave in that order however the replies arrive. Belongs to its event loop's
 * thread.
 */
final class Connection implements Intake {
  private final EdgeLoop loop;
  private final ChannelHandlerContext ctx;
  private final RequestReader reader;
  private final ChannelHandlerContext readerCtx;
  private final Reading reading;
  private final Responses responses;
  private final Requests requests;
  private final RequestPhase phase;

  private boolean dirty;
  private boolean inputDone;
  private boolean closed;

  final Deadlines deadlines;
  final HeldBytes held;

  /** Position in its loop's list. */
  int index;

  /**
   * Makes a connection whose first bytes came after acceptableSinceNs: it may have waited to be
   * accepted since then.
   */
  Connection(final EdgeLoop loop, final ChannelHandlerContext ctx, final long acceptableSinceNs) {
    this.loop = loop;
    this.ctx = ctx;
    responses = new Responses(loop, this, ctx);
    requests = new Requests(loop, this, responses);
    phase = new RequestPhase(loop);
    reading = new Reading(loop, this, ctx.channel(), acceptableSinceNs);
    deadlines = new Deadlines(loop, this, reading, phase, responses);
    loop.onOpened(this);
    reader = loop.protocol().newReader(this);
    held = new HeldBytes(loop, this, phase, reader, responses);
    ctx.pipeline().addLast(reader);
    readerCtx = ctx.pipeline().context(reader);
  }

  // What the reader asks and tells.

  @Override
  public boolean tryRead() {
    if (hasRoom()) {
      return true;
    }
    reading.pause();
    return false;
  }

  private boolean hasRoom() {
    return !responses.isFull()
        && !responses.isOutputFull()
        && isWritable()
        && reading.isAdmitted(responses.count());
  }

  @Override
  public boolean isLate() {
    return reading.isLate();
  }

  @Override
  public boolean isDone() {
    return inputDone;
  }

  @Override
  public void onDiscarded(final int bytes) {
    if (responses.isTooMuch(bytes)) {
      end();
    }
  }

  @Override
  public void onHeadBegun() {
    phase.onHead();
  }

  @Override
  public void onBodyBegun(final byte[] goAhead) {
    phase.onBody();
    responses.goAhead(goAhead);
    write();
  }

  @Override
  public void onBodyBytes() {
    responses.goAhead(null);
  }

  @Override
  public void onRequest(final boolean last) {
    phase.onIdle();
    responses.goAhead(null);
    requests.dispatch(reader, last);
    write();
  }

  @Override
  public Exchange onUnreadable() {
    phase.onIdle();
    responses.goAhead(null);
    inputDone = true;
    reading.leaveQueue();
    return requests.beginLast();
  }

  @Override
  public void onUnreadableAnswered() {
    write();
  }

  void cutOff(final Cutoff cutoff) {
    onUnreadable().refuse(cutoff);
    write();
  }

  @Override
  public void onError(final Throwable error) {
    if (!(error instanceof IOException)) {
      // A decoder wraps what it meets.
      loop.onError(error.getCause() instanceof Error ? error.getCause() : error);
    }
    end();
  }

  // What the socket tells.

  /** Has bytes decoded. The way to the reader through the pipeline cost more of the processor. */
  void read(final Object bytes) {
    loop.onRead();
    reading.onRead();
    if (closed) {
      ctx.fireChannelRead(bytes);
    } else {
      try {
        reader.channelRead(readerCtx, bytes);
      } catch (final Exception ex) {
        onError(ex);
      }
    }
    account();
    loop.wake();
  }

  void onDrained() {
    reading.onDrained();
  }

  void onWritable() {
    if (reading.isPaused()) {
      markDirty();
      loop.wake();
    }
  }

  /** The peer sends no more. It may still read. */
  void onPeerDone() {
    reading.onPeerDone();
    if (responses.isLingering()) {
      ctx.close();
    } else if (!responses.stopStream()) {
      markDirty();
      loop.wake();
    }
  }

  void onClosed() {
    if (closed) {
      return;
    }
    closed = true;
    reading.end();
    held.release();
    responses.close();
    inputDone = true;
    loop.onClosed(this);
  }

  // What its requests and responses ask and tell.

  boolean isPeerDone() {
    return reading.isPeerDone();
  }

  boolean isClosed() {
    return closed;
  }

  /** Nothing further is read. */
  void takeNoMore() {
    inputDone = true;
  }

  void write() {
    final int grownBytes;
    try {
      grownBytes = responses.write();
    } catch (final RuntimeException ex) {
      // Whoever brought the reply must not meet it, and nothing can follow on this connection.
      onError(ex);
      return;
    }
    if (responses.hasOutput()) {
      markDirty();
    }
    held.grow(grownBytes);
  }

  /** Has its stream asked for a piece. */
  void onStreamNews() {
    if (!closed) {
      markDirty();
      loop.wake();
    }
  }

  void markDirty() {
    if (!dirty) {
      dirty = true;
      loop.onDirty(this);
    }
  }

  // What the loop tells.

  /** Sends what was written since the last flush, and reads on if there is room again. */
  void flush() {
    dirty = false;
    if (closed) {
      return;
    }
    responses.writeStream();
    final boolean ends = isAtEnd();
    if (responses.hasOutput()) {
      phase.onSent();
      responses.send(ends);
    } else if (ends) {
      responses.end();
    }
    if (reading.isPaused() && !closed && !inputDone && hasRoom()) {
      account();
      if (!closed) {
        resume();
      }
    }
    account();
  }

  /** Whether nothing will be written any more. */
  private boolean isAtEnd() {
    return responses.count() == 0
        && !responses.isStreaming()
        && (inputDone || reading.isPeerDone() && !reading.isPaused());
  }

  private void resume() {
    reading.resume();
    phase.restart();
    reader.resume();
    loop.wake();
    if (!reading.isPaused() && !closed) {
      reading.readOn(true);
      if (reading.isPeerDone()) {
        markDirty();
      }
    }
  }

  void endInput() {
    if (inputDone) {
      return;
    }
    inputDone = true;
    if (responses.count() > 0) {
      // What the client has sent after this request stays unread.
      responses.last().endConnection(true);
    }
  }

  /** Counts what the process keeps for this connection, and returns it in bytes. */
  int account() {
    if (!closed) {
      held.count();
    }
    return held.bytes();
  }

  /**
   * Closes the connection and frees at once all that it keeps. Netty reports the close only when
   * all sockets that were ready have been served, and by then thousands of connections may have to
   * be closed.
   */
  void end() {
    if (closed) {
      return;
    }
    onClosed();
    // A read of this socket may be under way. It must not go on after the close, when the
    // descriptor may belong to another connection.
    ctx.channel().config().setAutoRead(false);
    ctx.close();
    reader.detach(loop.closedConnections());
  }

  /** The loop has room for a request again. */
  void onRoom() {
    if (reading.isPaused() && !inputDone && isWritable()) {
      resume();
      account();
    }
  }

  private boolean isWritable() {
    return ctx.channel().isWritable();
  }

  void close() {
    ctx.close();
  }
}
