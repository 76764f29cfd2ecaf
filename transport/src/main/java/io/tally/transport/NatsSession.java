package io.tally.transport;

import io.tally.engine.SteppedAgent;
import io.tally.engine.Wakeup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Carries frames over one connection to one of several NATS servers, and replaces a connection that
 * has ended by a new one, for ever. It knows no client library, owns no thread and reads no clock:
 * somebody steps it. A new connection carries nothing before all subscriptions are confirmed on it,
 * and nothing that was left behind on the one before.
 *
 * <p>The servers are tried one after the other, those that another server named among them; when
 * none of a round took this client, the next round follows after a wait that doubles up to {@link
 * #MAX_BACKOFF_NS}. What is told of a failed round is what its servers said that is most of use: a
 * refusal before an outage.
 *
 * <p>{@link #doWork} has one thread. All other methods may be called by any.
 */
public final class NatsSession implements FrameCarrier, SteppedAgent {
  /** Longest wait between two rounds of attempts, nanoseconds. */
  public static final long MAX_BACKOFF_NS = 1_000_000_000L;

  /** Longest time of one attempt, nanoseconds. */
  public static final long ATTEMPT_TIMEOUT_NS = 4_000_000_000L;

  /** A subject to which publishing was denied is permitted if it was not denied for this long. */
  public static final long DENIAL_NS = 3_000_000_000L;

  private static final long MIN_BACKOFF_NS = 100_000_000L;
  private static final long STABLE_NS = 2_000_000_000L;
  private static final long LISTEN_NS = 300_000_000L;
  private static final int MAX_DENIALS = 8;

  /** What a server said this long before it closed, or less, is why. */
  private static final long LAST_WORDS_NS = 2_000_000_000L;

  private static final int STRIDE = 8;

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
  private final LongSupplier random;
  private final AtomicLongArray counters =
      new AtomicLongArray(CarrierCounter.values().length * STRIDE);

  private volatile CarrierStatus status = new CarrierStatus(CarrierState.CONNECTING, "");
  private volatile NatsClient carrying;
  private volatile long maxFrameBytes = Integer.MAX_VALUE;
  private volatile String serverVersion = "";

  // Of the thread that steps.
  private final Map<String, Long> deniedNs = new LinkedHashMap<>();
  private NatsAttempt attempt;
  private String lastError = "";
  private long lastErrorNs;
  private CarrierStatus worst;
  private boolean wasConnected;
  private int triedInRound;
  private int failedRounds;
  private long nextAttemptNs;
  private long attemptDeadlineNs;
  private long carryingSinceNs;
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
    this.random = random;
  }

  @Override
  public int doWork(final long nowNs) {
    if (closed) {
      nextStepNs = NEVER;
      return 0;
    }
    if (!started) {
      started = true;
      nextAttemptNs = nowNs;
    }
    final int work = attempt == null ? begin(nowNs) : follow(nowNs);
    if (attempt == null) {
      nextStepNs = nextAttemptNs;
    } else if (carrying == null) {
      nextStepNs = attemptDeadlineNs;
    } else {
      nextStepNs = deniedNs.isEmpty() ? NEVER : nowNs + DENIAL_NS / 8;
    }
    return work;
  }

  @Override
  public long nextStepNs() {
    return nextStepNs;
  }

  @Override
  public String roleName() {
    return "nats-session";
  }

  private int begin(final long nowNs) {
    if (nowNs - nextAttemptNs < 0) {
      return 0;
    }
    attemptDeadlineNs = nowNs + ATTEMPT_TIMEOUT_NS;
    final NatsAttempt next = new NatsAttempt(servers.current(), wakeup, this::add);
    attempt = next;
    next.start(connector);
    return 1 + follow(nowNs);
  }

  /** Looks at what the attempt's client has told since the last step. */
  private int follow(final long nowNs) {
    final NatsAttempt current = attempt;
    // Read first: what was told before an end or a confirmation is seen below.
    final String end = current.end();
    final boolean confirmed = current.isConfirmed();
    tell(nowNs, current);
    final String refusal = current.refusal();
    final String deniedSubscription = current.deniedSubscription();
    if (refusal != null) {
      add(CarrierCounter.REFUSALS, 1);
      fail(nowNs, CarrierState.REFUSED, refusal(current.address, refusal));
    } else if (deniedSubscription != null) {
      fail(nowNs, CarrierState.DENIED, denial(current.address, deniedSubscription));
    } else if (end != null) {
      // The server says why, and then closes, of which the library knows no more than that.
      final boolean isSaid = !lastError.isEmpty() && nowNs - lastErrorNs <= LAST_WORDS_NS;
      fail(
          nowNs,
          CarrierState.DISCONNECTED,
          current.address.url() + ": " + (isSaid ? lastError : end));
    } else if (carrying != null) {
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
    if (current.takeSlow()) {
      listener.onEvent("frames from NATS were dropped: not taken fast enough");
    }
    final String error = current.takeError();
    if (error != null) {
      lastError = error;
      lastErrorNs = nowNs;
      if (carrying != null) {
        listener.onEvent("NATS reports: " + error);
      }
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
    maxFrameBytes = current.greeting().maxPayloadBytes();
    serverVersion = current.greeting().version();
    carryingSinceNs = nowNs;
    worst = null;
    triedInRound = 0;
    carrying = current.client();
    showDenials();
    if (wasConnected) {
      add(CarrierCounter.RECONNECTS, 1);
    }
    wasConnected = true;
  }

  /** Publishing that was denied is seen again within the time of a hello, if it still is. */
  private void watchDenials(final long nowNs, final NatsAttempt current) {
    for (final String violation : current.takeDeniedPublishing()) {
      final String denial = denial(current.address, violation);
      if (deniedNs.size() < MAX_DENIALS || deniedNs.containsKey(denial)) {
        deniedNs.put(denial, nowNs);
      }
    }
    deniedNs.values().removeIf(sinceNs -> nowNs - sinceNs >= DENIAL_NS);
    showDenials();
  }

  private void showDenials() {
    become(
        deniedNs.isEmpty() ? CarrierState.CONNECTED : CarrierState.DENIED,
        String.join("; ", deniedNs.keySet()));
  }

  private void fail(final long nowNs, final CarrierState state, final String reason) {
    final boolean lost = carrying != null;
    carrying = null;
    subscriptions.clear();
    attempt.close();
    attempt = null;
    // What this server said and denied says nothing of the next.
    lastError = "";
    deniedNs.clear();
    servers.next();
    if (lost) {
      if (nowNs - carryingSinceNs >= STABLE_NS) {
        failedRounds = 0;
      }
      become(state, reason);
      // Whoever sees it counted sees the state too.
      add(CarrierCounter.DISCONNECTS, 1);
      nextAttemptNs = failedRounds == 0 ? nowNs : nowNs + backoffNs();
      failedRounds++;
      return;
    }
    add(CarrierCounter.CONNECT_FAILURES, 1);
    if (worst == null || state.ordinal() > worst.state().ordinal()) {
      worst = new CarrierStatus(state, reason);
    }
    triedInRound++;
    if (triedInRound < servers.size()) {
      nextAttemptNs = nowNs;
      return;
    }
    become(worst.state(), worst.reason());
    worst = null;
    triedInRound = 0;
    nextAttemptNs = nowNs + backoffNs();
    failedRounds++;
  }

  private long backoffNs() {
    final long longestNs = Math.min(MIN_BACKOFF_NS << Math.min(failedRounds, 10), MAX_BACKOFF_NS);
    return longestNs / 2 + Math.floorMod(random.getAsLong(), longestNs / 2 + 1);
  }

  private static String refusal(final NatsAddress address, final String reason) {
    return address.url() + " refused the credentials of " + address.login() + ": " + reason;
  }

  private static String denial(final NatsAddress address, final String violation) {
    return address.url() + " denies " + address.login() + ": " + violation;
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
   * <p>Does not block: the subscription is asked for before anything that is published from now on.
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
    final FrameListener counting =
        frame -> {
          add(CarrierCounter.FRAMES_RECEIVED, 1);
          add(CarrierCounter.BYTES_RECEIVED, frame.length);
          frameListener.onFrame(frame);
        };
    return subscriptions.add(subject, counting, onConfirmed);
  }

  @Override
  public boolean publish(final String subject, final byte[] frame) {
    final NatsClient client = carrying;
    if (client == null || frame.length > maxFrameBytes || !client.publish(subject, frame)) {
      add(CarrierCounter.PUBLISH_FAILURES, 1);
      return false;
    }
    add(CarrierCounter.FRAMES_PUBLISHED, 1);
    add(CarrierCounter.BYTES_PUBLISHED, frame.length);
    return true;
  }

  @Override
  public boolean isConnected() {
    final NatsClient client = carrying;
    return client != null && client.isConnected();
  }

  @Override
  public long maxFrameBytes() {
    return maxFrameBytes;
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
    if (current.state() == CarrierState.CONNECTED) {
      return isConnected() ? "" : "NATS disconnected";
    }
    return switch (current.state()) {
      case CONNECTING -> "NATS connecting";
      case REFUSED -> "NATS authorization violation: " + current.reason();
      case DENIED -> "NATS permissions violation: " + current.reason();
      case PAYLOAD_LIMIT -> "NATS max_payload too small: " + current.reason();
      case CLOSED -> "NATS connection closed";
      default -> "NATS disconnected: " + current.reason();
    };
  }

  /**
   * The server to which this session is, or was last connected.
   *
   * @return its version, or an empty string before the first.
   */
  public String serverVersion() {
    return serverVersion;
  }

  /**
   * Reads a counter.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final CarrierCounter counter) {
    return counters.get(counter.ordinal() * STRIDE);
  }

  private void add(final CarrierCounter counter, final long amount) {
    counters.getAndAdd(counter.ordinal() * STRIDE, amount);
  }

  /** Disconnects for good. Nobody steps this session any more. Idempotent. */
  public void close() {
    closed = true;
    carrying = null;
    subscriptions.clear();
    status = new CarrierStatus(CarrierState.CLOSED, "");
    if (attempt != null) {
      attempt.close();
      attempt = null;
    }
  }
}
