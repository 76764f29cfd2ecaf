package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.store.StartMode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One history of all that a node does with its folder, ended at each of its steps in turn: what was
 * saved is then found whole, or visibly not, and is never loaded twice.
 */
@Timeout(120)
@Tag("default-jdk")
final class EveryStepTest {
  /** What happens at a step, which is the number of steps before, or of bytes. */
  private enum Fault {
    KILLED {
      @Override
      void arm(final SteppedDisk disk, final int step) {
        disk.killAt = step;
      }

      @Override
      boolean isReached(final SteppedDisk disk, final int step) {
        return disk.steps() >= step;
      }
    },
    KILLED_READING {
      @Override
      void arm(final SteppedDisk disk, final int step) {
        disk.killAtRead = step;
      }

      @Override
      boolean isReached(final SteppedDisk disk, final int step) {
        return disk.reads() >= step;
      }
    },
    FAILED {
      @Override
      void arm(final SteppedDisk disk, final int step) {
        disk.failAt = step;
      }

      @Override
      boolean isReached(final SteppedDisk disk, final int step) {
        return disk.steps() >= step;
      }
    },
    FULL {
      @Override
      void arm(final SteppedDisk disk, final int step) {
        disk.space = (step - 1) * STRIDE_BYTES;
      }

      @Override
      boolean isReached(final SteppedDisk disk, final int step) {
        return disk.space == 0;
      }
    };

    private static final long STRIDE_BYTES = 29;

    abstract void arm(SteppedDisk disk, int step);

    abstract boolean isReached(SteppedDisk disk, int step);
  }

  private static final int SEEDS = 12;

  /** Before the first state that fills several blocks. */
  private static final int BEFORE_LARGE = 15;

  private final List<ShardSink> sinks = new ArrayList<>();
  private Consumer<SteppedDisk> mistake = disk -> {};
  private boolean marksFirst;
  private int stepCount;

  /** First, second and further saves, a crash, and each answer of the operator. */
  private final List<Consumer<CheckedLives>> small =
      List.of(
          lives ->
              live(
                  lives,
                  StartMode.NORMAL,
                  SnapshotKind.SERVING,
                  SnapshotKind.SERVING,
                  SnapshotKind.SERVING,
                  SnapshotKind.STOPPED),
          lives -> live(lives, StartMode.NORMAL, SnapshotKind.STOPPED),
          lives -> live(lives, StartMode.NORMAL, SnapshotKind.SERVING, SnapshotKind.STOPPED),
          lives -> live(lives, StartMode.NORMAL),
          lives -> live(lives, StartMode.NORMAL, SnapshotKind.STOPPED),
          this::forgetMark,
          lives -> live(lives, StartMode.RESTORE_LATEST, SnapshotKind.STOPPED),
          lives -> live(lives, StartMode.NORMAL),
          lives -> live(lives, StartMode.RESTORE_LATEST, SnapshotKind.SERVING),
          lives -> live(lives, StartMode.DISCARD, SnapshotKind.STOPPED));

  private final List<Consumer<CheckedLives>> large =
      List.of(
          lives -> live(lives, StartMode.NORMAL, SnapshotKind.STOPPED),
          lives -> live(lives, StartMode.NORMAL, SnapshotKind.STOPPED));

  private void live(final CheckedLives lives, final StartMode mode, final SnapshotKind... saves) {
    if (lives.open(mode)) {
      if (!marksFirst) {
        lives.load();
      }
      if (lives.begin()) {
        if (marksFirst) {
          lives.load();
        }
        lives.serve();
        lives.startCopy();
        lives.settle();
        for (final SnapshotKind kind : saves) {
          lives.save(kind);
        }
      }
      lives.close();
    }
  }

