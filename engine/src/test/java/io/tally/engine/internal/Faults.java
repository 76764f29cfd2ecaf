package io.tally.engine.internal;

import java.util.SplittableRandom;

/**
 * What goes wrong in one simulated run, drawn from its seed: each run has a random subset of the
 * faults, so that rare combinations are not drowned by all of them at once.
 *
 * @param dropRate messages lost, of one.
 * @param duplicateRate messages delivered twice, of one.
 * @param replayRate messages delivered once more, long after.
 * @param maxDelayMs bound of the ordinary delay; messages overtake each other within it.
 * @param partitionRate partitions begun per millisecond.
 * @param restartRate kills per millisecond.
 * @param pauseRate pauses of a node per millisecond.
 * @param stallRate pauses of a node's shards, while it receives, per millisecond.
 */
record Faults(
    double dropRate,
    double duplicateRate,
    double replayRate,
    int maxDelayMs,
    double partitionRate,
    double restartRate,
    double pauseRate,
    double stallRate) {
  static Faults draw(final SplittableRandom random) {
    return new Faults(
        some(random, 0.2),
        some(random, 0.3),
        some(random, 0.1),
        1 + random.nextInt(random.nextBoolean() ? 3 : 25),
        some(random, 0.02),
        some(random, 0.02),
        some(random, 0.02),
        some(random, 0.05));
  }

  private static double some(final SplittableRandom random, final double max) {
    return random.nextInt(3) == 0 ? random.nextDouble() * max : 0;
  }
}
