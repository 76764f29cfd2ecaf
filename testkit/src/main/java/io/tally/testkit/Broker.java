package io.tally.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The message broker: at most once, in order from one connection to another and in no order
 * otherwise. It keeps for a receiver that stands still what fits into its pending limit, for any
 * time, and then cuts it off. It forgets everything when it ends.
 */
final class Broker {
  private static final long MIN_DELAY_NS = 20_000;
  private static final int MIN_PENDING_BYTES = 1 << 12;
  private static final int PENDING_SIZES = 5;
  private static final int FULL_PAYLOAD_BYTES = 1 << 20;

  private final World world;
  private final Faults faults;
  private final Traces traces;
  private final List<BrokerConnection> connections = new ArrayList<>();
  private final FrameForger forger;
  private final int pendingBytes;
  private long maxPayloadBytes = FULL_PAYLOAD_BYTES;
  private final Map<String, Long> lostUntilNs = new HashMap<>();
  private boolean up = true;
  private boolean healed;

  Broker(final World world, final Settings settings, final Faults faults, final Traces traces) {
    this.world = world;
    this.faults = faults;
    this.traces = traces;
    forger = new FrameForger(world, traces);
    pendingBytes = settings.scaled(MIN_PENDING_BYTES << world.nextInt(PENDING_SIZES));
  }

  boolean isUp() {
    return up;
  }

  long maxPayloadBytes() {
    return maxPayloadBytes;
  }

  BrokerConnection accept(final SimulatedClient client) {
    final BrokerConnection connection = new BrokerConnection(world, this, client, traces);
    connections.add(connection);
    return connection;
  }

  void forget(final BrokerConnection connection) {
    connections.remove(connection);
  }

  /** Ends it; it comes back empty after a while, perhaps with another limit. */
  void restart(final long downNs, final long newMaxPayloadBytes) {
    traces.add(Trace.BROKER_RESTARTS);
    up = false;
    for (final BrokerConnection connection : List.copyOf(connections)) {
      connection.cut();
    }
    world.after(
        downNs,
        () -> {
          if (newMaxPayloadBytes != maxPayloadBytes) {
            traces.add(Trace.PAYLOAD_LIMITS_CHANGED);
          }
          maxPayloadBytes = newMaxPayloadBytes;
          up = true;
        });
  }

  /** Loses what is sent to one node alone. */
  void loseTo(final String nodeId, final long durationNs) {
    lostUntilNs.merge("sim.node." + nodeId, world.nowNs() + durationNs, Math::max);
  }

  private boolean isLost(final String subject) {
    final Long untilNs = lostUntilNs.get(subject.substring(0, subject.lastIndexOf('.')));
    return untilNs != null && world.nowNs() < untilNs || world.chance(faults.lossRate());
  }

  /** From now on messages only take their time. */
  void heal() {
    healed = true;
    connections.forEach(connection -> connection.stall(0));
  }

  /** A message of a connection has reached the broker. */
  void onPublished(final BrokerConnection from, final Frame frame) {
    for (final BrokerConnection to : List.copyOf(connections)) {
      if (to.isSubscribed(frame.subject())) {
        pass(from, to, frame);
      }
    }
  }

  private void pass(final BrokerConnection from, final BrokerConnection to, final Frame frame) {
    if (!healed && isLost(frame.subject())) {
      traces.add(Trace.FRAMES_LOST);
      return;
    }
    final long atNs = to.deliver(from, frame, delayNs());
    if (!healed && world.chance(faults.repeatRate())) {
      traces.add(Trace.FRAMES_REPEATED);
      final long lateNs = world.chance(0.5) ? delayNs() : world.skewed(faults.maxPauseNs());
      world.after(atNs - world.nowNs() + lateNs, () -> to.arrive(frame));
    }
    if (!healed && world.chance(faults.forgeryRate())) {
      final Frame forged = forger.forge(frame);
      if (forged != null) {
        world.after(atNs - world.nowNs() + delayNs(), () -> to.arrive(forged));
      }
    }
  }

  long delayNs() {
    return MIN_DELAY_NS + (healed ? world.nextInt(200_000) : world.skewed(faults.maxDelayNs()));
  }

  int pendingBytes() {
    return pendingBytes;
  }
}
