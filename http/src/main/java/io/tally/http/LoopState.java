package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.tally.counter.CounterReplyAdapter;
import io.tally.engine.StandstillDetector;
import io.tally.engine.SteppedAgent;
import java.io.IOException;
import java.util.Arrays;
import org.agrona.concurrent.EpochClock;

/**
 * What one event loop owns of an {@link HttpPort}: its connections, scratch space and counters.
 * Stepped after all other agents of the loop, it sends what the step produced, each connection
 * once.
 */
final class LoopState implements SteppedAgent {
  private static final int SPARE_EXCHANGES = 1_024;

  private final int loopIndex;
  private final LoopStepper stepper;
  private final Limits limits;
  private final RequestHandler handler;
  private final HttpCounters counters;
  private final ResponseWriter writer;
  private final CounterReplyAdapter reply = new CounterReplyAdapter();
  private final Request request = new Request();
  private final StandstillDetector standstill;
  private final ClientBudget budget;
  private final RequestShare share;
  private final ClosedConnections closedConnections = new ClosedConnections(this);
  private final HttpHeadersFactory headers;
  private final AmountParser amounts = new AmountParser();
  private final byte[] body;
  private final long sweepIntervalNs;
  private Connection[] connections = new Connection[16];
  private int connectionCount;
  private int pausedCount;
  private final Exchange[] spares = new Exchange[SPARE_EXCHANGES];
  private int spareCount;
  private boolean reclaiming;
  private Connection[] dirty = new Connection[16];
  private Connection[] flushing = new Connection[16];
  private int dirtyCount;
  private boolean goingAway;
  private boolean draining;
  private long nowNs;
  private long timeoutAskedNs;
  private long nextSweepNs = NEVER;

  LoopState(
      final int loopIndex,
      final LoopStepper stepper,
      final Limits limits,
      final RequestHandler handler,
      final HttpCounters counters,
      final EpochClock epochClock) {
    this.loopIndex = loopIndex;
    this.stepper = stepper;
    this.limits = limits;
    this.handler = handler;
    this.counters = counters;
    this.writer = new ResponseWriter(epochClock);
    this.body = new byte[limits.maxBodyBytes()];
    this.sweepIntervalNs = limits.sweepIntervalNs();
    this.budget = new ClientBudget(limits.maxClientBytes());
    this.headers = HeadHeaders.factory(Limits.MAX_HEADER_COUNT);
    this.nowNs = stepper.clock().nanoTime();
    this.timeoutAskedNs = nowNs;
    this.share = new RequestShare(limits.maxRequests(), nowNs);
    this.standstill = new StandstillDetector(limits.requestTimeoutNs().getAsLong(), nowNs);
  }

  @Override
  public int doWork(final long nowNs) {
    this.nowNs = nowNs;
    standstill.onTick(nowNs);
    share.onTick(nowNs);
    share.onStep();
    if (nowNs - timeoutAskedNs >= StandstillDetector.TICK_NS) {
      timeoutAskedNs = nowNs;
      standstill.requestTimeoutNs(limits.requestTimeoutNs().getAsLong());
    }
    if (nextSweepNs != NEVER && nowNs - nextSweepNs >= 0) {
      sweep();
    }
    share.offer();
    final Connection[] batch = dirty;
    final int count = dirtyCount;
    dirty = flushing;
    flushing = batch;
    dirtyCount = 0;
    for (int i = 0; i < count; i++) {
      flush(batch[i]);
      batch[i] = null;
    }
    counters.connectionsPaused(loopIndex, pausedCount);
    counters.requestsLimit(loopIndex, share.limit());
    // Connections that read on have work for the others, or for the next flush.
    return dirtyCount;
  }

  @Override
  public long nextStepNs() {
    if (dirtyCount > 0) {
      return nowNs;
    }
    final long tickNs = standstill.nextTickNs();
    return nextSweepNs == NEVER || tickNs - nextSweepNs < 0 ? tickNs : nextSweepNs;
  }

  @Override
  public String roleName() {
    return "http-" + loopIndex;
  }

  private void flush(final Connection connection) {
    try {
      connection.flush();
    } catch (final RuntimeException ex) {
      // One connection must not keep the rest of the batch from its answers.
      onError(ex);
      connection.close();
    }
  }

  private void sweep() {
    // Backwards: a connection that closes is replaced by the last one. A refusal may have others
    // closed, for want of memory.
    for (int i = connectionCount - 1; i >= 0; i--) {
      if (connections[i] != null) {
        sweep(connections[i]);
      }
    }
    nextSweepNs = connectionCount == 0 ? NEVER : nowNs + sweepIntervalNs();
  }

  private void sweep(final Connection connection) {
    try {
      connection.sweep(nowNs);
    } catch (final RuntimeException ex) {
      // Nor from their deadlines.
      onError(ex);
      connection.close();
    }
  }

