package io.tally.rig;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * One run of the rig.
 *
 * @param title for people.
 * @param traces of which one has to be left, if there are any.
 * @param misroutes whether messages reach a process for which they were not meant.
 * @param durationMs of the fault.
 * @param seed of the load.
 * @param node that is hit first.
 * @param action that damages and heals.
 */
record Case(
    String title,
    List<Trace> traces,
    boolean misroutes,
    long durationMs,
    long seed,
    int node,
    Fault.Action action) {
  /** One fault, its victim chosen by a seed. */
  static Case of(final Fault fault, final long durationMs, final long seed, final int nodeCount) {
    return new Case(
        fault.title(),
        fault.traces(),
        fault.misroutes(),
        durationMs,
        seed,
        new Random(seed).nextInt(nodeCount),
        fault.action());
  }

  /** Several faults at once, all of it chosen by a seed. */
  static Case several(final long durationMs, final long seed, final int nodeCount) {
    final Random random = new Random(seed);
    final int node = random.nextInt(nodeCount);
    final List<Fault> faults = Several.choose(random);
    return new Case(
        faults.stream().map(Fault::title).collect(Collectors.joining(" + ")),
        faults.stream().flatMap(fault -> fault.traces().stream()).distinct().toList(),
        false,
        durationMs,
        seed,
        node,
        (cluster, first, ms) -> Several.run(faults, random, cluster, first, ms));
  }

  /** Every fault, and several at once, chosen by a seed. */
  static List<Case> round(final Random random, final int nodeCount) {
    final List<Case> cases = new ArrayList<>();
    for (final Fault fault : Fault.values()) {
      for (final long durationMs : durationsMs(fault)) {
        cases.add(of(fault, durationMs, random.nextLong(), nodeCount));
      }
    }
    for (int i = 0; i < 4; i++) {
      cases.add(several(4_000, random.nextLong(), nodeCount));
    }
    return cases;
  }

  private static long[] durationsMs(final Fault fault) {
    return switch (fault) {
      case STOP_NODE -> new long[] {1_000, 5_000, 20_000};
      case STOP_NATS -> new long[] {1_000, 5_000};
      case KILL_NATS -> new long[] {500, 4_000};
      case HALF_OPEN -> new long[] {7_000};
      case NOTHING, FLAPPING, CUT, RESET, DUPLICATE, REPLAY, REPLAY_TO_SUCCESSOR ->
          new long[] {3_000};
      default -> new long[] {1_000, 4_000};
    };
  }
}
