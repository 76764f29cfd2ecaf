package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
final class ProtocolRangeTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1",
    "1, 1, 1, 9, 1",
    "1, 4, 2, 3, 3",
    "1, 3, 2, 4, 3",
    "1, 2, 2, 3, 2",
    "5, 9, 1, 65535, 9",
    "1, 1, 2, 2, 0",
    "1, 3, 4, 9, 0",
  })
  void shouldTalkInTheHighestVersionThatBothSpeak(
      final int lowest,
      final int highest,
      final int otherLowest,
      final int otherHighest,
      final int expected) {
    final ProtocolRange one = new ProtocolRange(lowest, highest);
    final ProtocolRange other = new ProtocolRange(otherLowest, otherHighest);
    assertEquals(expected, one.highestCommon(other));
    assertEquals(expected, other.highestCommon(one));
  }

  @Test
  void shouldSpeakWhatItSays() {
    assertTrue(ProtocolRange.OWN.lowest() >= ProtocolRange.FIRST);
    assertTrue(ProtocolRange.OWN.lowest() <= ProtocolRange.OWN.highest());
  }
}