  private long sweepIntervalNs() {
    return draining
        ? Math.min(sweepIntervalNs, Connection.BETWEEN_REQUESTS_NS / 8)
        : sweepIntervalNs;
  }

  /** From now on every answer is the last of its connection. */
  void goAway() {
    goingAway = true;
  }

  /** From now on connections end, those without a request too. */
  void drain() {
    goingAway = true;
    draining = true;
    onRead();
    nextSweepNs = nowNs + sweepIntervalNs();
    for (int i = connectionCount - 1; i >= 0; i--) {
      connections[i].drain();
    }
    wake();
  }

  void closeAll() {
    goingAway = true;
    for (int i = connectionCount - 1; i >= 0; i--) {
      connections[i].close();
    }
  }

  /** Reads the clock: once for each batch of bytes or page, not for each request in it. */
  void onRead() {
    nowNs = stepper.clock().nanoTime();
    share.onRead(nowNs);
  }

  void onOpened(final Connection connection) {
    if (connectionCount == connections.length) {
      connections = Arrays.copyOf(connections, connectionCount * 2);
    }
    connection.index = connectionCount;
    connections[connectionCount++] = connection;
    counters.onOpened(loopIndex);
    if (nextSweepNs == NEVER) {
      nextSweepNs = nowNs + sweepIntervalNs();
      wake();
    }
  }

  void onClosed(final Connection connection) {
    final Connection last = connections[--connectionCount];
    connections[connectionCount] = null;
    if (last != connection) {
      connections[connection.index] = last;
      last.index = connection.index;
    }
    counters.onClosed(loopIndex);
  }

  void onDirty(final Connection connection) {
    if (dirtyCount == dirty.length) {
      dirty = Arrays.copyOf(dirty, dirtyCount * 2);
    }
    dirty[dirtyCount++] = connection;
  }

  /** A connection is not read on, or is again. */
  void onPaused(final boolean paused) {
    pausedCount += paused ? 1 : -1;
  }

  /** A connection keeps so many bytes more than it did. */
  void onHeld(final int delta) {
    if (delta == 0) {
      return;
    }
    if (budget.add(delta) && delta > 0 && !reclaiming) {
      reclaiming = true;
      try {
        budget.reclaim(connections, connectionCount);
      } finally {
        reclaiming = false;
      }
    }
    counters.clientBytes(loopIndex, budget.bytes());
  }

  Exchange takeExchange() {
    return spareCount > 0 ? spares[--spareCount] : new Exchange();
  }

  void giveExchange(final Exchange exchange) {
    exchange.page = null;
    if (spareCount < spares.length) {
      spares[spareCount++] = exchange;
    }
  }

  /** Tells a connection beyond the limit so, and closes it. */
  void refuse(final Channel channel) {
    onRead();
    final Exchange exchange = new Exchange();
    exchange.close = true;
    exchange.write = true;
    exchange.refuse(Refusal.CONNECTIONS);
    final ByteBuf out = channel.alloc().buffer();
    writer.write(out, exchange, nowNs);
    channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    counters.onRefused(loopIndex);
    onResponse(exchange);
  }

  void onResponse(final Exchange exchange) {
    counters.onResponse(loopIndex, exchange.status());
    if (exchange.refusal != null) {
      counters.onRefusal(loopIndex, exchange.refusal);
    }
  }

  void onGivenUp() {
    counters.onGivenUp(loopIndex);
  }

  void onAcceptFailed(final IOException failure) {
    counters.onAcceptFailed(loopIndex);
    limits.acceptFailureHandler().accept(failure);
  }

  void onDropped() {
    share.onDropped();
    counters.onDropped(loopIndex);
  }

  void onError(final Throwable error) {
    stepper.errorHandler().onError(error);
  }

  void wake() {
    stepper.wake();
  }

  /** Any thread. */
  void run(final Runnable task) {
    stepper.run(task);
  }

  /** On the loop, once it has looked at its sockets again. */
  void runNextIteration(final Runnable task) {
    stepper.runNextIteration(task);
  }

  boolean goingAway() {
    return goingAway;
  }

  boolean draining() {
    return draining;
  }

  long nowNs() {
    return nowNs;
  }

  StandstillDetector standstill() {
    return standstill;
  }

  Limits limits() {
    return limits;
  }

  RequestShare share() {
    return share;
  }

  ClosedConnections closedConnections() {
    return closedConnections;
  }

  HttpHeadersFactory headers() {
    return headers;
  }

  RequestHandler handler() {
    return handler;
  }

  ResponseWriter writer() {
    return writer;
  }

  CounterReplyAdapter reply() {
    return reply;
  }

  Request request() {
    return request;
  }

  AmountParser amounts() {
    return amounts;
  }

  /** Scratch for a body that arrived in one piece. */
  byte[] body() {
    return body;
  }
}
