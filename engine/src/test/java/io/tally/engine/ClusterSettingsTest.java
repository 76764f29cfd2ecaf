package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.internal.Placement;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
@Execution(ExecutionMode.SAME_THREAD)
class ClusterSettingsTest {
  private static final int[] SERVICES = {2121, 7};
  private static final ClusterSettings SETTINGS =
      new ClusterSettings(List.of("a", "b"), 64, "seed", 4_096);

  @Test
  void shouldRefuseBadNodeIdsAndShards() {
    refuses(List.of(), 64);
    refuses(List.of("a", "b", "a"), 64);
    refuses(List.of("a", ""), 64);
    refuses(List.of("a.b"), 64);
    refuses(List.of("a b"), 64);
    refuses(List.of("a\n"), 64);
    refuses(List.of("z\u00e4hler"), 64);
    refuses(List.of("n".repeat(65)), 64);
    refuses(IntStream.rangeClosed(0, 1024).mapToObj(i -> "n" + i).toList(), 64);
    refuses(List.of("a"), 0);
    refuses(List.of("a"), -1);
    refuses(List.of("a"), 4097);
  }

  @ParameterizedTest
  @ValueSource(ints = {-64, 0, 32, 65, 1 << 21})
  void shouldRefuseBadLaneWindows(final int laneWindow) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ClusterSettings(List.of("a"), 64, "seed", laneWindow));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 257})
  void shouldRefuseBadNumbersOfLoops(final int loops) {
    assertThrows(IllegalArgumentException.class, () -> SETTINGS.withMaxLoops(loops));
  }

  @Test
  void shouldTakeTheLimitsOfItsInput() {
    final String longId = "n".repeat(64);
    assertEquals(
        List.of("A_9-z", longId),
        Placement.place(new ClusterSettings(List.of(longId, "A_9-z"), 1, "", 64)).nodeIds());
    assertEquals(
        4096, Placement.place(new ClusterSettings(List.of("a"), 4096, "", 1 << 20)).shardsOwned(0));
  }

  @Test
  void shouldGiveTheSameFingerprintForNodesInAnyOrder() {
    assertEquals(
        SETTINGS.fingerprint(SERVICES),
        new ClusterSettings(List.of("b", "a"), 64, "seed", 4_096).fingerprint(SERVICES));
  }

  @Test
  void shouldGiveTheSameFingerprintForServicesInAnyOrder() {
    assertEquals(SETTINGS.fingerprint(7, 2121), SETTINGS.fingerprint(2121, 7));
  }

  @Test
  void shouldNeverGiveTheSameSettingsAnotherFingerprint() {
    assertEquals(0xb4112125cd0bf66cL, SETTINGS.fingerprint(SERVICES));
    assertEquals(0xe80d13447ff54617L, SETTINGS.fingerprint());
  }

  /** Builds that knew of no bound of loops have the same fingerprint, so they still agree. */
  @Test
  void shouldLeaveTheDefaultOfLoopsOutOfTheFingerprint() {
    assertEquals(0xb4112125cd0bf66cL, SETTINGS.withMaxLoops(64).fingerprint(SERVICES));
    assertNotEquals(0xb4112125cd0bf66cL, SETTINGS.withMaxLoops(65).fingerprint(SERVICES));
    assertNotEquals(
        SETTINGS.withMaxLoops(65).fingerprint(SERVICES),
        SETTINGS.withMaxLoops(66).fingerprint(SERVICES));
  }

  @Test
  void shouldGiveAnotherFingerprintForOtherSettings() {
    final long expected = SETTINGS.fingerprint(SERVICES);
    assertNotEquals(expected, SETTINGS.fingerprint());
    assertNotEquals(expected, SETTINGS.fingerprint(2121));
    assertNotEquals(expected, SETTINGS.fingerprint(2121, 8));
    assertNotEquals(expected, SETTINGS.fingerprint(2121, 7, 7));
    assertNotEquals(
        expected, new ClusterSettings(List.of("a"), 64, "seed", 4_096).fingerprint(SERVICES));
    assertNotEquals(
        expected, new ClusterSettings(List.of("a", "b"), 65, "seed", 4_096).fingerprint(SERVICES));
    assertNotEquals(
        expected, new ClusterSettings(List.of("a", "b"), 64, "Seed", 4_096).fingerprint(SERVICES));
    assertNotEquals(
        expected, new ClusterSettings(List.of("a", "b"), 64, "seed", 8_192).fingerprint(SERVICES));
  }

  @Test
  void shouldNotDependOnTheLanguageOfTheMachine() {
    final Locale before = Locale.getDefault();
    final long expected = SETTINGS.fingerprint(SERVICES);
    try {
      for (final String tag : List.of("fa", "ar-EG", "tr", "hi-IN-u-nu-deva")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertEquals(expected, SETTINGS.fingerprint(SERVICES), tag);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private static void refuses(final List<String> nodeIds, final int shardCount) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ClusterSettings(nodeIds, shardCount, "seed", 4_096));
  }
}
