package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ResultsTest {
  private static final double EXACT = 0;

  private final Results results = new Results();

  @Test
  void shouldCompareWhatWasMeasuredInTheSameRound() {
    round(100, 50);
    round(1_000, 800);
    round(10, 6);
    assertEquals(
        0.6,
        results.perSecondRatio(Work.MANY_64, Contestant.ONE_NODE, Contestant.BARE_NETTY),
        EXACT);
    assertEquals(
        2, results.cpuRatio(Work.MANY_64, Contestant.ONE_NODE, Contestant.BARE_NETTY), EXACT);
    assertEquals(50, results.perSecond(Work.MANY_64, Contestant.ONE_NODE), EXACT);
  }

  @Test
  void shouldTakeTheMiddleOfTwoMedians() {
    assertEquals(2.5, Results.median(4, 1, 2, 3), EXACT);
    assertEquals(1.5, Results.medianRatio(new double[] {2, 1}, new double[] {1, 1}), EXACT);
  }

  private void round(final double bare, final double oneNode) {
    results.add(Work.MANY_64, Contestant.BARE_NETTY, new Sample(bare, 1, 0, 0));
    results.add(Work.MANY_64, Contestant.ONE_NODE, new Sample(oneNode, 2, 0, 0));
  }
}
