package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.SocketBacklog;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * One client connection: its requests in flight, in the order in which they came, and the
 * responses, which leave in that order however the answers arrive. Belongs to its event loop's
 * thread.
 */
final class Connection implements ReplyHandler, RequestShare.Waiting {
  private static final int INITIAL_OUT_BYTES = 256;
  private static final int MAX_INITIAL_OUT_BYTES = 16_384;
  private static final int MAX_LINGER_BYTES = 1 << 20;

  /** One that is pending, with a long id. */
  private static final int EXCHANGE_BYTES = 400;

  /**
   * A client that was answered a shorter time ago may be about to ask again. While the server
   * drains, it is answered once more and told to go; closing at that moment would leave it without
   * an answer.
   */
  static final long BETWEEN_REQUESTS_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What is answered at once is not in flight, so this alone bounds the answers of one step. */
  private static final int MAX_BATCH_BYTES = 1 << 16;

  private final LoopState loop;
  private final ChannelHandlerContext ctx;
  private final RequestDecoder decoder;
  private final Limits limits;
  private final SocketBacklog unread;
  private final Exchange[] ring;
  private int first;
  private int count;
  private ByteBuf out;

  /** Its capacity, as far as it is counted. */
  private int outBytes;

  private int lastOutBytes = INITIAL_OUT_BYTES;
  private boolean dirty;
  private boolean paused;
  private boolean inputDone;
  private boolean peerDone;
  private boolean continueDue;
  private boolean idleSeen;
  private boolean closeAfterFlush;
  private boolean lingerAfterFlush;
  private boolean lingering;
  private boolean closed;
  private int lingeredBytes;
  private int pageBytes;
  private int heldBytes;
  private boolean givenUp;
  private boolean awaitsRoom;
  private long undecodedSinceNs;
  private Phase phase = Phase.IDLE;
  private long phaseSinceNs;
  private long stallSignature;
  private long stallSinceNs;

  /** Position in its loop's list. */
  int index;

  private enum Phase {
    IDLE,
    HEAD,
    BODY
  }

  /** Its first bytes came after that time: it may have waited to be accepted. */
  Connection(
      final LoopState loop,
      final ChannelHandlerContext ctx,
      final RequestDecoder decoder,
      final long acceptableSinceNs) {
    this.loop = loop;
    this.ctx = ctx;
    this.decoder = decoder;
    this.limits = loop.limits();
    this.ring = new Exchange[limits.maxInFlight()];
    this.phaseSinceNs = loop.nowNs();
    this.unread = new SocketBacklog(loop.standstill(), acceptableSinceNs, loop.nowNs());
    loop.onOpened(this);
  }

  // What the decoder tells.

  /** Whether there is room for another request; if not, reading stops until there is. */
  boolean tryDecode() {
    if (count < ring.length && !isBatchFull() && isWritable() && isAdmitted()) {
      return true;
    }
    if (!paused) {
      paused = true;
      loop.onPaused(true);
      unread.onPause();
      readOn(false);
    }
    return false;
  }

  /** Bytes are read, and are about to be decoded. */
  void onRead() {
    unread.onRead(loop.nowNs());
    // A request is as old as its last byte; but not if it was complete, and waited here.
    if (!paused) {
      undecodedSinceNs = unread.sinceNs();
    }
  }

  void onDrained() {
    unread.onDrained();
  }

  /**
   * Whether what is to be decoded next may have waited for longer than a request may take: its
   * client may have given up, and have been told what became of it.
   */
  boolean isLate() {
    return loop.standstill().isLate(loop.nowNs(), undecodedSinceNs);
  }

  /** Whether what arrives is to be discarded. */
  boolean inputDone() {
    return inputDone;
  }

  void onDiscarded(final int bytes) {
    lingeredBytes += bytes;
    if (lingering && lingeredBytes > MAX_LINGER_BYTES) {
      end();
    }
  }

  void onHeadBegun() {
    if (phase != Phase.HEAD) {
      phase = Phase.HEAD;
      phaseSinceNs = loop.nowNs();
    }
  }

  void onBodyBegun(final boolean expectsContinue) {
    phase = Phase.BODY;
    phaseSinceNs = loop.nowNs();
    continueDue = expectsContinue;
    writeReady();
  }

  void onBodyBytes() {
    continueDue = false;
  }

