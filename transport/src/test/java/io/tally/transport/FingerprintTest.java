package io.tally.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(10)
@Execution(ExecutionMode.SAME_THREAD)
class FingerprintTest {
  @Test
  void shouldNotDependOnTheLanguageOfTheMachine() {
    final Locale before = Locale.getDefault();
    final long expected = Fingerprint.of(List.of("a", "b"), 64, "seed", 4_096);
    try {
      for (final String tag : List.of("fa", "ar-EG", "tr", "hi-IN-u-nu-deva")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertEquals(expected, Fingerprint.of(List.of("a", "b"), 64, "seed", 4_096), tag);
      }
    } finally {
      Locale.setDefault(before);
    }
  }
}
