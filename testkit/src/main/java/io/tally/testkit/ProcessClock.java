package io.tally.testkit;

/**
 * The clocks of one process. The monotonic one starts anywhere and runs fast or slow by up to 500
 * millionths, and may stand still; the wall clock may be wrong by any amount and be set while the
 * process runs.
 */
final class ProcessClock {
  private static final int MAX_DRIFT_PPM = 500;
  private static final long PPM = 1_000_000;
  private static final long EPOCH_MS = 1_700_000_000_000L;

  private final World world;
  private final long bornNs;
  private long originNs;
  private final int driftPpm;
  private long wallOffsetMs;
  private boolean hasStoodStill;
  private boolean standsStill;
  private long stoppedNs;
  private long lostNs;

  ProcessClock(final World world, final long wallOffsetMs) {
    this.world = world;
    this.wallOffsetMs = wallOffsetMs;
    bornNs = world.nowNs();
    // Far enough from the ends of its range that no sum of times wraps; below zero as often.
    originNs = world.nextLong() >> 2;
    driftPpm = world.nextInt(2 * MAX_DRIFT_PPM + 1) - MAX_DRIFT_PPM;
  }

  long nanoTime() {
    return standsStill ? stoppedNs : runningNs();
  }

  private long runningNs() {
    final long elapsedNs = world.nowNs() - bornNs;
    return originNs + elapsedNs + elapsedNs / PPM * driftPpm + elapsedNs % PPM * driftPpm / PPM;
  }

  /** Returns false if it has stood still before. */
  boolean standStill() {
    if (hasStoodStill) {
      return false;
    }
    hasStoodStill = true;
    stoppedNs = nanoTime();
    standsStill = true;
    return true;
  }

  /** How long it has stood still. */
  long lostNs() {
    return standsStill ? runningNs() - stoppedNs : lostNs;
  }

  void goOn() {
    if (standsStill) {
      lostNs = lostNs();
      originNs -= lostNs;
      standsStill = false;
    }
  }

  /** How long the world takes until this clock shows a time, never too short. */
  long worldDelayNs(final long untilNs) {
    final long delayNs = untilNs - nanoTime();
    return delayNs <= 0 ? 0 : delayNs + delayNs / PPM * -driftPpm + 1_000;
  }

  long epochMillis() {
    return EPOCH_MS + world.nowNs() / PPM + wallOffsetMs;
  }

  void moveWallClock(final long byMs) {
    wallOffsetMs += byMs;
  }
}
