package io.tally.store.internal;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Takes away from a node's folder what is not needed any more. */
final class Cleaning {
  private final Disk disk;

  Cleaning(final Disk disk) {
    this.disk = disk;
  }

  /**
   * When a start has been marked, and perhaps has saved since. What is the operator's to keep must
   * be in safety after this.
   */
  void begin(final StartKind kind, final long mark) throws IOException {
    switch (kind) {
      case CRASHED, RESTORED -> setAside(mark);
      case DISCARDED -> discard(mark);
      default -> {
        // What was loaded stays until there is a newer one.
      }
    }
    tidyQuietly(mark);
  }

  /** Keeps every snapshot. */
  private void tidyQuietly(final long mark) {
    try {
      tidy(manifests(), mark);
    } catch (final IOException fault) {
      // Another time.
    }
  }

  /**
   * Keeps the snapshot that was written, and the one before. The mark of the process stays, too: if
   * the manifest is damaged one day, it names the incarnation.
   */
  void afterSave(final long generation, final long mark) {
    final Set<Long> kept = new HashSet<>();
    kept.add(generation);
    try {
      manifests().stream()
          .filter(older -> older < generation)
          .max(Long::compare)
          .ifPresent(kept::add);
    } catch (final IOException fault) {
      return;
    }
    tidy(kept, mark);
  }

  /** What a save wrote that failed, unless its manifest is there. */
  void forgetSave(final long generation) {
    final String manifest = FileNames.manifest(generation);
    try {
      if (!manifests().contains(generation)) {
        deleteQuietly(
            name ->
                FileNames.shardGeneration(name) == generation
                    || name.equals(FileNames.temporary(manifest)));
      }
    } catch (final IOException fault) {
      // They may be needed.
    }
  }

  /** A mark that was not written, and perhaps is there. */
  void forgetMark(final long generation) {
    final String mark = FileNames.mark(generation);
    deleteQuietly(name -> name.equals(mark) || name.equals(FileNames.temporary(mark)));
  }

  private Set<Long> manifests() throws IOException {
    final Set<Long> generations = new HashSet<>();
    for (final String name : disk.list("")) {
      final long generation = FileNames.generation(FileNames.MANIFEST, name);
      if (generation >= 0) {
        generations.add(generation);
      }
    }
    return generations;
  }

  private void setAside(final long newest) throws IOException {
    final String folder = FileNames.aside(newest + 1);
    final Set<Long> manifests = manifests();
    manifests.removeIf(generation -> generation > newest);
    if (!manifests.isEmpty()) {
      disk.makeFolder(folder);
      move(folder, name -> manifests.contains(FileNames.shardGeneration(name)));
      // A file whose manifest is not here any more would count as unfinished.
      move(folder, name -> manifests.contains(FileNames.generation(FileNames.MANIFEST, name)));
    }
  }

  private void move(final String folder, final Predicate<String> condition) throws IOException {
    for (final String name : disk.list("")) {
      if (condition.test(name)) {
        disk.rename(name, FileNames.in(folder, name));
      }
    }
    disk.forceFolder(folder);
    disk.forceFolder("");
  }

  private void discard(final long newest) throws IOException {
    for (final String name : disk.list("")) {
      if (FileNames.generation(FileNames.ASIDE, name) >= 0) {
        for (final String file : disk.list(name)) {
          disk.delete(FileNames.in(name, file));
        }
        disk.delete(name);
      } else if (isUpTo(newest, FileNames.generation(FileNames.MANIFEST, name))
          || isUpTo(newest, FileNames.shardGeneration(name))) {
        disk.delete(name);
      }
    }
    disk.forceFolder("");
  }

  private static boolean isUpTo(final long newest, final long generation) {
    return generation >= 0 && generation <= newest;
  }

  /** Deletes older marks, snapshots that are not kept, and what was never finished. */
  private void tidy(final Set<Long> kept, final long ownMark) {
    // A mark stays as long as its manifest does.
    final long oldestMark = kept.stream().reduce(ownMark, Math::min);
    deleteQuietly(
        name -> {
          final long manifest = FileNames.generation(FileNames.MANIFEST, name);
          final long shard = FileNames.shardGeneration(name);
          final long mark = FileNames.generation(FileNames.MARK, name);
          return FileNames.isTemporary(name)
              || manifest >= 0 && !kept.contains(manifest)
              || shard >= 0 && !kept.contains(shard)
              || mark >= 0 && mark < oldestMark;
        });
  }

  /** What stays is only unneeded, and is deleted another time. */
  private void deleteQuietly(final Predicate<String> condition) {
    try {
      for (final String name : disk.list("")) {
        if (condition.test(name)) {
          disk.delete(name);
        }
      }
    } catch (final IOException fault) {
      // Another time.
    }
  }
}
