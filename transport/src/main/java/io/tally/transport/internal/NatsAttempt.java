package io.tally.transport.internal;

import io.tally.engine.internal.Wakeup;
import io.tally.transport.NatsAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one client has reported. Its threads write fields, the session reads them at its next step.
 * Nothing queues, however often the client reports the same.
 */
final class NatsAttempt implements NatsClient.Listener {
  private static final int MAX_DENIALS = 16;

  /** An error that a server reported this long before it closed, or less, is why it did. */
  private static final long LAST_ERROR_NS = 2_000_000_000L;

  record Greeting(long maxPayloadBytes, String version) {}

  final NatsAddress address;
  private final Wakeup wakeup;
  private final CarrierCounters counters;
  private final AtomicReference<List<String>> discovered = new AtomicReference<>();
  private final AtomicReference<String> error = new AtomicReference<>();
  private final Set<String> deniedPublishing = ConcurrentHashMap.newKeySet();
  private NatsClient client;
  private volatile Greeting greeting;
  private volatile String refusal;
  private volatile String deniedSubscription;
  private volatile String end;
  private volatile boolean confirmed;
  private volatile boolean closed;

  // Used by the thread that steps the session alone.
  private boolean subscribed;
  private String lastError = "";
  private long lastErrorNs;

  NatsAttempt(final NatsAddress address, final Wakeup wakeup, final CarrierCounters counters) {
    this.address = address;
    this.wakeup = wakeup;
    this.counters = counters;
  }

  void start(final NatsClient.Connector connector) {
    try {
      client = connector.connect(address, this);
    } catch (final RuntimeException e) {
      onEnded(String.valueOf(e.getMessage()));
    }
  }

  NatsClient client() {
    return client;
  }

  Greeting greeting() {
    return greeting;
  }

  String refusal() {
    return refusal;
  }

  String deniedSubscription() {
    return deniedSubscription;
  }

  /** Why it ended; null while the attempt or its connection lasts. */
  String end() {
    return end;
  }

  /** Returns false if this was marked before. */
  boolean markSubscribed() {
    if (subscribed) {
      return false;
    }
    subscribed = true;
    return true;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  List<String> takeDiscovered() {
    return discovered.getAndSet(null);
  }

  /** The last error; null if none was reported since the last call. */
  String takeError(final long nowNs) {
    final String taken = error.getAndSet(null);
    if (taken != null) {
      lastError = taken;
      lastErrorNs = nowNs;
    }
    return taken;
  }

  List<String> takeDeniedPublishing() {
    final List<String> taken = new ArrayList<>(deniedPublishing);
    taken.forEach(deniedPublishing::remove);
    return taken;
  }

  String describeRefusal(final String reason) {
    return address.url() + " refused the credentials of " + address.login() + ": " + reason;
  }

  String describeDenial(final String violation) {
    return address.url() + " denies " + address.login() + ": " + violation;
  }

  /** The server says why, and then closes, of which the library knows no more than that. */
  String describeEnd(final long nowNs, final String reason) {
    final boolean isSaid = !lastError.isEmpty() && nowNs - lastErrorNs <= LAST_ERROR_NS;
    return address.url() + ": " + (isSaid ? lastError : reason);
  }

  void close() {
    closed = true;
    if (client != null) {
      client.close();
    }
  }

  private void told() {
    if (!closed) {
      wakeup.wake();
    }
  }

  @Override
  public void onConnected(final long maxPayloadBytes, final String version) {
    greeting = new Greeting(maxPayloadBytes, version);
    told();
  }

  void onConfirmed() {
    confirmed = true;
    told();
  }

  @Override
  public void onDiscovered(final List<String> hostsAndPorts) {
    discovered.set(hostsAndPorts);
    told();
  }

  @Override
  public void onRefused(final String reason) {
    refusal = reason;
    told();
  }

  @Override
  public void onDenied(final String violation, final boolean publishing) {
    counters.increment(CarrierCounter.PERMISSION_VIOLATIONS);
    if (!publishing) {
      deniedSubscription = violation;
      told();
    } else if (deniedPublishing.size() < MAX_DENIALS && deniedPublishing.add(violation)) {
      told();
    }
  }

  @Override
  public void onError(final String text) {
    counters.increment(CarrierCounter.ERRORS);
    error.set(text);
    told();
  }

  @Override
  public void onEnded(final String reason) {
    end = reason;
    told();
  }
}
