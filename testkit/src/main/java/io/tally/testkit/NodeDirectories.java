package io.tally.testkit;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The directory of each node, and an older copy from which a process of it may start. */
final class NodeDirectories {
  /** Within this time every peer hears a node that serves. */
  private static final long HEARD_NS = 280 * Settings.MS;

  private static final Set<Fault> WITH_COPIES =
      EnumSet.of(Fault.COPIED_DIRECTORIES, Fault.PLANNED_STOPS, Fault.SNAPSHOTS);

  private final World world;
  private final Faults faults;
  private final SimulatedProcess[] processes;
  private final DataDirectory[] directories;

  /** Copies that were taken while the last process but one rested. */
  private final DataDirectory[] copies;

  /** How long the last process served, and when it ended. */
  private final long[] servedNs;

  private final long[] endedNs;

  NodeDirectories(final World world, final Faults faults, final SimulatedProcess[] processes) {
    this.world = world;
    this.faults = faults;
    this.processes = processes;
    directories = new DataDirectory[processes.length];
    Arrays.setAll(directories, node -> new DataDirectory());
    copies = new DataDirectory[processes.length];
    servedNs = new long[processes.length];
    endedNs = new long[processes.length];
  }

  DataDirectory of(final int node) {
    return directories[node];
  }

  List<DataDirectory> all() {
    return List.of(directories);
  }

  /** The directory from which the next process of a node is to start. */
  DataDirectory forStart(final int node) {
    if (mayStartFromCopy(node)) {
      return copies[node].copy();
    }
    if (directories[node].clean() != null) {
      copies[node] = directories[node].copy();
    }
    return directories[node];
  }

  boolean haveCopies() {
    return faults.kinds().contains(Fault.COPIED_DIRECTORIES)
        && WITH_COPIES.containsAll(faults.kinds());
  }

  /** Whether a peer surely remembers what has become of the node since. */
  private boolean mayStartFromCopy(final int node) {
    final long downNs = world.nowNs() - endedNs[node];
    return haveCopies()
        && copies[node] != null
        && servedNs[node] >= HEARD_NS
        && Arrays.stream(processes)
            .anyMatch(peer -> peer != null && peer.hasServedFor(downNs + HEARD_NS));
  }

  /** The process of a node has ended. */
  void onEnd(final SimulatedProcess process) {
    servedNs[process.node().index] = process.servedNs();
    endedNs[process.node().index] = world.nowNs();
  }

  /** Another process is the one of its node from now on. */
  void adopt(final SimulatedProcess process) {
    directories[process.node().index] = process.data().directory();
  }
}
