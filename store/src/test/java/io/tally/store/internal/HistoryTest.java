package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a node saves is found whole, or visibly not, whenever its process or its machine stops. */
final class HistoryTest {
  private static final int HISTORIES = 2000;

  private final List<ShardSink> sinks = new ArrayList<>();

  @Test
  void shouldFindWhatWasSavedOrThatItWasNot() {
    int resumes = 0;
    int crashes = 0;
    int restores = 0;
    for (int seed = 0; seed < HISTORIES; seed++) {
      final History history = history(seed, false, disk -> {});
      try {
        history.run();
      } catch (final RuntimeException violation) {
        throw new AssertionError("seed " + seed + ": " + violation.getMessage(), violation);
      }
      resumes += history.lives().resumes();
      crashes += history.lives().crashes();
      restores += history.lives().restores();
    }
    assertTrue(resumes > HISTORIES / 4, "resumed " + resumes);
    assertTrue(crashes > HISTORIES / 4, "crashed " + crashes);
    assertTrue(restores > HISTORIES / 20, "restored " + restores);
  }

  @Test
  void shouldNoticeThatStateIsMarkedBeforeItIsLoaded() {
    assertThrows(CheckedLives.Violation.class, () -> runAll(true, disk -> {}));
  }

  @Test
  void shouldNoticeThatFoldersAreNotForced() {
    assertThrows(
        CheckedLives.Violation.class, () -> runAll(false, disk -> disk.forcesNoFolders = true));
  }

  @Test
  void shouldNoticeThatFilesAreNotForced() {
    assertThrows(
        CheckedLives.Violation.class, () -> runAll(false, disk -> disk.forcesNoFiles = true));
  }

  @Test
  void shouldNoticeThatTheIdentityIsNotChecked() {
    assertThrows(
        CheckedLives.Violation.class, () -> runAll(false, disk -> disk.hasOneInode = true));
  }

  private void runAll(final boolean marksFirst, final Consumer<SteppedDisk> mistake) {
    for (int seed = 0; seed < HISTORIES; seed++) {
      history(seed, marksFirst, mistake).run();
    }
  }

  private History history(
      final int seed, final boolean marksFirst, final Consumer<SteppedDisk> mistake) {
    final SteppedDisk disk = new SteppedDisk(seed);
    mistake.accept(disk);
    return new History(disk, sinks, ~seed, marksFirst);
  }
}
