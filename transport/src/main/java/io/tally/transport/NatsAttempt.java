package io.tally.transport;

import io.tally.engine.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;

/**
 * What one client has told. Its threads write, the session reads at its next step; nothing queues,
 * however often the client says the same.
 */
final class NatsAttempt implements NatsClient.Listener {
  private static final int MAX_DENIALS = 16;

  record Greeting(long maxPayloadBytes, String version) {}

  final NatsAddress address;
  private final Wakeup wakeup;
  private final ObjLongConsumer<CarrierCounter> counters;
  private final AtomicReference<List<String>> discovered = new AtomicReference<>();
  private final AtomicReference<String> error = new AtomicReference<>();
  private final Set<String> deniedPublishing = ConcurrentHashMap.newKeySet();
  private NatsClient client;
  private volatile Greeting greeting;
  private volatile String refusal;
  private volatile String deniedSubscription;
  private volatile String end;
  private volatile boolean slow;
  private boolean subscribed;
  private volatile boolean confirmed;
  private volatile boolean closed;

  NatsAttempt(
      final NatsAddress address,
      final Wakeup wakeup,
      final ObjLongConsumer<CarrierCounter> counters) {
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

  /** Null while the attempt or its connection lasts. */
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

  String takeError() {
    return error.getAndSet(null);
  }

  boolean takeSlow() {
    final boolean was = slow;
    slow = false;
    return was;
  }

  List<String> takeDeniedPublishing() {
    final List<String> taken = new ArrayList<>(deniedPublishing);
    taken.forEach(deniedPublishing::remove);
    return taken;
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
    counters.accept(CarrierCounter.PERMISSION_VIOLATIONS, 1);
    if (!publishing) {
      deniedSubscription = violation;
      told();
    } else if (deniedPublishing.size() < MAX_DENIALS && deniedPublishing.add(violation)) {
      told();
    }
  }

  @Override
  public void onSlow() {
    counters.accept(CarrierCounter.SLOW_CONSUMER, 1);
    slow = true;
    told();
  }

  @Override
  public void onError(final String text) {
    counters.accept(CarrierCounter.ERRORS, 1);
    error.set(text);
    told();
  }

  @Override
  public void onEnded(final String reason) {
    end = reason;
    told();
  }
}
