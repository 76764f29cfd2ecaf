package io.tally.store.internal;

import io.tally.store.StartMode;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lives of a node that do anything in any order that is allowed, each killed at any step of it, or
 * with faults of the disk, and perhaps with the power of its machine.
 */
final class History {
  private static final int LIVES = 8;

  private final CheckedLives lives;
  private final SteppedDisk disk;
  private final SplittableRandom random;
  private final boolean marksFirst;

  /**
   * Creates a history.
   *
   * @param sinks of all histories.
   * @param marksFirst a mistake: the state is marked before it is loaded.
   */
  History(
      final SteppedDisk disk,
      final List<ShardSink> sinks,
      final long seed,
      final boolean marksFirst) {
    lives = new CheckedLives(disk, sinks, 0);
    this.disk = disk;
    this.marksFirst = marksFirst;
    random = new SplittableRandom(seed);
  }

  CheckedLives lives() {
    return lives;
  }

  /** Throws a {@link CheckedLives.Violation}. */
  void run() {
    for (int life = 0; life < LIVES; life++) {
      if (random.nextInt(3) > 0) {
        disk.killAt = 1 + random.nextInt(random.nextBoolean() ? 12 : 60);
      } else if (random.nextInt(3) == 0) {
        disk.killAtRead = 1 + random.nextInt(40);
      }
      if (random.nextInt(6) == 0) {
        disk.failAt = 1 + random.nextInt(40);
      }
      if (random.nextInt(12) == 0) {
        disk.space = random.nextInt(2000);
      }
      try {
        live();
      } catch (final SteppedDisk.Killed end) {
        // The next life finds what is left.
      }
      if (random.nextBoolean()) {
        disk.losePower();
      } else {
        disk.restartProcess();
      }
      lives.startCopy();
      lives.moveClock(random.nextInt(3) * 1000L - 1000);
    }
  }

  private void live() {
    if (!lives.open(mode())) {
      return;
    }
    if (!marksFirst) {
      lives.load();
    }
    if (random.nextInt(8) > 0 && lives.begin()) {
      if (marksFirst) {
        lives.load();
      }
      if (random.nextInt(6) == 0) {
        lives.forgetMark();
      } else {
        serve();
      }
    }
    lives.close();
  }

  private StartMode mode() {
    return switch (random.nextInt(12)) {
      case 0 -> StartMode.RESTORE_LATEST;
      case 1 -> random.nextInt(3) == 0 ? StartMode.DISCARD : StartMode.NORMAL;
      default -> StartMode.NORMAL;
    };
  }

  private void serve() {
    lives.serve();
    if (random.nextInt(4) == 0) {
      lives.startCopy();
    }
    if (random.nextInt(3) > 0) {
      lives.settle();
    }
    for (int saves = random.nextInt(3); saves > 0; saves--) {
      lives.save(SnapshotKind.SERVING);
    }
    if (random.nextInt(4) > 0) {
      lives.save(SnapshotKind.STOPPED);
    }
  }
}
