package io.tally.engine.internal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** The network between the nodes of a simulation: loses, delays, repeats and reorders messages. */
final class Network {
  /** A copy of a message that will arrive. Without bytes it is a hello of the given incarnation. */
  record Delivery(long timeMs, long sequence, int from, int to, long incarnation, byte[] bytes) {}

  private static final int REPLAY_AFTER_MS = 30;
  private static final int REPLAY_WITHIN_MS = 250;

  private final PriorityQueue<Delivery> deliveries =
      new PriorityQueue<>(
          Comparator.comparingLong(Delivery::timeMs).thenComparingLong(Delivery::sequence));
  private final SplittableRandom random;
  private final Faults faults;
  private final boolean[][] cut;
  private final WireEditor editor = new WireEditor();
  private boolean healed;
  private long sequence;

  Network(final int nodeCount, final Faults faults, final SplittableRandom random) {
    this.faults = faults;
    this.random = random;
    cut = new boolean[nodeCount][nodeCount];
  }

  /** Cuts one direction off, or joins it again. */
  void cut(final int from, final int to, final boolean value) {
    cut[from][to] = value;
  }

  /** From now on messages only take their time. */
  void heal() {
    healed = true;
    for (final boolean[] row : cut) {
      Arrays.fill(row, false);
    }
  }

  void hello(final long nowMs, final int from, final int to, final long incarnation) {
    if (!isLost(from, to)) {
      deliver(nowMs + delayMs(), from, to, incarnation, null);
    }
  }

  void send(
      final long nowMs,
      final int from,
      final int to,
      final long incarnation,
      final byte[] message) {
    if (!isLost(from, to)) {
      deliver(nowMs + delayMs(), from, to, incarnation, message);
      if (!healed && random.nextDouble() < faults.duplicateRate()) {
        deliver(nowMs + delayMs(), from, to, incarnation, message);
      }
    }
    if (!healed && random.nextDouble() < faults.replayRate()) {
      final long lateMs = REPLAY_AFTER_MS + random.nextInt(REPLAY_WITHIN_MS);
      deliver(nowMs + lateMs, from, to, incarnation, message);
    }
  }

  /** The next copy that has arrived by now, or null. */
  Delivery poll(final long nowMs) {
    final Delivery next = deliveries.peek();
    return next != null && next.timeMs() <= nowMs ? deliveries.poll() : null;
  }

  /** Whether no message is under way but hellos, and those of watches, which never end. */
  boolean isQuiet() {
    return deliveries.stream()
        .allMatch(next -> next.bytes() == null || editor.on(next.bytes()).isOfWatch());
  }

  private boolean isLost(final int from, final int to) {
    return cut[from][to] || !healed && random.nextDouble() < faults.dropRate();
  }

  private long delayMs() {
    return random.nextInt(healed ? 2 : faults.maxDelayMs());
  }

  private void deliver(
      final long timeMs,
      final int from,
      final int to,
      final long incarnation,
      final byte[] message) {
    // Each copy has its own bytes, since a receiver may be made to change them.
    final byte[] copy = message == null ? null : message.clone();
    deliveries.add(new Delivery(timeMs, sequence++, from, to, incarnation, copy));
  }
}
