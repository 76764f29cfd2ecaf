package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class GcraTest {
  private static final int MS = 1_000_000;
  private static final long LONGEST_NS = 1_000_000_000_000_000L;
  private static final long START_NS = 1_800_000_000_000_000_000L;

  private final Gcra gcra = new Gcra();
  private long arrivalNs;
  private long word;
  private boolean exists;

  @Test
  void shouldAdmitABurstAtOnceAndThenOnePerInterval() {
    for (int i = 0; i < 3; i++) {
      assertTrue(take(START_NS, 10, 1000, 3, 1));
      assertEquals(i + 1, gcra.used());
      assertEquals(2 - i, gcra.remaining());
    }
    assertFalse(take(START_NS, 10, 1000, 3, 1));
    assertEquals(100 * MS, gcra.untilAdmittedNs(1));
    assertEquals(200 * MS, gcra.untilAdmittedNs(2));
    assertEquals(0, gcra.untilAdmittedNs(4));
    assertEquals(300 * MS, gcra.untilUnusedNs());
    assertFalse(take(START_NS + 100 * MS - 1, 10, 1000, 3, 1));
    assertTrue(take(START_NS + 100 * MS, 10, 1000, 3, 1));
    assertFalse(take(START_NS + 100 * MS, 10, 1000, 3, 1));
    assertEquals(3, Gcra.used(START_NS + 100 * MS, arrivalNs, word));
    assertEquals(1, Gcra.used(START_NS + 399 * MS, arrivalNs, word));
    assertEquals(0, Gcra.used(START_NS + 400 * MS, arrivalNs, word));
  }

  @Test
  void shouldAdmitABurstWhateverTheInterval() {
    final SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      final long limit = 1 + (random.nextLong() >>> 1 + random.nextInt(63));
      final long windowMs =
          1 + random.nextLong(CounterRequest.MAX_DURATION_MS >> random.nextInt(41));
      final long burst = 1 + random.nextInt(20);
      exists = false;
      final BigInteger burstNs = BigInteger.valueOf(windowMs).multiply(BigInteger.valueOf(MS));
      final boolean fits =
          burstNs
                  .multiply(BigInteger.valueOf(burst))
                  .divide(BigInteger.valueOf(limit))
                  .compareTo(BigInteger.valueOf(CounterRequest.MAX_DURATION_MS * MS / 2))
              < 0;
      for (int unit = 0; unit < burst && fits; unit++) {
        assertTrue(take(START_NS, limit, windowMs, burst, 1), limit + " in " + windowMs);
        assertEquals(unit + 1, gcra.used());
        assertTrue(arrivalNs > START_NS && word > 0);
      }
      assertFalse(fits && take(START_NS, limit, windowMs, burst, 1));
    }
  }

  /** What a watcher shows while nobody takes anything: as of a millisecond before, at the worst. */
  @Test
  void shouldTellWhatIsUsedLater() {
    final SplittableRandom random = new SplittableRandom(7);
    int drained = 0;
    for (int i = 0; i < 100_000; i++) {
      final long windowMs = 1 + random.nextInt(1 << random.nextInt(25));
      final long limit = 1 + (random.nextLong() >>> 1 + random.nextInt(63));
      final long burst =
          1
              + random.nextLong(
                  Math.max(1, Math.min(1L << 40, LONGEST_NS / intervalNs(limit, windowMs))));
      exists = false;
      final long cost = 1 + random.nextLong(burst);
      assertTrue(take(START_NS, limit, windowMs, burst, cost));
      final long readNs = START_NS + random.nextLong(Math.max(1, arrivalNs - START_NS));
      final long used = Gcra.used(readNs, arrivalNs, word);
      final ReadCounter read = new ReadCounter(used, Ttl.ceilMs(arrivalNs - readNs), word);
      assertEquals(used, read.valueAfter(0));
      final long passedMs = 1 + random.nextLong(2 * read.ttlMs());
      final long laterNs = readNs + passedMs * MS;
      final long shown = read.valueAfter(passedMs);
      final String what = limit + " in " + windowMs + " of " + burst;
      assertTrue(shown >= Gcra.used(laterNs, arrivalNs, word), what);
      assertTrue(shown <= Gcra.used(laterNs - MS, arrivalNs, word), what);
      drained += shown == 0 ? 1 : 0;
    }
    assertTrue(drained > 1_000 && drained < 99_000, "drained " + drained);
  }

  /** In any time d between two admitted costs: at most burst + ⌊d · limit ÷ window⌋. */
  @Test
  void shouldAdmitNoMoreThanItSaysInAnySpan() {
    int refused = 0;
    int fine = 0;
    for (long seed = 1; seed <= 400; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final long windowMs = 1 + random.nextInt(1 << random.nextInt(20));
      final long limit = 1 + (random.nextLong() >>> 1 + random.nextInt(63));
      final long maxBurst = Math.max(1, LONGEST_NS / intervalNs(limit, windowMs));
      final long burst = 1 + random.nextLong(Math.min(maxBurst, 1L << random.nextInt(40)));
      exists = false;
      final long[] times = new long[150];
      final long[] costs = new long[times.length];
      final long spanNs = intervalNs(limit, windowMs) * 3 / 2 + 3;
      int count = 0;
      long timeNs = START_NS;
      while (count < times.length) {
        timeNs += random.nextInt(3) == 0 ? 0 : random.nextLong(spanNs);
        timeNs += random.nextInt(50) == 0 ? random.nextLong(spanNs * 100) : 0;
        final long cost = 1 + random.nextLong(Math.min(burst, 1L << random.nextInt(30)));
        if (take(timeNs, limit, windowMs, burst, cost)) {
          times[count] = timeNs;
          costs[count] = cost;
          count++;
        } else {
          refused++;
          timeNs += random.nextBoolean() ? gcra.untilAdmittedNs(cost) : 0;
        }
      }
      fine += (word & 1L << 62) != 0 ? 1 : 0;
      check(times, costs, limit, windowMs, burst, "seed " + seed);
    }
    assertTrue(refused > 1000, "refused " + refused);
    assertTrue(fine > 100 && fine < 400, "fine " + fine);
  }

  private static void check(
      final long[] times,
      final long[] costs,
      final long limit,
      final long windowMs,
      final long burst,
      final String what) {
    final BigInteger windowNs = BigInteger.valueOf(windowMs).multiply(BigInteger.valueOf(MS));
    for (int first = 0; first < times.length; first++) {
      BigInteger taken = BigInteger.ZERO;
      for (int last = first; last < times.length; last++) {
        taken = taken.add(BigInteger.valueOf(costs[last]));
        final BigInteger refilled =
            BigInteger.valueOf(times[last] - times[first])
                .multiply(BigInteger.valueOf(limit))
                .divide(windowNs);
        assertTrue(taken.compareTo(refilled.add(BigInteger.valueOf(burst))) <= 0, what);
      }
    }
  }

  /** Whoever asks for what remains, again and again, gets nearly all of the rate. */
  @ParameterizedTest
  @CsvSource({
    "1, 1000, 1, 1000",
    "3, 1000, 5, 1000",
    "7, 60000, 7, 100",
    "100, 1000, 10, 10000",
    "999983, 1000, 1000, 100",
    "1500000000, 1000, 1000000, 1000",
    "700000000000, 1000, 50000000000, 1000",
  })
  void shouldAdmitTheRate(
      final long limit, final long windowMs, final long burst, final int seconds) {
    final long stepNs = Math.max(1, Math.min(10 * MS, intervalNs(limit, windowMs) * burst / 2));
    long admitted = 0;
    long timeNs = START_NS;
    int steps = 0;
    for (; timeNs < START_NS + seconds * 1000L * MS && steps < 1_000_000; steps++) {
      gcra.quota(limit, windowMs, burst);
      final Gcra now = exists ? gcra.state(timeNs, arrivalNs, word) : gcra.unused();
      final long cost = now.remaining();
      if (cost > 0) {
        assertTrue(take(timeNs, limit, windowMs, burst, cost));
        admitted += cost;
      }
      timeNs += stepNs;
    }
    final double due = burst + (double) (timeNs - START_NS) * limit / windowMs / MS;
    assertTrue(admitted <= due, admitted + " of " + due);
    assertTrue(admitted >= due * 0.99 - burst - 2, admitted + " of " + due);
  }

  @Test
  void shouldGoOnWithWhatIsTakenWhenTheQuotaChanges() {
    assertTrue(take(START_NS, 10, 1000, 10, 10));
    // A second of refilling is taken, which is 5 units of the lower quota.
    assertFalse(take(START_NS, 5, 1000, 4, 1));
    assertEquals(5, gcra.used());
    assertEquals(0, gcra.remaining());
    assertFalse(take(START_NS + 399 * MS, 5, 1000, 4, 1));
    assertTrue(take(START_NS + 400 * MS, 5, 1000, 4, 1));
    assertEquals(4, gcra.used());
    // From an interval in fractions to one in whole nanoseconds, and back.
    final long day = 86_400_000;
    assertTrue(take(START_NS + 400 * MS, 1, day, 5, 1));
    assertEquals(2, gcra.used());
    assertFalse(take(START_NS + 400 * MS, 5, 1000, 4, 1));
    assertEquals(800 * MS + day * MS - 600 * MS, gcra.untilAdmittedNs(1));
  }

  @Test
  void shouldCapABurstThatTakesTooLongToComeBack() {
    final long day = 86_400_000;
    assertTrue(take(START_NS, 1, day, Long.MAX_VALUE, 36_500));
    assertFalse(take(START_NS, 1, day, Long.MAX_VALUE, 1));
    assertEquals(day * MS, gcra.untilAdmittedNs(1));
    assertEquals(0, gcra.untilAdmittedNs(36_501));
    assertEquals(36_500, Gcra.used(START_NS, arrivalNs, word));
    exists = false;
    assertTrue(take(START_NS, 1, CounterRequest.MAX_DURATION_MS, Long.MAX_VALUE, 1));
    assertFalse(take(START_NS, 1, CounterRequest.MAX_DURATION_MS, Long.MAX_VALUE, 1));
  }

  private static long intervalNs(final long limit, final long windowMs) {
    return windowMs * MS / limit + 1;
  }

  private boolean take(
      final long timeNs, final long limit, final long windowMs, final long burst, final long cost) {
    gcra.quota(limit, windowMs, burst);
    // A limiter whose time has passed is absent.
    if (exists && arrivalNs > timeNs) {
      gcra.state(timeNs, arrivalNs, word);
    } else {
      gcra.unused();
    }
    if (!gcra.tryTake(cost)) {
      return false;
    }
    exists = true;
    arrivalNs = gcra.arrivalNs(timeNs);
    word = gcra.word();
    return true;
  }
}
