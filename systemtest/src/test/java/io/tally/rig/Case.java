package io.tally.rig;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * One run of the rig.
 *
 * @param title for people.
 * @param setup of the cluster.
 * @param traces of which one has to be left, if there are any.
 * @param required traces of which all have to be left.
 * @param misroutes whether messages reach a process for which they were not meant.
 * @param oldest whether nodes are of the oldest build meanwhile.
 * @param durationMs of the fault.
 * @param seed of the load.
 * @param node that is hit first.
 * @param action that damages and heals.
 */
record Case(
    String title,
    Setup setup,
    List<Trace> traces,
    List<Trace> required,
    boolean misroutes,
    boolean oldest,
    long durationMs,
    long seed,
    int node,
    Fault.Action action) {
  /** One fault, its victim chosen by a seed. */
  static Case of(
      final Fault fault,
      final Setup setup,
      final long durationMs,
      final long seed,
      final int nodeCount) {
    return new Case(
        title(fault, setup),
        setup,
        fault.traces(),
        setup == Setup.SHORT_WINDOW && fault.holdsBack(durationMs)
            ? List.of(Trace.EXPIRED)
            : List.of(),
        fault.misroutes(),
        fault == Fault.UPGRADE_FROM_OLDEST,
        durationMs,
        seed,
        new Random(seed).nextInt(nodeCount),
        fault.action());
  }

  private static String title(final Fault fault, final Setup setup) {
    return switch (setup) {
      case SHORT_WINDOW -> fault.title() + "; keys for " + setup.keyWindow().toSeconds() + " s";
      case TWO_SERVERS -> fault.title() + "; two servers";
      case SKEWED_CLOCKS -> fault.title() + "; clocks 1 h apart";
      case LEASES -> fault.title() + "; leases";
      case STATE_ON_DISK, LONG_REQUESTS, CRASHES_ON_DISK -> fault.title() + "; state on disk";
      default -> fault.title();
    };
  }

  /** Several faults at once, all of it chosen by a seed. */
  static Case several(final long durationMs, final long seed, final int nodeCount) {
    final Random random = new Random(seed);
    final int node = random.nextInt(nodeCount);
    final List<Fault> faults = Several.choose(random);
    return new Case(
        faults.stream().map(Fault::title).collect(Collectors.joining(" + ")),
        Setup.USUAL,
        faults.stream().flatMap(fault -> fault.traces().stream()).distinct().toList(),
        List.of(),
        false,
        false,
        durationMs,
        seed,
        node,
        (cluster, first, ms) -> Several.run(faults, random, cluster, first, ms));
  }

  /** Every fault in every setup for which it is meant, and several at once, chosen by a seed. */
  static List<Case> round(final Random random, final int nodeCount) {
    final List<Case> cases = new ArrayList<>();
    for (final Setup setup : Setup.values()) {
      for (final Fault fault : Fault.values()) {
        for (final long durationMs : durationsMs(fault, setup)) {
          cases.add(of(fault, setup, durationMs, random.nextLong(), nodeCount));
        }
      }
      for (int i = 0; i < 4 && setup == Setup.USUAL; i++) {
        cases.add(several(4_000, random.nextLong(), nodeCount));
      }
    }
    return cases;
  }

  private static long[] durationsMs(final Fault fault, final Setup setup) {
    return switch (setup) {
      case USUAL ->
          switch (fault) {
            case STOP_NODE -> new long[] {1_000, 5_000, 20_000};
            case STOP_NATS -> new long[] {1_000, 5_000};
            case KILL_NATS -> new long[] {500, 4_000};
            case HALF_OPEN -> new long[] {7_000};
            case NOTHING, FLAPPING, CUT, RESET, DUPLICATE, REPLAY, REPLAY_TO_SUCCESSOR ->
                new long[] {3_000};
            case CREDENTIALS -> new long[] {1_000, 8_000};
            case ROLLING_RESTART,
                UPGRADE_FROM_OLDEST,
                UPGRADE,
                NEXT_BUILD,
                FULL_DISK,
                CLOCK_STEPS,
                KILL_RESUMED,
                LAST_ANSWERS,
                MAINTENANCE,
                CLOCK_BACK,
                CLOCK_OVER_RESTART ->
                new long[0];
            default -> new long[] {1_000, 4_000};
          };
      // Longer than the window and all that is added to it.
      case SHORT_WINDOW ->
          switch (fault) {
            case STOP_NODE, PARTITION -> new long[] {5_500, 9_000};
            case STOP_NATS, PARTITION_TO_SERVER, PARTITION_TO_NODE, BLACK_HOLE, REPLAY ->
                new long[] {6_000};
            default -> new long[0];
          };
      case TWO_SERVERS ->
          switch (fault) {
            case MAINTENANCE, KILL_NATS, STOP_NATS -> new long[] {1_000, 4_000};
            default -> new long[0];
          };
      case SKEWED_CLOCKS ->
          switch (fault) {
            case NOTHING, STOP_NODE, CLOCK_BACK -> new long[] {1_000};
            case CLOCK_STEPS -> new long[] {500};
            default -> new long[0];
          };
      case PLANNED_STOPS ->
          switch (fault) {
            case ROLLING_RESTART -> new long[] {500, 2_000};
            case UPGRADE_FROM_OLDEST, UPGRADE -> new long[] {500};
            default -> new long[0];
          };
      // The oldest build knows no data directory.
      case STATE_ON_DISK ->
          switch (fault) {
            case TERMINATE_NODE -> new long[] {0, 2_000};
            case ROLLING_RESTART, UPGRADE, NEXT_BUILD, CLOCK_OVER_RESTART -> new long[] {500};
            default -> new long[0];
          };
      case LONG_REQUESTS -> fault == Fault.LAST_ANSWERS ? new long[] {300} : new long[0];
      case CRASHES_ON_DISK ->
          switch (fault) {
            case KILL_RESUMED, FULL_DISK -> new long[] {500};
            default -> new long[0];
          };
      case LEASES ->
          switch (fault) {
            case NOTHING, KILL_NODE -> new long[] {1_000};
            case STOP_NODE, STOP_NATS, PARTITION -> new long[] {5_000};
            case ROLLING_RESTART, CLOCK_OVER_RESTART -> new long[] {500};
            default -> new long[0];
          };
    };
  }
}
