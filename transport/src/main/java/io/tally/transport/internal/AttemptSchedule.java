package io.tally.transport.internal;

import java.util.function.LongSupplier;

/**
 * When the next server is tried. A round tries every server once, without a pause; after a round in
 * which none took this client, a wait follows that doubles with each such round. A connection that
 * lasted starts anew. Of the thread that steps the session.
 */
final class AttemptSchedule {
  /** Longest wait between two rounds. */
  static final long MAX_BACKOFF_NS = 1_000_000_000L;

  private static final long MIN_BACKOFF_NS = 100_000_000L;
  private static final long STABLE_NS = 2_000_000_000L;

  private final LongSupplier random;
  private CarrierStatus worst;
  private int triedInRound;
  private int failedRounds;
  private long nextAttemptNs;
  private long connectedNs;

  AttemptSchedule(final LongSupplier random) {
    this.random = random;
  }

  void begin(final long nowNs) {
    nextAttemptNs = nowNs;
  }

  long nextAttemptNs() {
    return nextAttemptNs;
  }

  void onConnected(final long nowNs) {
    connectedNs = nowNs;
    worst = null;
    triedInRound = 0;
  }

  void onConnectionLost(final long nowNs) {
    if (nowNs - connectedNs >= STABLE_NS) {
      failedRounds = 0;
    }
    nextAttemptNs = failedRounds == 0 ? nowNs : nowNs + backoffNs();
    failedRounds++;
  }

  /**
   * Returns null while the round goes on; at its end the failure that says most about how to mend
   * it.
   */
  CarrierStatus onAttemptFailed(
      final long nowNs, final CarrierStatus failure, final int serverCount) {
    if (worst == null || failure.state().ordinal() > worst.state().ordinal()) {
      worst = failure;
    }
    triedInRound++;
    if (triedInRound < serverCount) {
      nextAttemptNs = nowNs;
      return null;
    }
    final CarrierStatus told = worst;
    worst = null;
    triedInRound = 0;
    nextAttemptNs = nowNs + backoffNs();
    failedRounds++;
    return told;
  }

  private long backoffNs() {
    final long longestNs = Math.min(MIN_BACKOFF_NS << Math.min(failedRounds, 10), MAX_BACKOFF_NS);
    return longestNs / 2 + Math.floorMod(random.getAsLong(), longestNs / 2 + 1);
  }
}
