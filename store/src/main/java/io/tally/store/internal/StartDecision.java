package io.tally.store.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.StableHash;
import io.tally.store.StartMode;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** Decides from what was found in a node's folder what the node starts with. Changes nothing. */
final class StartDecision {
  private final Disk disk;
  private final StoredNode node;
  private final FoundState found;

  StartDecision(final Disk disk, final StoredNode node, final FoundState found) {
    this.disk = disk;
    this.node = node;
    this.found = found;
  }

  /** Throws what stops the node. */
  Start decide(final StartMode mode) throws StoreException {
    return switch (mode) {
      case NORMAL, MOVED -> goOn(mode == StartMode.MOVED);
      case RESTORE_LATEST -> restore();
      case DISCARD -> discard();
    };
  }

  /** The operator wants it whatever is there, but is told what cannot be known any more. */
  private Start discard() {
    final String text = "starts at zero: all state is deleted";
    return found.faults().isEmpty()
        ? start(StartKind.DISCARDED, null, text)
        : start(
            StartKind.DISCARDED,
            null,
            text
                + ", and which incarnations there were is not known for sure, because "
                + found.faults().get(0).getMessage()
                + ": unless another node remembers them, they may come again if the clock of this"
                + " machine is behind the time of that state");
  }

  private Start goOn(final boolean isMoved) throws StoreException {
    if (found.isEmpty()) {
      return start(StartKind.EMPTY, null, "holds no state: starts at zero");
    }
    if (!found.faults().isEmpty()) {
      throw found.faults().get(0);
    }
    final Optional<Snapshot> newest = found.newest();
    if (newest.isPresent()) {
      requireIdentity(newest.get(), isMoved);
      requireFit(newest.get());
    }
    final boolean isLast =
        newest.isPresent()
            && newest.get().generation() == found.highest()
            && newest.get().manifest().isStopped();
    return isLast
        ? start(
            StartKind.RESUMED,
            newest.get(),
            "resumes the state of generation " + newest.get().generation() + found.aside())
        : start(
            StartKind.CRASHED,
            null,
            "was in use by a process that ended without saving its state: starts at zero; what was"
                + " there is kept in aside-... until --discard-state deletes it"
                + found.aside());
  }

  private Start restore() throws StoreException {
    StoreException newestFault = found.faults().isEmpty() ? null : found.faults().get(0);
    for (final Snapshot snapshot : found.snapshots()) {
      try {
        snapshot.check();
      } catch (final StoreException fault) {
        newestFault = newestFault == null ? fault : newestFault;
        continue;
      }
      requireFit(snapshot);
      final String text = "restores the snapshot of generation " + snapshot.generation();
      return start(
          StartKind.RESTORED,
          snapshot,
          newestFault == null ? text : text + ", because " + newestFault.getMessage());
    }
    throw newestFault == null
        ? StoreException.of(disk, "", "holds no snapshot to restore")
        : newestFault;
  }

  private Start start(final StartKind kind, final Snapshot snapshot, final String text) {
    return new Start(
        kind,
        snapshot,
        found.highest(),
        found.highestIncarnation(),
        disk.path("") + " " + text,
        kind == StartKind.CRASHED || kind == StartKind.DISCARDED && !found.faults().isEmpty());
  }

  private void requireIdentity(final Snapshot snapshot, final boolean isMoved)
      throws StoreException {
    if (!isMoved && !found.isOwn(snapshot)) {
      throw StoreException.of(
          disk,
          "",
          "was copied: it is not the folder that "
              + FileNames.manifest(snapshot.generation())
              + " was written in; say --moved if the original is not used any more");
    }
  }

  /** A snapshot is for the same node of the same cluster only. */
  private void requireFit(final Snapshot snapshot) throws StoreException {
    final Manifest manifest = snapshot.manifest();
    final StoredNode stored = manifest.node();
    requireSame(snapshot, "node", StoredNode::nodeId);
    requireSame(snapshot, "cluster", StoredNode::cluster);
    requireSame(snapshot, "nodes", StoredNode::settings, ClusterSettings::nodeIds);
    requireSame(snapshot, "number of shards", StoredNode::settings, ClusterSettings::shardCount);
    requireSame(snapshot, "seed", StoredNode::settings, ClusterSettings::seed);
    requireSame(snapshot, "lane window", StoredNode::settings, ClusterSettings::laneWindow);
    if (manifest.hashVersion() != StableHash.VERSION) {
      throw fault(snapshot, "version of the hash", manifest.hashVersion(), StableHash.VERSION);
    }
    final int[] shardIds = node.shardIds();
    if (!Arrays.equals(snapshot.shardIds(), shardIds)) {
      throw fault(
          snapshot, "shards", Arrays.toString(snapshot.shardIds()), Arrays.toString(shardIds));
    }
    for (final StoredService service : stored.services()) {
      requireHosted(snapshot, service);
    }
  }

  private void requireHosted(final Snapshot snapshot, final StoredService service)
      throws StoreException {
    final Optional<StoredService> hosted =
        node.services().stream()
            .filter(other -> other.schemaId() == service.schemaId())
            .findFirst();
    if (hosted.isEmpty()) {
      throw fault(snapshot, "service", service.name(), "none of that name");
    }
    if (hosted.get().version() < service.version()) {
      throw fault(
          snapshot,
          "version of the service " + service.name(),
          service.version(),
          hosted.get().version());
    }
  }

  private <T> void requireSame(
      final Snapshot snapshot,
      final String what,
      final Function<StoredNode, ClusterSettings> settings,
      final Function<ClusterSettings, T> part)
      throws StoreException {
    requireSame(snapshot, what, settings.andThen(part));
  }

  private <T> void requireSame(
      final Snapshot snapshot, final String what, final Function<StoredNode, T> part)
      throws StoreException {
    final T stored = part.apply(snapshot.manifest().node());
    final T here = part.apply(node);
    if (!stored.equals(here)) {
      throw fault(snapshot, what, stored, here);
    }
  }

  private StoreException fault(
      final Snapshot snapshot, final String what, final Object stored, final Object here) {
    return StoreException.of(
        disk,
        FileNames.in(snapshot.folder(), FileNames.manifest(snapshot.generation())),
        "is of another cluster or build: " + what + " " + stored + ", here " + here);
  }
}
