package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.internal.MessageLengths;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkSettingsTest {
  private static final long[] GOOD = {
    1 << 20, 1 << 18, 1 << 16, 4_096, 8_192, 1 << 20, 900, 50, 2_800, 250, 1_000
  };

  private static LinkSettings settings(final long... v) {
    return new LinkSettings(
        (int) v[0],
        (int) v[1],
        (int) v[2],
        (int) v[3],
        (int) v[4],
        v[5],
        v[6],
        v[7],
        v[8],
        v[9],
        v[10]);
  }

  @Test
  void shouldTakeTheLongestMessageThatAnyServiceMayHave() {
    final int longest = MessageLengths.MAX_BETWEEN_NODES;
    assertEquals(longest, LinkSettings.of(longest, 1L << 26, 250, 1_000).maxMessageBytes());
  }

  /** One value after the other is wrong: its place, the value, and what is said of it. */
  @ParameterizedTest
  @CsvSource({
    "0, 1073741825, a window has at most 1073741824 bytes",
    "0, 65535, a frame fits into the window",
    "1, 262143, the ring's size is a power of two",
    "1, 0, the ring's size is a power of two",
    "1, -262144, the ring's size is a power of two",
    "1, 16384, the longest message fits into the ring and into a frame with a hello",
    "2, 4096, the longest message fits into the ring and into a frame with a hello",
    "3, 255, the longest message has at least 256 bytes",
    "4, 1, at least two frames may wait",
    "5, 1048575, as many bytes as a window has may wait",
    "6, 0, the heartbeat timeout is longer than the interval of hellos",
    "7, 0, the heartbeat timeout is longer than the interval of hellos",
    "8, 900, the heartbeat timeout is longer than the interval of hellos",
    "9, 0, the queue limit is positive",
    "9, -1, the queue limit is positive",
    "10, 0, the request timeout is positive",
  })
  void shouldRefuseWhatIsOutOfItsRange(final int place, final long value, final String rule) {
    final long[] values = GOOD.clone();
    assertEquals(GOOD[1], settings(values).ringBytes());
    values[place] = value;
    final IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> settings(values));
    assertEquals(rule, fault.getMessage());
  }
}
