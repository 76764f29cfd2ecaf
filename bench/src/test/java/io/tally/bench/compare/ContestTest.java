package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ContestTest {
  private static final Contest.Entry ENTRY =
      new Contest.Entry("one", Contestant.ONE_NODE, Work.MANY_64);

  @Test
  void shouldSayWhichMarkIsReached() {
    assertEquals("missed", verdict(0.5, 1, 0.4));
    assertEquals("reached", verdict(0.5, 1, 0.5));
    assertEquals("aim reached", verdict(0.5, 1, 1));
    assertEquals("reached", verdict(0.5, 0, 2));
    assertEquals("aim missed", verdict(0, 1, 0.9));
    assertEquals("aim reached", verdict(0, 1, 1.1));
    assertEquals("", verdict(0, 0, 1.1));
  }

  private static String verdict(final double atLeast, final double aim, final double value) {
    return new Contest.Goal(ENTRY, ENTRY, atLeast, aim).verdict(value);
  }
}
