package io.tally.testkit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What goes wrong in one history, and how often, drawn from its seed.
 *
 * @param kinds of faults at work.
 * @param lossRate deliveries lost, of one.
 * @param repeatRate deliveries repeated, of one.
 * @param forgeryRate deliveries followed by one that a mistaken peer made of it, of one.
 * @param maxDelayNs bound of a message's way in either direction.
 * @param pauseCalls mean number of a process's calls from one pause to the next; 0: none.
 * @param stallCalls mean number of a process's calls from one stall of a thread to the next.
 * @param maxPauseNs bound of a pause.
 * @param eventIntervalNs mean time between faults that come from outside.
 */
record Faults(
    Set<Fault> kinds,
    double lossRate,
    double repeatRate,
    double forgeryRate,
    long maxDelayNs,
    int pauseCalls,
    int stallCalls,
    long maxPauseNs,
    long eventIntervalNs) {
  private static final long MS = 1_000_000;
  private static final double ALONE = 0.2;
  private static final double SHARE = 0.3;

  /** These need processes that stop. */
  private static final Set<Fault> OF_RESTARTS =
      EnumSet.of(Fault.CUT_STOPS, Fault.SNAPSHOTS, Fault.COPIED_DIRECTORIES, Fault.FULL_DISKS);

  /**
   * Draws some of the allowed kinds, or one of them, alone but for planned stops where it needs
   * them; both, if only two are allowed.
   */
  static Faults draw(final World world, final Set<Fault> allowed) {
    final Set<Fault> kinds = EnumSet.noneOf(Fault.class);
    if (allowed.size() <= 2) {
      kinds.addAll(allowed);
    } else if (world.chance(ALONE)) {
      kinds.add(List.copyOf(allowed).get(world.nextInt(allowed.size())));
      if (kinds.stream().anyMatch(OF_RESTARTS::contains)) {
        kinds.add(Fault.PLANNED_STOPS);
      }
    } else {
      for (final Fault fault : allowed) {
        if (world.chance(SHARE)) {
          kinds.add(fault);
        }
      }
    }
    return new Faults(
        kinds,
        kinds.contains(Fault.LOSS) ? world.between(1, 200) / 1_000.0 : 0,
        kinds.contains(Fault.REPEATS) ? world.between(1, 300) / 1_000.0 : 0,
        kinds.contains(Fault.MISTAKEN_PEERS) ? world.between(1, 50) / 1_000.0 : 0,
        kinds.contains(Fault.DELAYS) ? world.between(MS, 80 * MS) : MS,
        kinds.contains(Fault.PAUSES) ? (int) world.between(100, 3_000) : 0,
        kinds.contains(Fault.STALLS) ? (int) world.between(50, 2_000) : 0,
        world.chance(0.5) ? world.between(5 * MS, 300 * MS) : world.between(300 * MS, 4_000 * MS),
        world.between(50 * MS, 500 * MS));
  }
}
