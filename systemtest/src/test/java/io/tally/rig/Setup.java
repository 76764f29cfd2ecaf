package io.tally.rig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a cluster of the rig is made of, and how its clients behave. */
enum Setup {
  USUAL(1, 1, 120, 5_000),

  /** Keys are forgotten soon, and clients give up on a node that does not answer. */
  SHORT_WINDOW(1, 1, 2, 1_500),

  /** Two servers that tell of each other; each node is given the address of one. */
  TWO_SERVERS(2, 1, 120, 5_000),

  /** The wall clocks of the nodes differ by an hour. */
  SKEWED_CLOCKS(1, 1, 120, 5_000),

  /** The deadline is so long that no busy machine lets it pass: no outcome may stay unknown. */
  PLANNED_STOPS(1, 5, 120, 20_000),

  /** The same with a data directory: nor may anything be lost. */
  STATE_ON_DISK(1, 5, 120, 20_000),

  /** Requests wait for longer than a restart takes, and a stop does not wait for long. */
  LONG_REQUESTS(1, 10, 120, 40_000),

  /** A data directory, which does not help against a crash. */
  CRASHES_ON_DISK(1, 1, 120, 5_000),

  /** Leases beside the counters, and a data directory, so that a planned stop ends none of them. */
  LEASES(1, 1, 120, 5_000);

  private final int natsServers;
  private final int timeoutSeconds;
  private final int windowSeconds;
  private final int patienceMs;

  Setup(
      final int natsServers,
      final int timeoutSeconds,
      final int windowSeconds,
      final int patienceMs) {
    this.natsServers = natsServers;
    this.timeoutSeconds = timeoutSeconds;
    this.windowSeconds = windowSeconds;
    this.patienceMs = patienceMs;
  }

  int natsServers() {
    return natsServers;
  }

  /** Options of the nodes. */
  List<String> options() {
    final List<String> options =
        new ArrayList<>(
            List.of(
                "--request-timeout=" + timeoutSeconds + "s",
                "--queue-limit=250ms",
                "--drain-timeout=" + (this == LONG_REQUESTS ? 1 : 10) + "s",
                "--idempotency-window=" + windowSeconds + "s"));
    if (this == LEASES) {
      options.add("--service=lease");
    }
    return options;
  }

  /** For how long a key certainly counts once. */
  Duration keyWindow() {
    return Duration.ofSeconds(windowSeconds);
  }

  /** After this time no copy of a request takes effect. */
  Duration settledAfter() {
    return Duration.ofSeconds(timeoutSeconds).multipliedBy(2).plusMillis(500);
  }

  /** For how long a client waits for an answer. */
  Duration patience() {
    return Duration.ofMillis(patienceMs);
  }

  /** Whether an answer that has not come when a client gives up will never come. */
  boolean isPatient() {
    return patienceMs >= 4 * timeoutSeconds * 1_000;
  }

  /** How far a node's wall clock is ahead at its first start. */
  Duration clockOffset(final int node) {
    return this == SKEWED_CLOCKS ? Duration.ofHours(1 - node % 3) : Duration.ZERO;
  }

  /** By how much a shard that goes on after a restart may have another time than before. */
  Duration clockTolerance() {
    return keepsState() ? Duration.ofMillis(5) : Duration.ZERO;
  }

  /** Nothing but what was announced happens, so that every outcome is known. */
  boolean isPlanned() {
    return this == PLANNED_STOPS || this == STATE_ON_DISK || this == LONG_REQUESTS;
  }

  /**
   * Whether no request may time out. One that waits for a restart may, if that took too long on a
   * busy machine.
   */
  boolean leavesTimeAfter(final long faultNs) {
    return isPlanned()
        && (this != LONG_REQUESTS || TimeUnit.NANOSECONDS.toSeconds(faultNs) + 2 < timeoutSeconds);
  }

  /** Whether a node goes on with its state after a planned stop. */
  boolean keepsState() {
    return this == STATE_ON_DISK
        || this == LONG_REQUESTS
        || this == CRASHES_ON_DISK
        || this == LEASES;
  }
}
