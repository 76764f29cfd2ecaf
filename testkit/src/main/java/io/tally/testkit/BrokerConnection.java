package io.tally.testkit;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** One connection of a client to the broker, from its acceptance to its end. */
final class BrokerConnection {
  private final World world;
  private final Broker broker;
  private final SimulatedClient client;
  private final Traces traces;
  private final Set<String> subjects = new HashSet<>();
  private final ArrayDeque<Frame> unread = new ArrayDeque<>();
  private final Map<BrokerConnection, Long> lastDeliveryNs = new HashMap<>();
  private long unreadBytes;
  private long lastArrivalNs;
  private long stalledUntilNs;
  private boolean open = true;

  BrokerConnection(
      final World world, final Broker broker, final SimulatedClient client, final Traces traces) {
    this.world = world;
    this.broker = broker;
    this.client = client;
    this.traces = traces;
  }

  boolean isOpen() {
    return open;
  }

  void subscribe(final String subject) {
    subjects.add(subject);
  }

  void unsubscribe(final String subject) {
    subjects.remove(subject);
  }

  boolean isSubscribed(final String subject) {
    return open && subjects.contains(subject);
  }

  /** Nothing passes in either direction for a time; then all of it does. */
  void stall(final long durationNs) {
    stalledUntilNs = world.nowNs() + durationNs;
  }

  boolean isStalled() {
    return stalledUntilNs > world.nowNs();
  }

  /** Sends a frame from the client to the broker. */
  void send(final Frame frame) {
    ask(connection -> connection.broker.onPublished(connection, frame));
  }

  /** Has the broker do something when it has got all that was sent before. */
  void ask(final Consumer<BrokerConnection> action) {
    lastArrivalNs = Math.max(lastArrivalNs, passableNs(broker.delayNs()));
    askAt(lastArrivalNs, action);
  }

  private void askAt(final long atNs, final Consumer<BrokerConnection> action) {
    world.after(
        atNs - world.nowNs(),
        () -> {
          if (!open) {
            traces.add(Trace.FRAMES_LOST);
          } else if (isStalled()) {
            askAt(stalledUntilNs, action);
          } else {
            action.accept(this);
          }
        });
  }

  /** Sends a frame from the broker to the client; returns when it arrives. */
  long deliver(final BrokerConnection from, final Frame frame, final long delayNs) {
    final long atNs = Math.max(lastDeliveryNs.getOrDefault(from, 0L), passableNs(delayNs));
    lastDeliveryNs.put(from, atNs);
    world.after(atNs - world.nowNs(), () -> arrive(frame));
    return atNs;
  }

  private long passableNs(final long delayNs) {
    return Math.max(world.nowNs() + delayNs, stalledUntilNs);
  }

  void arrive(final Frame frame) {
    if (!open) {
      traces.add(Trace.FRAMES_LOST);
      return;
    }
    unread.add(frame);
    unreadBytes += frame.bytes().length;
    if (unreadBytes > broker.pendingBytes()) {
      traces.add(Trace.SLOW_RECEIVERS_CUT);
      // What the broker has written to the receiver's socket is read, even after the connection
      // ends.
      final int kept = world.nextInt(unread.size());
      while (unread.size() > kept) {
        unread.removeLast();
      }
      cut();
    } else {
      client.onReadable();
    }
  }

  /** What the client reads next; null if nothing is there, or the connection has ended. */
  Frame read() {
    final Frame frame = unread.poll();
    if (frame != null) {
      unreadBytes -= frame.bytes().length;
    }
    return frame;
  }

  /** The broker, or the network, ends the connection. */
  void cut() {
    if (open) {
      open = false;
      broker.forget(this);
      client.onReadable();
    }
  }

  /** The client ends it: what it has sent still arrives. */
  void finish() {
    subjects.clear();
    world.after(Math.max(lastArrivalNs, stalledUntilNs) - world.nowNs() + 1, this::cut);
  }
}
