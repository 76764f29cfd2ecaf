package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

@Timeout(10)
class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "250us, 250000, 250us",
    "500ms, 500000000, 500ms",
    "2s, 2000000000, 2s",
    "90s, 90000000000, 90s",
    "120s, 120000000000, 2m",
    "3m, 180000000000, 3m",
    "1h, 3600000000000, 1h",
    "90m, 5400000000000, 90m",
    "1500ms, 1500000000, 1500ms",
  })
  void shouldReadAndWriteTimesAsPeopleDo(
      final String text, final long nanos, final String written) {
    final Duration duration = new Durations().convert(text);
    assertEquals(nanos, duration.toNanos());
    assertEquals(written, Durations.format(duration));
    assertEquals(duration, new Durations().convert(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1 s", "1d", "99999999999999999999s"})
  void shouldRefuseWhatIsNoTime(final String text) {
    assertThrows(TypeConversionException.class, () -> new Durations().convert(text));
  }
}
