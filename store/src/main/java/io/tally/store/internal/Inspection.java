package io.tally.store.internal;

import io.tally.engine.ClusterSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is in a data directory, and whether it is whole. It takes no lock and changes nothing; of a
 * node that runs it may say that something is missing, which was deleted meanwhile. Immutable.
 */
public final class Inspection {
  private final List<String> lines = new ArrayList<>();
  private boolean whole = true;

  private Inspection() {}

  /**
   * Reads everything in a directory. Blocks on the disk.
   *
   * @param dataDir holds a folder for each node.
   * @return the report.
   * @throws StoreException if this is no data directory.
   */
  public static Inspection of(final Path dataDir) throws StoreException {
    final Inspection inspection = new Inspection();
    for (final Map.Entry<String, Disk> node : nodes(dataDir).entrySet()) {
      inspection.add(node.getKey(), node.getValue());
    }
    return inspection;
  }

  /**
   * The newest whole snapshot of each node, also of those that are used or set aside. Blocks on the
   * disk, and reads what it names once.
   *
   * @param dataDir holds a folder for each node.
   * @return a row for each folder of a node, by node id.
   * @throws StoreException if this is no data directory.
   */
  public static List<NewestSnapshot> newest(final Path dataDir) throws StoreException {
    final List<NewestSnapshot> newest = new ArrayList<>();
    for (final Map.Entry<String, Disk> node : nodes(dataDir).entrySet()) {
      newest.add(newest(node.getKey(), node.getValue()));
    }
    return newest;
  }

  private static NewestSnapshot newest(final String nodeId, final Disk disk) {
    final List<String> faults = new ArrayList<>();
    try {
      final FoundState found = FoundState.read(disk);
      found.faults().forEach(fault -> faults.add(fault.getMessage()));
      for (final Snapshot snapshot : found.snapshots()) {
        final StoreException fault = fault(snapshot);
        if (fault == null) {
          return new NewestSnapshot(nodeId, snapshot, faults);
        }
        faults.add(fault.getMessage());
      }
      faults.add(disk.path("") + " holds no whole snapshot");
    } catch (final StoreException fault) {
      faults.add(fault.getMessage());
    }
    return new NewestSnapshot(nodeId, null, faults);
  }

  /**
   * The report for a person.
   *
   * @return its lines.
   */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /**
   * Whether all that was found is whole.
   *
   * @return false if a fault is among the lines.
   */
  public boolean isWhole() {
    return whole;
  }

  private static Map<String, Disk> nodes(final Path dataDir) throws StoreException {
    final FileDisk directory = new FileDisk(dataDir);
    final Map<String, Disk> nodes = new TreeMap<>();
    if (!Files.isDirectory(dataDir)) {
      throw StoreException.of(
          directory, "", Files.exists(dataDir) ? "is no directory" : "is missing");
    }
    try {
      for (final String name : directory.list("")) {
        if (FileNames.isOfNode(name)) {
          throw StoreException.of(
              directory, "", "is the folder of one node: name the directory above it");
        }
        if (ClusterSettings.isNodeId(name) && Files.isDirectory(dataDir.resolve(name))) {
          nodes.put(name, new FileDisk(dataDir.resolve(name)));
        }
      }
    } catch (final IOException fault) {
      throw StoreException.of(directory, "", fault);
    }
    if (nodes.isEmpty()) {
      throw StoreException.of(directory, "", "holds no folder of a node");
    }
    return nodes;
  }

  private void add(final String nodeId, final Disk disk) {
    try {
      add(nodeId, FoundState.read(disk));
    } catch (final StoreException fault) {
      lines.add(nodeId + ":");
      addFault(fault);
    }
  }

  private void add(final String nodeId, final FoundState found) {
    lines.add(
        nodeId
            + ": generation "
            + found.highest()
            + ", "
            + found.snapshots().size()
            + (found.snapshots().size() == 1 ? " snapshot" : " snapshots")
            + found.aside());
    for (final StoreException fault : found.faults()) {
      addFault(fault);
    }
    for (final Snapshot snapshot : found.snapshots()) {
      lines.add("  " + line(snapshot, found));
      final StoreException fault = fault(snapshot);
      if (fault != null) {
        addFault(fault);
      }
    }
  }

  private void addFault(final StoreException fault) {
    lines.add("  not whole: " + fault.getMessage());
    whole = false;
  }

  private static String line(final Snapshot snapshot, final FoundState found) {
    final String use;
    if (!snapshot.folder().isEmpty()) {
      use = "set aside in " + snapshot.folder();
    } else if (snapshot.generation() < found.highest()) {
      use = "used";
    } else if (!snapshot.manifest().isStopped()) {
      use = "not the last state";
    } else if (!found.isOwn(snapshot)) {
      use = "copied";
    } else {
      use = "clean";
    }
    return FileNames.manifest(snapshot.generation())
        + ": "
        + use
        + ", written "
        + (snapshot.manifest().isStopped() ? "at a stop" : "while serving")
        + " at "
        + Instant.ofEpochMilli(snapshot.epochMs())
        + ", "
        + snapshot.shardIds().length
        + " shards, "
        + snapshot.manifest().shards().stream().mapToLong(StoredShard::recordCount).sum()
        + " records, "
        + snapshot.bytes()
        + " bytes, cluster "
        + snapshot.manifest().node().cluster()
        + ", services "
        + snapshot.services().stream()
            .map(service -> service.name() + " (version " + service.version() + ")")
            .collect(Collectors.joining(", "));
  }

  /** Why a snapshot is not whole; null if it is. */
  private static StoreException fault(final Snapshot snapshot) {
    try {
      snapshot.check();
      return null;
    } catch (final StoreException fault) {
      return fault;
    }
  }
}
