package io.tally.http;

import io.tally.counter.CounterProxy;
import io.tally.engine.Ingress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;

/**
 * Serves the counters over HTTP/1.1. Each connection lives on one event loop, with that loop's
 * {@link Ingress}.
 *
 * <p>Launched and closed by one thread; its accessors may be called by any.
 */
public final class HttpServer implements AutoCloseable {
  private final HttpPort port;
  private final int maxConnections;
  private final long maxClientBytesOfLoop;

  private HttpServer(final Context context) {
    maxConnections = context.limits.maxConnections();
    maxClientBytesOfLoop = context.limits.maxClientBytes();
    port =
        new HttpPort(
            context.eventLoops, context.host, context.port, context.limits, context.epochClock);
    final Page help = HelpPage.of(port.url(), context.metricsUrl);
    port.accept(
        loop ->
            new Routes(
                context.entries.get(loop),
                help,
                context.readiness,
                context.liveness,
                context.cluster,
                context.serving));
  }

  /**
   * Binds the port and begins to serve.
   *
   * @param context concluded here; belongs to the server from now on.
   * @return the running server.
   * @throws IllegalStateException if the port is taken or cannot be bound; the message is one clear
   *     line.
   */
  public static HttpServer launch(final Context context) {
    context.conclude();
    return new HttpServer(context);
  }

  /**
   * The port on which the server listens.
   *
   * @return the port, also if the context asked for any free one.
   */
  public int port() {
    return port.port();
  }

  /**
   * Where the server is reached.
   *
   * @return URL with the address bound, without a slash at its end; localhost for one that listens
   *     on 127.0.0.1 or on all addresses.
   */
  public String url() {
    return port.url();
  }

  /**
   * Most connections open at once.
   *
   * @return the number.
   */
  public int maxConnections() {
    return maxConnections;
  }

  /**
   * Most bytes that the connections of one event loop may make the process keep.
   *
   * @return the number.
   */
  public long maxClientBytesOfLoop() {
    return maxClientBytesOfLoop;
  }

  /**
   * What the server has done.
   *
   * @return counters for any thread.
   */
  public HttpCounters counters() {
    return port.counters();
  }

  /**
   * Ends each connection with its next answer, which says {@code Connection: close}. New ones are
   * still accepted: whoever sends requests here has time to learn that it should not. Idempotent.
   */
  public void goAway() {
    port.goAway();
  }

  /** Closes the listening socket. Connections that are open go on. Idempotent. */
  public void stopAccepting() {
    port.stopAccepting();
  }

  /**
   * Ends the connections in good order: idle ones are closed, others once what they sent is
   * answered, with {@code Connection: close} on the last answer. Blocks until none is left or the
   * time has passed. Requests that come on connections accepted later are still answered, and end
   * their connection.
   *
   * @param timeoutNs how long to wait, in nanoseconds.
   * @return true if no connection is left.
   */
  public boolean drain(final long timeoutNs) {
    return port.drain(timeoutNs);
  }

  /** Begins what {@link #drain(long)} does, and does not wait. Idempotent. */
  public void startDrain() {
    port.startDrain();
  }

  /**
   * Whether no connection is left.
   *
   * @return true if none is open.
   */
  public boolean isDrained() {
    return port.isDrained();
  }

  /** Stops accepting and closes all connections, answered or not. Idempotent. */
  @Override
  public void close() {
    port.close();
  }

  /** What a server is made of, and its limits. Used for one launch. */
  public static final class Context {
    private static final int MAX_BODY_BYTES = 65_536;

    private final AtomicBoolean concluded = new AtomicBoolean();
    private String host = "127.0.0.1";
    private int port = 8181;
    private EventLoops eventLoops;
    private List<CounterEntry> entries = List.of();
    private Supplier<ProbeResult> readiness;
    private Supplier<ProbeResult> liveness;
    private Supplier<String> cluster;
    private BooleanSupplier serving = () -> true;
    private String metricsUrl = "";
    private EpochClock epochClock = SystemEpochClock.INSTANCE;
    private int maxConnections = 10_000;
    private long maxClientBytes = 64 << 20;
    private int maxRequests = 8_192;
    private int maxInFlight = 64;
    private LongSupplier requestTimeoutNs = () -> TimeUnit.SECONDS.toNanos(1);
    private long headDeadlineNs = Limits.HEAD_DEADLINE_NS;
    private long bodyDeadlineNs = Limits.BODY_DEADLINE_NS;
    private long idleTimeoutNs = Limits.IDLE_TIMEOUT_NS;
    private long writeStallNs = Limits.WRITE_STALL_NS;
    private Consumer<IOException> acceptFailureHandler = failure -> {};
    private Limits limits;

