package io.tally.store.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in a node's folder. Immutable.
 *
 * @param snapshots all that have a manifest, newest first, also those set aside.
 * @param faults of manifests and marks that cannot be read; those set aside are not among them.
 * @param highest generation of manifests, and of processes that began; 0 if nothing was found.
 * @param highestIncarnation that is named anywhere.
 * @param identityInode of the file that stays with its folder; 0 if there is none.
 * @param markedInode the same as of when the last process began; 0 if none did.
 */
record FoundState(
    List<Snapshot> snapshots,
    List<StoreException> faults,
    long highest,
    long highestIncarnation,
    long identityInode,
    long markedInode) {

  static FoundState read(final Disk disk) throws StoreException {
    final Reader reader = new Reader(disk);
    try {
      return reader.read();
    } catch (final IOException fault) {
      throw StoreException.of(disk, "", fault);
    }
  }

  boolean isEmpty() {
    return highest == 0 && faults.isEmpty();
  }

  /**
   * Whether a snapshot was written in this very folder, or was used in it since: then it is none of
   * a folder that was copied here.
   */
  boolean isOwn(final Snapshot snapshot) {
    return snapshot.manifest().identityInode() == identityInode
        || highest > snapshot.generation() && markedInode == identityInode;
  }

  /** The newest one that is not set aside. */
  Optional<Snapshot> newest() {
    return snapshots.stream().filter(snapshot -> snapshot.folder().isEmpty()).findFirst();
  }

  /** How much is set aside, which only the operator deletes; empty if nothing is. */
  String aside() {
    final List<Snapshot> aside =
        snapshots.stream().filter(snapshot -> !snapshot.folder().isEmpty()).toList();
    final long folderCount = aside.stream().map(Snapshot::folder).distinct().count();
    final long bytes = aside.stream().mapToLong(Snapshot::bytes).sum();
    return folderCount == 0
        ? ""
        : "; "
            + folderCount
            + (folderCount == 1 ? " folder" : " folders")
            + " set aside before (aside-...) with "
            + bytes
            + " bytes";
  }

  private static final class Reader {
    private final Map<String, String> folders = new HashMap<>();
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<StoreException> faults = new ArrayList<>();
    private final Disk disk;
    private long highestManifest;
    private long highestMark = -1;
    private long highestIncarnation;
    private long markedInode;

    Reader(final Disk disk) {
      this.disk = disk;
    }

    FoundState read() throws IOException {
      for (final String name : disk.list("")) {
        if (FileNames.generation(FileNames.ASIDE, name) >= 0) {
          readFolder(name);
        }
      }
      final boolean hasFiles = readFolder("");
      final long highest = Math.max(highestManifest, highestMark + 1);
      if (hasFiles && highest == 0 && faults.isEmpty()) {
        faults.add(StoreException.of(disk, "", "holds files of shards, but no manifest"));
      }
      snapshots.sort(Comparator.comparingLong(Snapshot::generation).reversed());
      return new FoundState(
          List.copyOf(snapshots),
          List.copyOf(faults),
          highest,
          highestIncarnation,
          disk.inode(FileNames.IDENTITY),
          markedInode);
    }

    /** Returns whether it holds files of shards. */
    private boolean readFolder(final String folder) throws IOException {
      boolean hasFiles = false;
      for (final String name : disk.list(folder)) {
        if (FileNames.shardGeneration(name) >= 0) {
          folders.put(name, folder);
          hasFiles = true;
        }
        try {
          readFile(folder, name);
        } catch (final StoreException fault) {
          if (folder.isEmpty()) {
            faults.add(fault);
          }
        }
      }
      return hasFiles;
    }

    private void readFile(final String folder, final String name) throws StoreException {
      final long manifested = FileNames.generation(FileNames.MANIFEST, name);
      final long marked = FileNames.generation(FileNames.MARK, name);
      if (manifested >= 0) {
        if (folder.isEmpty()) {
          highestManifest = Math.max(highestManifest, manifested);
        }
        final Manifest manifest = ManifestFile.read(disk, FileNames.in(folder, name), manifested);
        highestIncarnation = Math.max(highestIncarnation, manifest.highestIncarnation());
        snapshots.add(new Snapshot(disk, folder, manifest, folders));
      } else if (marked >= 0) {
        final boolean isNewest = marked > highestMark;
        highestMark = Math.max(highestMark, marked);
        final Mark mark = Mark.read(disk, FileNames.in(folder, name), marked);
        highestIncarnation = Math.max(highestIncarnation, mark.incarnation());
        markedInode = isNewest ? mark.identityInode() : markedInode;
      }
    }
  }
}
