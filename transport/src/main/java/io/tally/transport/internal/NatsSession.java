package io.tally.transport.internal;

import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import io.tally.transport.NatsAddress;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Carries frames over one connection to one of several NATS servers, and replaces a connection that
 * has ended by a new one, for ever. It knows no client library, owns no thread and reads no clock:
 * somebody steps it. A new connection carries nothing before all subscriptions are confirmed on it,
 * and nothing that was left behind on the one before.
 *
 * <p>The servers are tried one after the other, those that another server named among them; when
 * none of a round took this client, the next round follows after a wait that doubles up to a
 * second. The reason told of a failed round is the most useful one that its servers gave: a refusal
 * before an outage.
 *
 * <p>{@link #doWork} has one thread. All other methods may be called by any.
 */
public final class NatsSession implements FrameCarrier, SteppedAgent {
  /** Longest time of one attempt, nanoseconds. */
  private static final long ATTEMPT_TIMEOUT_NS = 4_000_000_000L;

  private static final long LISTEN_NS = 300_000_000L;

  /** Hears of the session. Called on the thread that steps it; must not block. */
  public interface Listener {
    /** Hears nothing. */
    Listener NONE = new Listener() {};

    /**
     * The state changed.
     *
     * @param status from now on.
     */
    default void onStatus(final CarrierStatus status) {}

    /**
     * Something else happened that is worth a log line.
     *
     * @param event in a few words.
     */
    default void onEvent(final String event) {}
  }

  private final NatsServerList servers;
  private final NatsSubscriptions subscriptions = new NatsSubscriptions();
  private final NatsClient.Connector connector;
  private final long minFrameBytes;
  private final Listener listener;
  private final Wakeup wakeup;
  private final AttemptSchedule schedule;
  private final CarrierCounters counters = new CarrierCounters();
  private final FrameConnection connection = new FrameConnection(counters);

  private volatile CarrierStatus status = new CarrierStatus(CarrierState.CONNECTING, "");

  // Used by the thread that steps alone.
  private final PublishDenials denials = new PublishDenials();
  private NatsAttempt attempt;
  private long attemptDeadlineNs;
  private long nextStepNs;
  private boolean started;
  private boolean closed;

  /**
   * Creates a session, which connects once it is stepped.
   *
   * @param servers to connect to, at least one.
   * @param connector makes the clients.
   * @param minFrameBytes length of the longest frame that cannot be made shorter: a server that
   *     takes less is no use.
   * @param listener hears of the session.
   * @param wakeup wakes whoever steps this.
   * @param random gives any long, so that the nodes of a cluster do not return all at once.
   */
  public NatsSession(
      final List<NatsAddress> servers,
      final NatsClient.Connector connector,
      final long minFrameBytes,
      final Listener listener,
      final Wakeup wakeup,
      final LongSupplier random) {
    this.servers = new NatsServerList(servers, random.getAsLong());
    this.connector = connector;
    this.minFrameBytes = minFrameBytes;
    this.listener = listener;
    this.wakeup = wakeup;
    schedule = new AttemptSchedule(random);
  }

  @Override
  public int doWork(final long nowNs) {
    if (closed) {
      nextStepNs = NEVER;
      return 0;
    }
    if (!started) {
      started = true;
      schedule.begin(nowNs);
    }
    final int work = attempt == null ? begin(nowNs) : follow(nowNs);
    if (attempt == null) {
      nextStepNs = schedule.nextAttemptNs();
    } else if (!connection.isCarrying()) {
      nextStepNs = attemptDeadlineNs;
    } else {
      nextStepNs = denials.isEmpty() ? NEVER : nowNs + PublishDenials.KEPT_NS / 8;
    }
    return work;
  }

  @Override
  public long nextStepNs() {
    return nextStepNs;
  }

  private int begin(final long nowNs) {
    if (nowNs - schedule.nextAttemptNs() < 0) {
      return 0;
    }
    attemptDeadlineNs = nowNs + ATTEMPT_TIMEOUT_NS;
    final NatsAttempt next = new NatsAttempt(servers.current(), wakeup, counters);
    attempt = next;
    next.start(connector);
    return 1 + follow(nowNs);
  }

  /** Looks at what the attempt's client has told since the last step. */
  private int follow(final long nowNs) {
    final NatsAttempt current = attempt;
    // Read before everything else: whatever the client told before these is then seen below.
    final String end = current.end();
    final boolean confirmed = current.isConfirmed();
    tell(nowNs, current);
    final String refusal = current.refusal();
    final String deniedSubscription = current.deniedSubscription();
    if (refusal != null) {
      counters.increment(CarrierCounter.REFUSALS);
      fail(nowNs, CarrierState.REFUSED, current.describeRefusal(refusal));
    } else if (deniedSubscription != null) {
      fail(nowNs, CarrierState.DENIED, current.describeDenial(deniedSubscription));
    } else if (end != null) {
      fail(nowNs, CarrierState.DISCONNECTED, current.describeEnd(nowNs, end));
    } else if (connection.isCarrying()) {
      watchDenials(nowNs, current);
      return 0;
    } else if (confirmed) {
      carry(nowNs, current);
    } else {
      return establish(nowNs, current);
    }
    return 1;
  }

  private void tell(final long nowNs, final NatsAttempt current) {
    final List<String> discovered = current.takeDiscovered();
    if (discovered != null) {
      for (final String invalid : servers.learn(discovered)) {
        listener.onEvent("a NATS server names a server that cannot be: " + invalid);
      }
    }
    final String error = current.takeError(nowNs);
    if (error != null && connection.isCarrying()) {
      listener.onEvent("NATS reports: " + error);
    }
  }

  private int establish(final long nowNs, final NatsAttempt current) {
    final NatsAttempt.Greeting greeting = current.greeting();
    if (greeting != null && greeting.maxPayloadBytes() < minFrameBytes) {
      fail(
          nowNs,
          CarrierState.PAYLOAD_LIMIT,
          current.address.url()
              + " takes messages of "
              + greeting.maxPayloadBytes()
              + " bytes (max_payload), and nodes send up to "
              + minFrameBytes);
    } else if (nowNs - attemptDeadlineNs >= 0) {
      fail(nowNs, CarrierState.DISCONNECTED, current.address.url() + ": no answer in time");
    } else if (greeting != null && current.markSubscribed()) {
      subscriptions.moveTo(current);
      return 1 + follow(nowNs);
    } else {
      return 0;
    }
    return 1;
  }

  private void carry(final long nowNs, final NatsAttempt current) {
    schedule.onConnected(nowNs);
    final boolean isReconnect = connection.carry(current.client(), current.greeting());
    showDenials();
    if (isReconnect) {
      counters.increment(CarrierCounter.RECONNECTS);
    }
  }

  /** Hellos are published all the time, so a denial that still holds is soon repeated. */
  private void watchDenials(final long nowNs, final NatsAttempt current) {
    for (final String violation : current.takeDeniedPublishing()) {
      denials.add(nowNs, current.describeDenial(violation));
    }
    denials.forgetLifted(nowNs);
    showDenials();
  }

  private void showDenials() {
    become(denials.isEmpty() ? CarrierState.CONNECTED : CarrierState.DENIED, denials.describe());
  }

  private void fail(final long nowNs, final CarrierState state, final String reason) {
    final boolean lost = connection.isCarrying();
    connection.end();
    subscriptions.clear();
    attempt.close();
    attempt = null;
    // What this server denied says nothing of the next.
    denials.clear();
    servers.next();
    if (lost) {
      schedule.onConnectionLost(nowNs);
      become(state, reason);
      // After the state has changed, so that whoever sees the count sees the state, too.
      counters.increment(CarrierCounter.DISCONNECTS);
      return;
    }
    counters.increment(CarrierCounter.CONNECT_FAILURES);
    final CarrierStatus worst =
        schedule.onAttemptFailed(nowNs, new CarrierStatus(state, reason), servers.size());
    if (worst != null) {
      become(worst.state(), worst.reason());
    }
  }

  private void become(final CarrierState state, final String reason) {
    final CarrierStatus before = status;
    if (state != before.state() || !reason.equals(before.reason())) {
      status = new CarrierStatus(state, reason);
      if (state != before.state()) {
        listener.onStatus(status);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The subscription is asked for before anything that is published from now on. Blocks only
   * while the server does not read, until the connection is given up.
   */
  @Override
  public Subscription subscribe(final String subject, final FrameListener frameListener) {
    return subscribe(subject, frameListener, () -> {});
  }

  /**
   * Subscribes to a subject.
   *
   * @param subject exact name, no wildcards.
   * @param frameListener receives the frames.
   * @param onConfirmed called whenever a server has confirmed the subscription, at least once for
   *     each connection; any thread.
   * @return the subscription, owned by the caller.
   */
  public Subscription subscribe(
      final String subject, final FrameListener frameListener, final Runnable onConfirmed) {
    return subscriptions.add(subject, counters.counting(frameListener), onConfirmed);
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    return connection.publish(subject, memory, length);
  }

  @Override
  public void flush() {
    connection.flush();
  }

  @Override
  public boolean isConnected() {
    return connection.isConnected();
  }

  @Override
  public long maxFrameBytes() {
    return connection.maxFrameBytes();
  }

  @Override
  public long listenNs() {
    return LISTEN_NS;
  }

  /**
   * How this session stands with its servers.
   *
   * @return the status of this moment.
   */
  public CarrierStatus status() {
    return status;
  }

  @Override
  public String fault() {
    final CarrierStatus current = status;
    // The end of a connection is known a moment before the session has looked at it.
    return current.state() == CarrierState.CONNECTED && !isConnected()
        ? "NATS disconnected"
        : current.fault();
  }

  /**
   * The server to which this session is, or was last connected.
   *
   * @return its version, or an empty string before the first.
   */
  public String serverVersion() {
    return connection.serverVersion();
  }

  /**
   * Reads a counter.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final CarrierCounter counter) {
    return counters.get(counter);
  }

  /** Disconnects for good. Nobody steps this session any more. Idempotent. */
  public void close() {
    closed = true;
    connection.end();
    subscriptions.clear();
    status = new CarrierStatus(CarrierState.CLOSED, "");
    if (attempt != null) {
      attempt.close();
      attempt = null;
    }
  }
}