    /** Creates a context with the defaults; event loops, ingresses and suppliers have none. */
    public Context() {}

    /**
     * Checks that the context is complete and its limits make sense, and freezes them.
     *
     * @return this.
     * @throws IllegalStateException if it was concluded before or something is missing.
     * @throws IllegalArgumentException if a limit is out of range.
     */
    public Context conclude() {
      if (!concluded.compareAndSet(false, true)) {
        throw new IllegalStateException("the context was concluded before");
      }
      require(eventLoops, "event loops");
      require(readiness, "readiness");
      require(liveness, "liveness");
      require(cluster, "cluster");
      if (entries.size() != eventLoops.loopCount()) {
        throw new IllegalStateException(
            entries.size() + " ingresses for " + eventLoops.loopCount() + " event loops");
      }
      ListenSocket.checkPort(port);
      checkRange("maxConnections", maxConnections, 1, eventLoops.maxConnections());
      checkPositive("maxClientBytes", maxClientBytes);
      checkPositive("maxInFlight", maxInFlight);
      checkPositive("requestTimeoutNs", requestTimeoutNs.getAsLong());
      checkPositive("headDeadlineNs", headDeadlineNs);
      checkPositive("bodyDeadlineNs", bodyDeadlineNs);
      checkPositive("idleTimeoutNs", idleTimeoutNs);
      checkPositive("writeStallNs", writeStallNs);
      limits =
          new Limits(
              maxConnections,
              maxClientBytes / eventLoops.loopCount(),
              maxRequests,
              maxInFlight,
              MAX_BODY_BYTES,
              requestTimeoutNs,
              headDeadlineNs,
              bodyDeadlineNs,
              idleTimeoutNs,
              writeStallNs,
              acceptFailureHandler);
      return this;
    }

    private static void require(final Object value, final String what) {
      if (value == null) {
        throw new IllegalStateException("the context lacks its " + what);
      }
    }

    private static void checkRange(
        final String what, final int value, final int min, final int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(what + " out of range: " + value);
      }
    }

    private static void checkPositive(final String what, final long value) {
      if (value <= 0) {
        throw new IllegalArgumentException(what + " must be positive: " + value);
      }
    }

    /**
     * The ingress of each event loop, in the order of the loops.
     *
     * @param ingresses one for each loop.
     * @return this.
     */
    public Context ingresses(final List<Ingress> ingresses) {
      final List<CounterEntry> proxies = new ArrayList<>();
      for (final Ingress ingress : ingresses) {
        proxies.add(CounterEntry.of(new CounterProxy(ingress)));
        maxRequests = Math.min(maxRequests, ingress.capacity());
      }
      return entries(proxies);
    }

    Context maxRequests(final int maxRequests) {
      this.maxRequests = maxRequests;
      return this;
    }

    Context entries(final List<CounterEntry> entries) {
      this.entries = List.copyOf(entries);
      return this;
    }

    /**
     * Whether requests for counters are taken; by default always. While they are not, they are
     * answered 503 "starting", and nothing is counted.
     *
     * @param serving asked for each such request, on the event loops; must not block.
     * @return this.
     */
    public Context serving(final BooleanSupplier serving) {
      this.serving = Objects.requireNonNull(serving);
      return this;
    }

    Context epochClock(final EpochClock epochClock) {
      this.epochClock = Objects.requireNonNull(epochClock);
      return this;
    }

    /**
     * Address to listen on; by default 127.0.0.1.
     *
     * @param host name or address.
     * @return this.
     */
    public Context host(final String host) {
      this.host = host;
      return this;
    }

