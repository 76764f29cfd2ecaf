package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.tally.edge.EdgeSettings;
import io.tally.engine.internal.StandstillDetector;
import io.tally.engine.internal.SteppedAgent;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What one event loop owns of an {@link EdgePort}: its connections, and how it shares out what they
 * may use. Stepped after all other agents of the loop, it sends what the step produced, each
 * connection once.
 */
final class EdgeLoop implements SteppedAgent {
  private static final int SPARE_EXCHANGES = 1_024;

  private final int loopIndex;
  private final LoopStepper stepper;
  private final EdgeSettings settings;
  private final LongSupplier requestTimeoutNs;
  private final Consumer<IOException> acceptFailureHandler;
  private final Protocol protocol;
  private final EdgeCounters counters;
  private final StandstillDetector standstill;
  private final ClientBudget budget;
  private final RequestShare share;
  private final Streams streams;
  private final ClosedConnections closedConnections = new ClosedConnections(this);
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

  EdgeLoop(
      final int loopIndex,
      final LoopStepper stepper,
      final EdgeSettings settings,
      final LongSupplier requestTimeoutNs,
      final Consumer<IOException> acceptFailureHandler,
      final Protocol protocol,
      final StreamQuota streamQuota,
      final EdgeCounters counters) {
    this.loopIndex = loopIndex;
    this.stepper = stepper;
    this.settings = settings;
    this.requestTimeoutNs = requestTimeoutNs;
    this.acceptFailureHandler = acceptFailureHandler;
    this.protocol = protocol;
    this.counters = counters;
    sweepIntervalNs = sweepIntervalNs(settings);
    budget = new ClientBudget(settings.maxClientBytes() / counters.loopCount());
    nowNs = stepper.clock().nanoTime();
    timeoutAskedNs = nowNs;
    share = new RequestShare(settings.maxRequests(), nowNs);
    streams = new Streams(loopIndex, streamQuota, counters);
    standstill = new StandstillDetector(requestTimeoutNs.getAsLong(), nowNs);
  }

  @Override
  public int doWork(final long nowNs) {
    this.nowNs = nowNs;
    standstill.onTick(nowNs);
    share.onTick(nowNs);
    share.onStep();
    if (nowNs - timeoutAskedNs >= StandstillDetector.TICK_NS) {
      timeoutAskedNs = nowNs;
      standstill.requestTimeoutNs(requestTimeoutNs.getAsLong());
    }
    if (nextSweepNs != NEVER && nowNs - nextSweepNs >= 0) {
      sweep();
    }
    share.offer();
    streams.onStep(nowNs);
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
    // Connections that were read on have handed commands to other agents, or have answers for the
    // next flush.
    return dirtyCount;
  }

  @Override
  public long nextStepNs() {
    if (dirtyCount > 0) {
      return nowNs;
    }
    return earlier(earlier(standstill.nextTickNs(), nextSweepNs), streams.nextNs());
  }

  private static long earlier(final long timeNs, final long otherNs) {
    return otherNs == NEVER || timeNs - otherNs < 0 ? timeNs : otherNs;
  }

  private void flush(final Connection connection) {
    try {
      connection.flush();
    } catch (final RuntimeException ex) {
      // One connection that fails must not keep the others from their answers.
      onError(ex);
      connection.close();
    }
  }

  private void sweep() {
    // Backwards, because a connection that closes is replaced by the last one. More than one may be
    // gone: a refusal takes memory, and where that is short other connections are closed.
    for (int i = connectionCount - 1; i >= 0; i--) {
      if (connections[i] != null) {
        sweep(connections[i]);
      }
    }
    nextSweepNs = connectionCount == 0 ? NEVER : nowNs + sweepIntervalNs();
  }

  private void sweep(final Connection connection) {
    try {
      connection.deadlines.sweep(nowNs);
    } catch (final RuntimeException ex) {
      // One connection that fails must not keep the others from their deadlines.
      onError(ex);
      connection.close();
    }
  }

  /**
   * How often deadlines are looked at: an eighth of the shortest, so that none is exceeded by more.
   */
  private static long sweepIntervalNs(final EdgeSettings settings) {
    final long shortestNs =
        Math.min(
            Math.min(
                Math.min(settings.headDeadlineNs(), settings.bodyDeadlineNs()),
                Math.min(settings.idleTimeoutNs(), settings.writeStallNs())),
            Lingering.LINGER_NS);
    return Math.max(shortestNs / 8, 1_000_000);
  }

  private long sweepIntervalNs() {
    return draining
        ? Math.min(sweepIntervalNs, RequestPhase.BETWEEN_REQUESTS_NS / 8)
        : sweepIntervalNs;
  }

  /** Makes every answer the last of its connection from now on. */
  void goAway() {
    goingAway = true;
  }

  /**
   * Makes every answer the last of its connection from now on, and streams and connections without
   * a request end as well.
   */
  void drain() {
    goingAway = true;
    draining = true;
    onRead();
    nextSweepNs = nowNs + sweepIntervalNs();
    // First of all: they would never end by themselves, and nobody waits for them.
    streams.stop();
    for (int i = connectionCount - 1; i >= 0; i--) {
      connections[i].deadlines.drain();
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
    if (connectionCount == 0) {
      // Each refers to the connection that it served last.
      Arrays.fill(spares, 0, spareCount, null);
      spareCount = 0;
    }
    counters.onClosed(loopIndex);
  }

  void onDirty(final Connection connection) {
    if (dirtyCount == dirty.length) {
      dirty = Arrays.copyOf(dirty, dirtyCount * 2);
    }
    dirty[dirtyCount++] = connection;
  }

  /** A connection is no longer read, or read again. */
  void onPaused(final boolean paused) {
    pausedCount += paused ? 1 : -1;
  }

  /** A connection keeps delta bytes more, or less if it is negative. */
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
    return spareCount > 0 ? spares[--spareCount] : protocol.newExchange();
  }

  void giveExchange(final Exchange exchange) {
    if (spareCount < spares.length) {
      spares[spareCount++] = exchange;
    }
  }

  /** Answers a connection beyond the limit with a refusal, and closes it. */
  void refuse(final Channel channel) {
    onRead();
    final Exchange exchange = protocol.newExchange();
    exchange.endConnection(false);
    exchange.refuse(Cutoff.CONNECTIONS);
    final ByteBuf out = channel.alloc().buffer();
    exchange.write(out, nowNs);
    channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    counters.onRefused(loopIndex);
  }

  void onGivenUp() {
    counters.onGivenUp(loopIndex);
  }

  void onAcceptFailed(final IOException failure) {
    counters.onAcceptFailed(loopIndex);
    acceptFailureHandler.accept(failure);
  }

  void onDropped(final Exchange exchange) {
    share.onDropped(exchange.parts());
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

  /** Runs a task on the loop, once it has looked at its sockets again. */
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

  EdgeSettings settings() {
    return settings;
  }

  RequestShare share() {
    return share;
  }

  Streams streams() {
    return streams;
  }

  ClosedConnections closedConnections() {
    return closedConnections;
  }

  Protocol protocol() {
    return protocol;
  }
}
