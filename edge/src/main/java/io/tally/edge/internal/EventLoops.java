package io.tally.edge.internal;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.tally.edge.EdgeSettings;
import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.LatencyHistogram;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The event loops of a process. They serve its sockets and step the agents that were added to them,
 * each loop with one daemon thread named {@code tally-loop-N}. Linux epoll where its native part is
 * present, else NIO.
 */
public final class EventLoops implements AutoCloseable {
  private static final long CLOSE_TIMEOUT_MS = 5_000;

  /** Listening sockets, connections for operators, and what wakes a loop. */
  private static final int OTHER_SOCKETS = 128;

  /** What a poll may report of a socket, outside the heap: 12 bytes on some processors. */
  private static final int BYTES_PER_SOCKET = 16;

  /** A port for operators may have so many, whatever the loops are launched for. */
  private static final int OPERATOR_SOCKETS = OTHER_SOCKETS / 2;

  private final int maxConnections;
  private final MultiThreadIoEventLoopGroup group;
  private final Class<? extends ServerChannel> serverChannelClass;
  private final LoopStepper[] steppers;
  private final NanoClock clock;
  private final ErrorHandler errorHandler;

  /**
   * Memory outside the heap that the polls of all loops take.
   *
   * @param loopCount number of loops.
   * @param maxConnections most connections that a server on them may have: all of them may fall to
   *     one loop.
   * @return bytes.
   */
  public static long pollBytes(final int loopCount, final int maxConnections) {
    return loopCount * ((long) maxConnections + OTHER_SOCKETS) * BYTES_PER_SOCKET;
  }

  /**
   * For tests as well, which want loops without epoll, or with phases in an order that is wrong.
   */
  EventLoops(
      final int loopCount,
      final int maxConnections,
      final boolean epoll,
      final List<StepOrder> order,
      final NanoClock clock,
      final ErrorHandler errorHandler) {
    if (!ClusterSettings.isLoopCount(loopCount)) {
      throw new IllegalArgumentException("number of event loops out of range: " + loopCount);
    }
    this.maxConnections = maxConnections;
    this.clock = clock;
    this.errorHandler = errorHandler;
    // One poll must report every socket that holds something: StandstillDetector relies on that to
    // know how long something may have waited. An array that grows only once it was full grows too
    // late.
    final IoHandlerFactory ioHandlers =
        epoll
            ? EpollIoHandler.newFactory(
                Math.addExact(maxConnections, OTHER_SOCKETS), DefaultSelectStrategyFactory.INSTANCE)
            : NioIoHandler.newFactory();
    serverChannelClass = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    final AtomicInteger threadCount = new AtomicInteger();
    final ThreadFactory threads =
        runnable -> {
          final Thread thread =
              new FastThreadLocalThread(runnable, "tally-loop-" + threadCount.getAndIncrement());
          thread.setDaemon(true);
          return thread;
        };
    group = new MultiThreadIoEventLoopGroup(loopCount, threads, ioHandlers);
    steppers = new LoopStepper[loopCount];
    int i = 0;
    for (final EventExecutor executor : group) {
      steppers[i++] = new LoopStepper((SingleThreadEventLoop) executor, clock, errorHandler, order);
      // A loop's thread starts with its first task. The loops are given one in turn, so that the
      // number in a thread's name is that of its loop.
      executor.submit(() -> {}).syncUninterruptibly();
    }
  }

  /**
   * Starts the loops.
   *
   * @param loopCount number of loops, 1 to {@link ClusterSettings#MAX_LOOPS}.
   * @param clock read once for each step; the clock of all agents.
   * @param errorHandler is told what an agent or a connection threw, on the loop's thread. The loop
   *     goes on after an exception; for an {@link Error} the handler is expected to end the
   *     process.
   * @return the running loops.
   */
  public static EventLoops launch(
      final int loopCount, final NanoClock clock, final ErrorHandler errorHandler) {
    return launch(loopCount, EdgeSettings.DEFAULTS.maxConnections(), clock, errorHandler);
  }

  /**
   * Starts the loops.
   *
   * @param loopCount number of loops, 1 to {@link ClusterSettings#MAX_LOOPS}.
   * @param maxConnections most connections that a server on them may have; those of {@link
   *     EdgeSettings#DEFAULTS} unless given. See {@link #pollBytes}.
   * @param clock read once for each step; the clock of all agents.
   * @param errorHandler as above.
   * @return the running loops.
   */
  public static EventLoops launch(
      final int loopCount,
      final int maxConnections,
      final NanoClock clock,
      final ErrorHandler errorHandler) {
    return new EventLoops(
        loopCount,
        maxConnections,
        Epoll.isAvailable(),
        List.of(StepOrder.values()),
        clock,
        errorHandler);
  }

  /**
   * Number of loops.
   *
   * @return the number.
   */
  public int loopCount() {
    return steppers.length;
  }

  /**
   * Wakes the agents of one loop. Does nothing once the loops are closed.
   *
   * @param loop index, from 0.
   * @return what wakes them, for any thread.
   */
  public Wakeup wakeup(final int loop) {
    return steppers[loop];
  }

  /**
   * Adds an agent to a loop, to be stepped after those added to its phase before. Any thread, also
   * while the loop runs. Only the loop's thread touches the agent from then on.
   *
   * @param loop index, from 0.
   * @param phase of each step in which the agent has its turn.
   * @param agent to be stepped until the loops are closed.
   */
  public void addAgent(final int loop, final StepOrder phase, final SteppedAgent agent) {
    steppers[loop].addAgent(phase, agent);
  }

  /**
   * Runs a task once on a loop's thread, unless the loops are closed. Any thread.
   *
   * @param loop index, from 0.
   * @param task must not block. What needs a step afterwards wakes the loop.
   */
  public void execute(final int loop, final Runnable task) {
    steppers[loop].run(task);
  }

  /**
   * How late the timers of a loop are, which is how long it keeps others waiting.
   *
   * @param loop index, from 0.
   * @return live times, for any thread to read.
   */
  public LatencyHistogram lag(final int loop) {
    return steppers[loop].lag();
  }

  /**
   * Ends the loops: agents are stepped no more, open sockets are closed. Blocks for at most 5
   * seconds. Idempotent.
   */
  @Override
  public void close() {
    group.shutdownGracefully(0, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    group.terminationFuture().awaitUninterruptibly(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }

  /** Most connections that a port on these loops may have. */
  int mostOfOnePort() {
    return Math.max(maxConnections, OPERATOR_SOCKETS);
  }

  MultiThreadIoEventLoopGroup group() {
    return group;
  }

  Class<? extends ServerChannel> serverChannelClass() {
    return serverChannelClass;
  }

  /** What tells a listening socket that connections may wait in its queue. */
  IoEvent acceptable() {
    return serverChannelClass == EpollServerSocketChannel.class
        ? (EpollIoEvent) () -> EpollIoOps.EPOLLIN
        : (NioIoEvent) () -> NioIoOps.ACCEPT;
  }

  LoopStepper stepper(final int loop) {
    return steppers[loop];
  }

  int indexOf(final EventLoop eventLoop) {
    for (int i = 0; i < steppers.length; i++) {
      if (steppers[i].eventLoop() == eventLoop) {
        return i;
      }
    }
    throw new IllegalArgumentException("not one of these event loops");
  }

  /**
   * The clock of all agents.
   *
   * @return the clock that the loops were launched with.
   */
  public NanoClock clock() {
    return clock;
  }

  /**
   * What is told of exceptions.
   *
   * @return the handler that the loops were launched with.
   */
  public ErrorHandler errorHandler() {
    return errorHandler;
  }
}