    /**
     * Port to listen on; by default 8181.
     *
     * @param port 0 to 65,535; 0 takes any free port.
     * @return this.
     */
    public Context port(final int port) {
      this.port = port;
      return this;
    }

    /**
     * The event loops that serve the connections. Not closed by the server.
     *
     * @param eventLoops running loops.
     * @return this.
     */
    public Context eventLoops(final EventLoops eventLoops) {
      this.eventLoops = eventLoops;
      return this;
    }

    /**
     * What {@code /readyz} says. Called on event loops: must not block or throw.
     *
     * @param readiness asked at each request.
     * @return this.
     */
    public Context readiness(final Supplier<ProbeResult> readiness) {
      this.readiness = readiness;
      return this;
    }

    /**
     * What {@code /livez} says. Called on event loops: must not block or throw.
     *
     * @param liveness asked at each request.
     * @return this.
     */
    public Context liveness(final Supplier<ProbeResult> liveness) {
      this.liveness = liveness;
      return this;
    }

    /**
     * What {@code /cluster} says: one JSON value. Called on event loops: must not block or throw.
     *
     * @param cluster asked at each request.
     * @return this.
     */
    public Context cluster(final Supplier<String> cluster) {
      this.cluster = cluster;
      return this;
    }

    /**
     * Where the help page says that metrics are; empty if there are none, as by default.
     *
     * @param metricsUrl URL.
     * @return this.
     */
    public Context metricsUrl(final String metricsUrl) {
      this.metricsUrl = metricsUrl;
      return this;
    }

    /**
     * Is told when connections cannot be accepted, once a second at most; by default nobody is.
     *
     * @param handler called on an event loop; must not block or throw.
     * @return this.
     */
    public Context acceptFailureHandler(final Consumer<IOException> handler) {
      acceptFailureHandler = Objects.requireNonNull(handler);
      return this;
    }

    /**
     * Most connections open at once, over all loops; one more is answered 503. The last eighth is
     * kept for addresses that hold no more than 8. By default 10,000.
     *
     * @param maxConnections at least 1, and no more than the event loops were launched for.
     * @return this.
     */
    public Context maxConnections(final int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /**
     * Most bytes that are kept for all connections together, beside what each takes that is idle:
     * requests begun, requests not answered, answers not taken. Beyond them, connections are
     * refused or closed, those first that keep most. By default 64 MiB. As much may be used on the
     * heap, and twice as much outside it.
     *
     * @param maxClientBytes positive; shared out evenly among the event loops.
     * @return this.
     */
    public Context maxClientBytes(final long maxClientBytes) {
      this.maxClientBytes = maxClientBytes;
      return this;
    }

    Context maxInFlight(final int maxInFlight) {
      this.maxInFlight = maxInFlight;
      return this;
    }

    /**
     * Longest time a request takes; by default 1 s. One that may have waited in its socket for
     * longer, because the process stood still or its connection was not read, is refused 503 and
     * its connection closed: its client has given up by then.
     *
     * @param requestTimeoutNs gives positive nanoseconds; asked every 100 ms by the event loops.
     * @return this.
     */
    public Context requestTimeoutNs(final LongSupplier requestTimeoutNs) {
      this.requestTimeoutNs = requestTimeoutNs;
      return this;
    }

    Context headDeadlineNs(final long headDeadlineNs) {
      this.headDeadlineNs = headDeadlineNs;
      return this;
    }

    Context bodyDeadlineNs(final long bodyDeadlineNs) {
      this.bodyDeadlineNs = bodyDeadlineNs;
      return this;
    }

    /**
     * Time that a connection without a request stays open; by default 90 s, which is longer than
     * load balancers keep theirs: they close first, and no request meets a connection just closed.
     *
     * @param idleTimeoutNs positive nanoseconds.
     * @return this.
     */
    public Context idleTimeoutNs(final long idleTimeoutNs) {
      this.idleTimeoutNs = idleTimeoutNs;
      return this;
    }

    Context writeStallNs(final long writeStallNs) {
      this.writeStallNs = writeStallNs;
      return this;
    }
  }
}
