package io.tally.edge.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.NetUtil;
import io.tally.edge.EdgeSettings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * A port for clients: its listening socket, and the connections accepted there, each on one event
 * loop. What is spoken on them is up to the {@link Protocol}.
 *
 * <p>Launched and closed by one thread; its accessors may be called by any.
 */
public final class EdgePort implements AutoCloseable {
  private static final long CLOSE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final EventLoops eventLoops;
  private final EdgeSettings settings;
  private final EdgeCounters counters;
  private final EdgeLoop[] loops;
  private final ConnectionQuota quota;
  private final StreamQuota streamQuota;
  private final Acceptor acceptor;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final long boundNs;
  private final ListenSocket socket;

  /**
   * Binds the port. Connections wait until {@link #accept}.
   *
   * @param eventLoops serve the connections; not closed with the port. They have to be launched for
   *     as many connections as all their ports may have, but for {@value EventLoops#OTHER_SOCKETS}
   *     sockets of other kinds.
   * @param host name or address to listen on.
   * @param port 0 to 65,535; 0 takes any free port.
   * @param settings how clients are treated.
   * @throws IllegalArgumentException if the port is out of range, or the loops were not launched
   *     for so many connections.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public EdgePort(
      final EventLoops eventLoops, final String host, final int port, final EdgeSettings settings) {
    ListenSocket.checkPort(port);
    if (settings.maxConnections() > eventLoops.mostOfOnePort()) {
      throw new IllegalArgumentException(
          "maxConnections out of range: " + settings.maxConnections());
    }
    this.eventLoops = eventLoops;
    this.settings = settings;
    quota = new ConnectionQuota(settings.maxConnections());
    streamQuota = new StreamQuota(settings.maxStreams());
    counters = new EdgeCounters(eventLoops.loopCount());
    loops = new EdgeLoop[eventLoops.loopCount()];
    boundNs = eventLoops.clock().nanoTime();
    acceptor = new Acceptor(quota, eventLoops.acceptable());
    socket = ListenSocket.bind(eventLoops, host, port, acceptor, new Entrance());
  }

  /**
   * Begins to serve. Once only.
   *
   * @param protocols makes the protocol of each event loop, by its index.
   * @param requestTimeoutNs longest time a request takes, in positive nanoseconds; asked every 100
   *     ms by the event loops. A request that may have waited in its socket for longer, because the
   *     process stood still or its connection was not read, is refused: its client has given up by
   *     then.
   * @param acceptFailureHandler is told when connections cannot be accepted, once a second at most;
   *     called on an event loop, must not block or throw.
   */
  public void accept(
      final IntFunction<Protocol> protocols,
      final LongSupplier requestTimeoutNs,
      final Consumer<IOException> acceptFailureHandler) {
    for (int i = 0; i < loops.length; i++) {
      loops[i] =
          new EdgeLoop(
              i,
              eventLoops.stepper(i),
              settings,
              requestTimeoutNs,
              acceptFailureHandler,
              protocols.apply(i),
              streamQuota,
              counters);
      eventLoops.stepper(i).addAgent(StepOrder.RESPOND, loops[i]);
    }
    socket.accept(loops[eventLoops.indexOf(socket.eventLoop())], boundNs);
  }

  /**
   * The port on which it listens.
   *
   * @return the port, also if any free one was asked for.
   */
  public int port() {
    return socket.port();
  }

  /**
   * Where it is reached.
   *
   * @return the address bound, as a URL names it; localhost if it listens on 127.0.0.1 or on all
   *     addresses.
   */
  public String host() {
    return urlHost(socket.address());
  }

  /**
   * How clients are treated.
   *
   * @return the settings it was made with.
   */
  public EdgeSettings settings() {
    return settings;
  }

  static String urlHost(final InetAddress bound) {
    if (bound.isAnyLocalAddress() || bound instanceof Inet4Address && isFirstLoopback(bound)) {
      return "localhost";
    }
    if (bound instanceof Inet6Address v6) {
      final String zone = v6.getScopeId() == 0 ? "" : "%25" + v6.getScopeId();
      return "[" + NetUtil.toAddressString(bound) + zone + "]";
    }
    return bound.getHostAddress();
  }

  private static boolean isFirstLoopback(final InetAddress address) {
    return address.getHostAddress().equals("127.0.0.1");
  }

  /**
   * What it has done with its connections.
   *
   * @return counters for any thread.
   */
  public EdgeCounters counters() {
    return counters;
  }

  /**
   * Ends each connection with its next response. New connections are still accepted, so that
   * clients and load balancers have time to learn that they should send no more requests here.
   * Idempotent.
   */
  public void goAway() {
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::goAway);
    }
  }

  /**
   * Accepts all connections that wait, and closes the listening socket. Connections go on.
   * Idempotent.
   */
  public void stopAccepting() {
    socket.close();
  }

  /**
   * Begins to end the connections in good order, and does not wait: streams end first and at once,
   * idle connections are closed, others once what they sent is answered. Requests that come on
   * connections accepted later are still answered, and end their connection. Idempotent.
   */
  public void startDrain() {
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::drain);
    }
  }

  /**
   * Does what {@link #startDrain} begins. Blocks until no connection is left or the time has
   * passed.
   *
   * @param timeoutNs how long to wait, in nanoseconds.
   * @return true if no connection is left.
   */
  public boolean drain(final long timeoutNs) {
    startDrain();
    return awaitNoConnections(timeoutNs);
  }

  /**
   * Whether no connection is left.
   *
   * @return true if none is open, or about to be.
   */
  public boolean isDrained() {
    return quota.count() == 0;
  }

  /** Stops accepting and closes all connections, answered or not. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    stopAccepting();
    if (loops[0] == null) {
      // It never accepted.
      return;
    }
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::closeAll);
    }
    awaitNoConnections(CLOSE_TIMEOUT_NS);
    for (int i = 0; i < loops.length; i++) {
      eventLoops.stepper(i).removeAgent(StepOrder.RESPOND, loops[i]);
    }
  }

  private void run(final int loop, final Runnable task) {
    eventLoops.stepper(loop).run(task);
  }

  private boolean awaitNoConnections(final long timeoutNs) {
    final long startNs = System.nanoTime();
    while (!isDrained()) {
      if (System.nanoTime() - startNs > timeoutNs) {
        return false;
      }
      LockSupport.parkNanos(POLL_NS);
    }
    return true;
  }

  private final class Entrance extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(final Channel channel) {
      final EdgeLoop loop = loops[eventLoops.indexOf(channel.eventLoop())];
      final Acceptor.Admission admission = acceptor.takeAdmission(channel);
      if (admission.granted()) {
        channel.pipeline().addLast(new ConnectionEvents(loop, admission.acceptableSinceNs()));
      } else {
        loop.refuse(channel);
      }
    }
  }
}