  void onRequest(final Request request) {
    phase = Phase.IDLE;
    phaseSinceNs = loop.nowNs();
    continueDue = false;
    final int slot = claim();
    final Exchange exchange = ring[slot];
    exchange.oldVersion = request.oldVersion;
    if (!request.keepAlive || loop.goingAway()) {
      exchange.close = true;
      exchange.linger = loop.goingAway();
      inputDone = true;
    }
    try {
      loop.handler().onRequest(loop.nowNs(), request, exchange, this, slot);
    } catch (final RuntimeException ex) {
      onHandlerFault(slot, ex);
    }
    // Unless it was answered by the counters, and written, before they returned.
    if (ring[slot] == exchange) {
      pageBytes += exchange.pageBytes();
    }
    writeReady();
  }

  /** Nothing else would ever answer it. What may still answer it must not answer another. */
  private void onHandlerFault(final int slot, final RuntimeException fault) {
    loop.onError(fault);
    final Exchange exchange = ring[slot];
    if (exchange != null && !exchange.ready) {
      exchange.refuse(Refusal.INTERNAL);
      exchange.close = true;
      exchange.linger = true;
      inputDone = true;
    }
  }

  /** Answers what cannot be understood, and ends the connection after that. */
  void onFault(final Refusal refusal, final boolean head, final boolean write) {
    phase = Phase.IDLE;
    continueDue = false;
    inputDone = true;
    awaitRoomNoMore();
    final Exchange exchange = ring[claim()];
    exchange.head = head;
    exchange.write = write;
    exchange.close = true;
    exchange.linger = true;
    exchange.refuse(refusal);
    writeReady();
  }

  void onWritable() {
    if (paused) {
      markDirty();
      loop.wake();
    }
  }

  /** The peer sends no more. It may still read. */
  void onPeerDone() {
    peerDone = true;
    if (lingering) {
      ctx.close();
    } else {
      markDirty();
      loop.wake();
    }
  }

  void onClosed() {
    if (closed) {
      return;
    }
    closed = true;
    if (paused) {
      loop.onPaused(false);
    }
    loop.onHeld(-heldBytes);
    heldBytes = 0;
    loop.share().onClosed(count, readyCount());
    awaitRoomNoMore();
    Arrays.fill(ring, null);
    count = 0;
    continueDue = false;
    inputDone = true;
    if (out != null) {
      out.release();
      out = null;
    }
    loop.onClosed(this);
  }

  // Answers.

  @Override
  public void onReply(
      final long cookie,
      final Outcome outcome,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (closed) {
      loop.onDropped();
      return;
    }
    final Exchange exchange = ring[(int) cookie];
    if (exchange == null || exchange.ready) {
      // Its handler failed after it had handed the request over.
      return;
    }
    exchange.incarnation = shardIncarnation;
    exchange.replayed = replayed;
    if (outcome == Outcome.ANSWERED) {
      answered(exchange, buffer, offset, length);
    } else {
      exchange.refuse(refusal(outcome));
      if (outcome == Outcome.CLOSING) {
        endInput();
      }
    }
    writeReady();
  }

  /** Takes the answer to a request from another thread; null if it could not be made. */
  void answerLater(final int slot, final Page page) {
    loop.run(() -> onPage(slot, page));
  }

  private void onPage(final int slot, final Page page) {
    if (closed) {
      loop.onDropped();
      return;
    }
    loop.onRead();
    if (page != null) {
      ring[slot].answer(page);
      pageBytes += ring[slot].pageBytes();
    } else {
      ring[slot].refuse(Refusal.INTERNAL);
    }
    writeReady();
    account();
    loop.wake();
  }

  private void answered(
      final Exchange exchange, final DirectBuffer buffer, final int offset, final int length) {
    if (!loop.reply().wrap(buffer, offset, length)) {
      exchange.refuse(Refusal.INTERNAL);
      return;
    }
    exchange.value = loop.reply().value();
    final CounterStatus status = loop.reply().status();
    switch (status) {
      case OK -> exchange.ready = true;
      case OVERFLOW -> exchange.refuse(Refusal.OVERFLOW);
      case MEMORY_LIMIT -> exchange.refuse(Refusal.MEMORY_LIMIT);
      default -> exchange.refuse(Refusal.INTERNAL);
    }
  }

  private static Refusal refusal(final Outcome outcome) {
    return switch (outcome) {
      case INVALID -> Refusal.UNDECODABLE;
      case KEY_MISMATCH -> Refusal.KEY_MISMATCH;
      case KEY_LIMIT -> Refusal.KEY_LIMIT;
      case BUSY -> Refusal.BUSY;
      case NO_OWNER -> Refusal.NO_OWNER;
      case CLOSING -> Refusal.DRAINING;
      case TIMEOUT -> Refusal.TIMEOUT;
      case ANSWERED, INTERNAL -> Refusal.INTERNAL;
    };
  }

