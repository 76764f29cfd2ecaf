package io.tally.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.agrona.concurrent.EpochClock;

/**
 * A port that speaks HTTP: its listening socket, and the connections accepted there, each on one
 * event loop. What it answers is its {@link RequestHandler}s' matter, one for each loop.
 */
final class HttpPort implements AutoCloseable {
  private static final long CLOSE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final EventLoops eventLoops;
  private final Limits limits;
  private final EpochClock epochClock;
  private final HttpCounters counters;
  private final LoopState[] loops;
  private final ConnectionQuota quota;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final long boundNs;
  private final ListenSocket socket;

  /** Binds the port. Connections wait until {@link #accept}. */
  HttpPort(
      final EventLoops eventLoops,
      final String host,
      final int port,
      final Limits limits,
      final EpochClock epochClock) {
    ListenSocket.checkPort(port);
    this.eventLoops = eventLoops;
    this.limits = limits;
    this.epochClock = epochClock;
    quota = new ConnectionQuota(limits.maxConnections());
    counters = new HttpCounters(eventLoops.loopCount());
    loops = new LoopState[eventLoops.loopCount()];
    boundNs = eventLoops.clock().nanoTime();
    socket =
        ListenSocket.bind(
            eventLoops, host, port, new Acceptor(quota, eventLoops.acceptable()), new Entrance());
  }

  /** Begins to serve, with the handler of each loop. */
  void accept(final IntFunction<RequestHandler> handlers) {
    for (int i = 0; i < loops.length; i++) {
      loops[i] =
          new LoopState(i, eventLoops.stepper(i), limits, handlers.apply(i), counters, epochClock);
      eventLoops.stepper(i).addBatchEnd(loops[i]);
    }
    socket.accept(loops[eventLoops.indexOf(socket.eventLoop())], boundNs);
  }

  int port() {
    return socket.port();
  }

  /** Without a slash at its end. What listens everywhere, or on 127.0.0.1, is called localhost. */
  String url() {
    return "http://" + urlHost(socket.address()) + ":" + socket.port();
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

  HttpCounters counters() {
    return counters;
  }

  /** Accepts all that wait, and closes the listening socket. Connections go on. Idempotent. */
  void stopAccepting() {
    socket.close();
  }

  /** Ends the connections in good order; returns whether none was left in time. */
  boolean drain(final long timeoutNs) {
    startDrain();
    return awaitNoConnections(timeoutNs);
  }

  void goAway() {
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::goAway);
    }
  }

  void startDrain() {
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::drain);
    }
  }

  boolean isDrained() {
    return quota.count() == 0;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    stopAccepting();
    for (int i = 0; i < loops.length; i++) {
      run(i, loops[i]::closeAll);
    }
    awaitNoConnections(CLOSE_TIMEOUT_NS);
    for (int i = 0; i < loops.length; i++) {
      eventLoops.stepper(i).removeBatchEnd(loops[i]);
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
      final LoopState loop = loops[eventLoops.indexOf(channel.eventLoop())];
      final Acceptor.Admission admission = Acceptor.admission(channel);
      if (admission.granted()) {
        channel.pipeline().addLast(new RequestDecoder(loop, admission.acceptableSinceNs()));
      } else {
        loop.refuse(channel);
      }
    }
  }
}
