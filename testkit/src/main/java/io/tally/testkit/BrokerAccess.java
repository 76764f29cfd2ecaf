package io.tally.testkit;

import io.tally.transport.internal.NatsClient;
import java.util.ArrayList;
import java.util.List;

/** What one process has to do with the broker: its clients, and the faults between the two. */
final class BrokerAccess {
  private final World world;
  private final Broker broker;
  private final ProcessExecution execution;
  private final Traces traces;
  private final List<String> violations;
  private final List<SimulatedClient> clients = new ArrayList<>();
  private long refusedUntilNs;
  private long cutOffUntilNs;
  private boolean mute;

  BrokerAccess(
      final World world,
      final Broker broker,
      final ProcessExecution execution,
      final Traces traces,
      final List<String> violations) {
    this.world = world;
    this.broker = broker;
    this.execution = execution;
    this.traces = traces;
    this.violations = violations;
  }

  NatsClient connect(final NatsClient.Listener listener) {
    final SimulatedClient client =
        new SimulatedClient(world, broker, this, execution, traces, listener);
    clients.add(client);
    return client;
  }

  long openClientCount() {
    return clients.stream().filter(SimulatedClient::isOpen).count();
  }

  int subscriptionCount() {
    return clients.stream()
        .filter(SimulatedClient::isOpen)
        .mapToInt(SimulatedClient::subscriptionCount)
        .sum();
  }

  boolean areCredentialsRefused() {
    return world.nowNs() < refusedUntilNs;
  }

  void refuseCredentials(final long durationNs) {
    refusedUntilNs = world.nowNs() + durationNs;
    cutConnections();
  }

  void cutConnections() {
    clients.forEach(SimulatedClient::cutConnection);
  }

  boolean isCutOff() {
    return world.nowNs() < cutOffUntilNs;
  }

  void cutOff(final long durationNs) {
    cutOffUntilNs = world.nowNs() + durationNs;
    clients.forEach(client -> client.stall(durationNs));
  }

  boolean isMute() {
    return mute;
  }

  /** From now on what the process sends is lost, and nobody notices. */
  void mute() {
    mute = true;
  }

  /** From now on every client is let in. */
  void heal() {
    mute = false;
    refusedUntilNs = 0;
    cutOffUntilNs = 0;
  }

  /** The process has ended. */
  void end() {
    clients.forEach(SimulatedClient::finish);
  }

  /** A frame was published that is longer than its connection takes. */
  void onTooLong() {
    violations.add("payload: a frame was published that is longer than its connection takes");
  }
}