  private int claim() {
    if (count == ring.length) {
      throw new IllegalStateException("a request was decoded although none more may be in flight");
    }
    int slot = first + count;
    if (slot >= ring.length) {
      slot -= ring.length;
    }
    ring[slot] = loop.takeExchange();
    ring[slot].reset();
    count++;
    loop.share().onBegin(count);
    return slot;
  }

  private void writeReady() {
    while (count > 0 && !closeAfterFlush && ring[first].ready) {
      final Exchange exchange = ring[first];
      loop.writer().write(out(), exchange, loop.nowNs());
      loop.onResponse(exchange);
      closeAfterFlush = exchange.close;
      lingerAfterFlush = exchange.linger;
      pageBytes -= exchange.pageBytes();
      ring[first] = null;
      loop.giveExchange(exchange);
      count--;
      loop.share().onEnd(count);
      first = count == 0 || first + 1 == ring.length ? 0 : first + 1;
    }
    if (count == 0 && continueDue) {
      continueDue = false;
      out().writeBytes(ResponseWriter.CONTINUE);
    }
    if (out != null && out.capacity() > outBytes) {
      onOutGrown(out.capacity() - outBytes);
    }
  }

  /** Thousands may be answered in one step: what that takes is counted before the next answer. */
  private void onOutGrown(final int bytes) {
    outBytes += bytes;
    heldBytes += bytes;
    loop.onHeld(bytes);
  }

  private ByteBuf out() {
    if (out == null) {
      out = ctx.alloc().buffer(lastOutBytes);
      markDirty();
    }
    return out;
  }

