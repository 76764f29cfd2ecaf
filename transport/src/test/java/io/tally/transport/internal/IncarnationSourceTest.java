package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class IncarnationSourceTest {
  private static final long START_MS = 1_700_000_000_000L;

  private final SplittableRandom random = new SplittableRandom(1);
  private long nowMs = START_MS;

  @Test
  void shouldBeOfTheWallClock() {
    assertEquals(START_MS, Incarnation.wallClockMs(source(0).next()));
    nowMs += 5;
    assertEquals(START_MS + 5, Incarnation.wallClockMs(source(0).next()));
  }

  @Test
  void shouldRiseWhateverTheClockDoes() {
    final IncarnationSource source = source(0);
    long last = 0;
    for (int i = 0; i < 1_000; i++) {
      nowMs += random.nextInt(-3, 3);
      final long next = source.next();
      assertTrue(next > last);
      last = next;
    }
  }

  @Test
  void shouldBeginAboveWhatWasRestored() {
    final long floor = Incarnation.of(START_MS + 1_000_000, -1);
    assertTrue(source(floor).next() > floor);
  }

  @Test
  void shouldBeAboveWhatPeersNameAndCredibleToThem() {
    final WallClock clock = new WallClock(() -> nowMs);
    final IncarnationSource source = new IncarnationSource(clock, 0, random::nextLong);
    final long first = source.next();
    final long known = Incarnation.of(START_MS + 300_000_000L, -1);
    source.onKnown(known);
    final long next = source.next();
    assertTrue(next > known && known > first);
    assertTrue(Incarnation.isPlausible(next, clock.time()));
    source.onKnown(first);
    assertTrue(source.next() > next, "what is lower changes nothing");
  }

  private IncarnationSource source(final long floor) {
    return new IncarnationSource(new WallClock(() -> nowMs), floor, random::nextLong);
  }
}
