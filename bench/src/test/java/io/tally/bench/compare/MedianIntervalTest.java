package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MedianIntervalTest {
  /** Ranks as in the tables of the sign test. */
  @ParameterizedTest
  @CsvSource({"6, 1, 6", "8, 1, 8", "9, 2, 8", "15, 4, 12", "20, 6, 15", "30, 10, 21"})
  void shouldLieBetweenTheOrderStatisticsOfTheBinomialDistribution(
      final int count, final double low, final double high) {
    final double[] falling = IntStream.range(0, count).mapToDouble(i -> count - i).toArray();
    final MedianInterval interval = MedianInterval.of(falling);
    assertEquals(new MedianInterval(low, (count + 1) / 2.0, high), interval);
  }

  @Test
  void shouldNotClaimAnIntervalOfTooFewValues() {
    assertThrows(IllegalArgumentException.class, () -> MedianInterval.of(1, 2, 3, 4, 5));
  }
}