  private void markDirty() {
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
    final boolean ends = count == 0 && (inputDone || peerDone && !paused);
    if (out != null) {
      send(ends);
    } else if (ends && !closeAfterFlush) {
      closeAfterFlush = true;
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
    if (paused && !closed && !inputDone && count < ring.length && isWritable() && isAdmitted()) {
      account();
      if (!closed) {
        resume();
      }
    }
    account();
  }

  private void send(final boolean ends) {
    if (phase == Phase.IDLE) {
      phaseSinceNs = loop.nowNs();
    }
    final ByteBuf batch = out;
    out = null;
    lastOutBytes =
        Math.min(Math.max(batch.readableBytes(), INITIAL_OUT_BYTES), MAX_INITIAL_OUT_BYTES);
    if (lingerAfterFlush) {
      ctx.writeAndFlush(batch).addListener((ChannelFutureListener) this::linger);
    } else if (closeAfterFlush || ends) {
      closeAfterFlush = true;
      ctx.writeAndFlush(batch).addListener(ChannelFutureListener.CLOSE);
    } else {
      ctx.writeAndFlush(batch, ctx.voidPromise());
    }
  }

  private void resume() {
    paused = false;
    loop.onPaused(false);
    loop.onRead();
    unread.onResume(loop.nowNs());
    phaseSinceNs = loop.nowNs();
    decoder.resume();
    if (!paused && !closed) {
      readOn(true);
      if (peerDone) {
        markDirty();
      }
    }
  }

  /**
   * Nothing is left to be read once the peer is done. Epoll has let go of the socket's input by
   * then, and fails if it is asked for it again.
   */
  private void readOn(final boolean on) {
    if (!peerDone) {
      ctx.channel().config().setAutoRead(on);
    }
  }

  /**
   * The response is out, but the peer may still be sending: a close now would reset the connection,
   * and the response might be lost with it. So only this side is closed, and what comes is
   * discarded for a while.
   */
  private void linger(final ChannelFuture written) {
    if (!written.isSuccess() || peerDone) {
      ctx.close();
      return;
    }
    lingering = true;
    phaseSinceNs = loop.nowNs();
    final ChannelFuture shutdown = ((DuplexChannel) ctx.channel()).shutdownOutput();
    shutdown.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    ctx.channel().config().setAutoRead(true);
  }

  /** The server is stopping: finish what was read, and close. Called again until it is closed. */
  void drain() {
    if (phase != Phase.IDLE) {
      return;
    }
    // One look at the socket in between: after a standstill there may be a request in it.
    if (count > 0 || isIdleFor(BETWEEN_REQUESTS_NS) && idleSeen) {
      endInput();
      markDirty();
    }
    idleSeen = isIdleFor(BETWEEN_REQUESTS_NS);
  }

  private boolean isIdleFor(final long durationNs) {
    return count == 0 && !paused && loop.nowNs() - phaseSinceNs >= durationNs;
  }

  private void endInput() {
    if (inputDone) {
      return;
    }
    inputDone = true;
    if (count > 0) {
      final Exchange last = ring[(first + count - 1) % ring.length];
      last.close = true;
      // What the client has sent behind it stays unread.
      last.linger = true;
    }
  }

  /** Ends the connection if one of its deadlines has passed. */
  void sweep(final long nowNs) {
    final long inPhaseNs = nowNs - phaseSinceNs;
    if (isStalled(nowNs)) {
      ctx.close();
    } else if (lingering) {
      if (inPhaseNs > Limits.LINGER_NS) {
        ctx.close();
      }
    } else if (inputDone || paused || count == ring.length) {
      return;
    } else if (phase == Phase.HEAD && inPhaseNs > limits.headDeadlineNs()) {
      onFault(Refusal.HEAD_TIMEOUT, false, true);
    } else if (phase == Phase.BODY && inPhaseNs > limits.bodyDeadlineNs()) {
      onFault(Refusal.BODY_TIMEOUT, false, true);
    } else if (loop.draining()) {
      drain();
    } else if (phase == Phase.IDLE
        && count == 0
        && wasPolledAfter(phaseSinceNs + limits.idleTimeoutNs())) {
      ctx.close();
    }
  }

  /**
   * Whether all that had arrived at that time has been read, and the loop has not stood still
   * since: a connection must not be closed while a request waits in it.
   */
  private boolean wasPolledAfter(final long timeNs) {
    return loop.standstill().polledNs() - timeNs > 0 && !loop.standstill().wasLate();
  }

  /** Counts what the process keeps for this connection, and returns it in bytes. */
  int account() {
    if (closed) {
      return 0;
    }
    outBytes = out == null ? 0 : out.capacity();
    final long held =
        decoder.heldBytes() + (long) count * EXCHANGE_BYTES + pageBytes + outBytes + unsentBytes();
    final int before = heldBytes;
    heldBytes = (int) Math.min(held, Integer.MAX_VALUE);
    loop.onHeld(heldBytes - before);
    return heldBytes;
  }

  int heldBytes() {
    return heldBytes;
  }

  private long unsentBytes() {
    final ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  /**
   * The process keeps too much for its clients, and for this one among the most. It is told so if
   * that is all that is to be sent: answers not taken must not be kept for the sake of one more.
   */
  void giveUp() {
    if (!givenUp) {
      givenUp = true;
      loop.onGivenUp();
    }
    if (inputDone || phase == Phase.IDLE || count > 0 || out != null || unsentBytes() > 0) {
      end();
      return;
    }
    decoder.forget();
    onFault(Refusal.CLIENT_MEMORY, false, true);
    lingerAfterFlush = false;
    account();
    loop.wake();
  }

  /**
   * Closes the connection and lets go at once of all that it keeps. Netty says that it is closed
   * only when all sockets that were ready are served, and thousands may have to be closed by then.
   */
  void end() {
    if (closed) {
      return;
    }
    onClosed();
    // Who reads it just now must not go on: by then its descriptor may be another connection's.
    ctx.channel().config().setAutoRead(false);
    ctx.close();
    decoder.detach();
  }

  /** Where it is not, it is told when there is room, or finds out with its own answers. */
  private boolean isAdmitted() {
    if (loop.share().admits(count)) {
      return true;
    }
    if (count == 0 && !awaitsRoom) {
      awaitsRoom = true;
      loop.share().enqueue(this);
    }
    return false;
  }

  @Override
  public void onRoom() {
    awaitsRoom = false;
    if (paused && !inputDone && isWritable()) {
      resume();
      account();
    }
  }

  private void awaitRoomNoMore() {
    if (awaitsRoom) {
      awaitsRoom = false;
      loop.share().dequeue(this);
    }
  }

  private int readyCount() {
    int ready = 0;
    for (int i = 0; i < count; i++) {
      ready += ring[(first + i) % ring.length].ready ? 1 : 0;
    }
    return ready;
  }

  private boolean isBatchFull() {
    return out != null && out.readableBytes() >= MAX_BATCH_BYTES;
  }

  private boolean isWritable() {
    return ctx.channel().isWritable();
  }

  private boolean isStalled(final long nowNs) {
    final ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
    if (pending == null || pending.totalPendingWriteBytes() == 0) {
      stallSignature = 0;
      return false;
    }
    final long signature = (pending.totalPendingWriteBytes() << 24) + pending.currentProgress() + 1;
    if (signature != stallSignature) {
      stallSignature = signature;
      stallSinceNs = nowNs;
    }
    return nowNs - stallSinceNs > limits.writeStallNs();
  }

  void close() {
    ctx.close();
  }
}
