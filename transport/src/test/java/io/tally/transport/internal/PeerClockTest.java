package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is said of a peer's clock is never later than the truth, and not much earlier. */
final class PeerClockTest {
  private static final long MS = 1_000_000L;
  private static final double MAX_DRIFT = 500e-6;

  /** A clock with an origin and a rate of its own, of which the test knows the truth. */
  private record DriftingClock(long originNs, double rate) {
    static DriftingClock draw(final SplittableRandom random) {
      return new DriftingClock(random.nextLong(), 1 + (random.nextDouble() * 2 - 1) * MAX_DRIFT);
    }

    long at(final long trueNs) {
      return originNs + (long) (trueNs * rate);
    }
  }

  @Test
  void shouldNeverBeAheadWhateverFramesAreDelayedAndClocksDrift() {
    for (long seed = 1; seed <= 200; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final DriftingClock own = DriftingClock.draw(random);
      final DriftingClock peers = DriftingClock.draw(random);
      long trueNs = random.nextLong(1L << 40);
      final PeerClock clock = new PeerClock(peers.at(trueNs - MS), own.at(trueNs));
      for (int frame = 0; frame < 500; frame++) {
        trueNs += random.nextLong(random.nextInt(50) == 0 ? 200_000 * MS : 300 * MS);
        final long delayNs = random.nextLong(random.nextInt(4) == 0 ? 5_000 * MS : 3 * MS);
        clock.onFrame(peers.at(trueNs - delayNs), own.at(trueNs));
        final long laterNs = trueNs + random.nextLong(10_000 * MS);
        final long aheadNs = clock.peerTimeNs(own.at(laterNs)) - peers.at(laterNs);
        assertTrue(aheadNs <= 1, "seed " + seed + ": ahead by " + aheadNs + " ns");
      }
    }
  }

  @Test
  void shouldFallBehindOnlyByTheShortestDelayAndTheAge() {
    final PeerClock clock = new PeerClock(900 * MS, 5_000 * MS);
    clock.onFrame(1_990 * MS, 6_000 * MS);
    clock.onFrame(2_000 * MS, 6_500 * MS);
    assertEquals(-10 * MS, clock.peerTimeNs(6_000 * MS) - 2_000 * MS, MS);
    assertEquals(-11 * MS, clock.peerTimeNs(7_000 * MS) - 3_000 * MS, MS);
  }

  @Test
  void shouldForgetWithinTenSecondsWhatAClockSaidThatStoodStillSince() {
    final PeerClock clock = new PeerClock(1_000 * MS, 1_000 * MS);
    for (long ms = 2_000; ms <= 12_000; ms += 100) {
      clock.onFrame((ms - 900) * MS, ms * MS);
    }
    assertTrue(clock.peerTimeNs(12_000 * MS) <= 11_100 * MS);
  }

  @Test
  void shouldHaveForgottenAllAfterALongSilence() {
    final PeerClock clock = new PeerClock(1_000 * MS, 1_000 * MS);
    clock.onFrame(1_500 * MS, 100_000 * MS);
    assertEquals(1_500 * MS, clock.peerTimeNs(100_000 * MS));
  }
}