  /** A start that is given up, and one that waits once more for its peers. */
  private void forgetMark(final CheckedLives lives) {
    lives.open(StartMode.NORMAL);
    lives.load();
    if (lives.begin()) {
      lives.forgetMark();
      if (lives.begin()) {
        lives.forgetMark();
      }
    }
    lives.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindWhatWasSavedOrThatItWasNot(final Fault fault) {
    runAll(fault, small, 0, SEEDS);
    System.out.printf("%d steps of a node's folder, each %s%n", stepCount, fault);
    assertTrue(stepCount > 100, "steps " + stepCount);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILLED", "KILLED_READING", "FAILED"})
  void shouldFindWhatFillsSeveralBlocks(final Fault fault) {
    runAll(fault, large, BEFORE_LARGE, 6);
    assertTrue(stepCount > 20, "steps " + stepCount);
  }

  @Test
  void shouldNoticeThatStateIsMarkedBeforeItIsLoaded() {
    marksFirst = true;
    assertNoticed(Fault.KILLED_READING);
  }

  @Test
  void shouldNoticeThatFoldersAreNotForced() {
    mistake = disk -> disk.forcesNoFolders = true;
    assertNoticed(Fault.KILLED);
  }

  @Test
  void shouldNoticeThatFilesAreNotForced() {
    mistake = disk -> disk.forcesNoFiles = true;
    assertNoticed(Fault.KILLED);
  }

  @Test
  void shouldNoticeThatTheIdentityIsNotChecked() {
    mistake = disk -> disk.hasOneInode = true;
    assertNoticed(Fault.KILLED);
  }

  private void assertNoticed(final Fault fault) {
    assertThrows(
        AssertionError.class, () -> runAll(fault, small, 0, SEEDS), "the mistake was not noticed");
  }

  private void runAll(
      final Fault fault,
      final List<Consumer<CheckedLives>> script,
      final int lastState,
      final int seeds) {
    for (int life = 0; life < script.size(); life++) {
      boolean isReached = true;
      for (int step = 1; isReached; step++) {
        isReached = false;
        for (int seed = 0; seed < seeds; seed++) {
          try {
            isReached |= run(fault, script.subList(0, life + 1), lastState, step, seed);
          } catch (final CheckedLives.Violation violation) {
            throw new AssertionError(
                "life %d, %s at step %d, seed %d: %s"
                    .formatted(life, fault, step, seed, violation.getMessage()),
                violation);
          }
        }
        stepCount += isReached ? 1 : 0;
      }
    }
  }

  /** Returns whether the last life has so many steps. */
  private boolean run(
      final Fault fault,
      final List<Consumer<CheckedLives>> script,
      final int lastState,
      final int step,
      final int seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final SteppedDisk disk = new SteppedDisk(random.nextLong());
    mistake.accept(disk);
    final CheckedLives lives = new CheckedLives(disk, sinks, lastState);
    for (final Consumer<CheckedLives> life : script.subList(0, script.size() - 1)) {
      life.accept(lives);
      end(disk, random);
    }
    fault.arm(disk, step);
    try {
      script.get(script.size() - 1).accept(lives);
    } catch (final SteppedDisk.Killed killed) {
      // What is left is looked at now.
    }
    final boolean isReached = fault.isReached(disk, step);
    end(disk, random);
    lives.startCopy();
    goOn(lives, disk, random, seed);
    return isReached;
  }

  /** The process has ended, and perhaps the power of its machine. */
  private static void end(final SteppedDisk disk, final SplittableRandom random) {
    if (random.nextBoolean()) {
      disk.losePower();
    } else {
      disk.restartProcess();
    }
  }

  /** Starts again, in one of three ways, and then once more. */
  private void goOn(
      final CheckedLives lives,
      final SteppedDisk disk,
      final SplittableRandom random,
      final int seed) {
    switch (seed % 3) {
      case 0 -> live(lives, StartMode.NORMAL, SnapshotKind.STOPPED);
      case 1 -> live(lives, StartMode.NORMAL);
      default -> live(lives, StartMode.RESTORE_LATEST, SnapshotKind.SERVING);
    }
    end(disk, random);
    live(lives, StartMode.NORMAL, SnapshotKind.STOPPED);
    end(disk, random);
    live(lives, StartMode.NORMAL);
  }
}
