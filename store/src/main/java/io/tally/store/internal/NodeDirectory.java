package io.tally.store.internal;

import io.tally.engine.StableHash;
import io.tally.store.StartMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The folder of one node, held by one process at a time. It is opened, which changes nothing;
 * {@link #start()} says what the node starts with; when all is loaded and the peers have been met,
 * {@link #begin} marks it as used. Only then may a shard apply a command, and only then can the
 * node {@link #save}. A start that fails before, or takes its mark back, leaves everything as it
 * was. To be used by one thread at a time; {@link #start()}, and what it returns, by any.
 */
public final class NodeDirectory implements AutoCloseable {
  /** Memory outside the heap from when the node begins, until the directory is closed, in bytes. */
  public static final long SAVE_BYTES =
      (long) SnapshotWriter.SINK_COUNT * ShardSink.BLOCK_COUNT * Block.CAPACITY;

  private static final long IDLE_NS = 100_000;

  private final Disk disk;
  private final StoredNode node;
  private final Surroundings surroundings;
  private final AutoCloseable lock;
  private final OwnMark mark;
  private final Start start;
  private final long ageMs;
  private long incarnation;
  private long identityInode;

  private long ownGeneration;

  /** The generation of the snapshot that is written next; 0 before the node has begun. */
  private long nextGeneration;

  /** Whether what was found is where the start wants it. */
  private boolean settled;

  /**
   * What the directory works with.
   *
   * @param idle is run when there is nothing to write.
   * @param sinks of all saves.
   */
  record Surroundings(
      NanoClock clock, EpochClock epochClock, Runnable idle, List<ShardSink> sinks) {}

  NodeDirectory(
      final Disk disk, final StoredNode node, final StartMode mode, final Surroundings surroundings)
      throws StoreException {
    this.disk = disk;
    this.node = node;
    this.surroundings = surroundings;
    mark = new OwnMark(disk);
    lock = lock(disk);
    try {
      final FoundState found = FoundState.read(disk);
      identityInode = found.identityInode();
      start = new StartDecision(disk, node, found).decide(mode);
    } catch (final StoreException | RuntimeException fault) {
      CloseHelper.quietClose(lock);
      throw fault;
    }
    ageMs =
        start.snapshot() == null ? 0 : surroundings.epochClock.time() - start.snapshot().epochMs();
  }

  /**
   * Opens the folder of a node, and makes it if it is missing. Blocks on the disk.
   *
   * @param dataDir holds a folder for each node, named by its id.
   * @param node whose folder it is.
   * @param mode what the operator says of the state.
   * @return the directory, to be closed.
   * @throws StoreException if another process holds the folder, or the node must not start with
   *     what is there.
   */
  public static NodeDirectory open(final Path dataDir, final StoredNode node, final StartMode mode)
      throws StoreException {
    final FileDisk disk = new FileDisk(dataDir.resolve(node.nodeId()));
    try {
      disk.makeRoot();
    } catch (final IOException fault) {
      throw StoreException.of(disk, "", fault);
    }
    return new NodeDirectory(
        disk,
        node,
        mode,
        new Surroundings(
            SystemNanoClock.INSTANCE,
            SystemEpochClock.INSTANCE,
            () -> LockSupport.parkNanos(IDLE_NS),
            new ArrayList<>()));
  }

  private static AutoCloseable lock(final Disk disk) throws StoreException {
    final AutoCloseable lock;
    try {
      lock = disk.tryLock(FileNames.LOCK);
    } catch (final IOException fault) {
      throw StoreException.of(disk, FileNames.LOCK, fault);
    }
    if (lock == null) {
      throw StoreException.of(disk, "", "is in use by another process");
    }
    return lock;
  }

  /**
   * What the node starts with.
   *
   * @return the same at every call.
   */
  public Start start() {
    return start;
  }

  /**
   * Age of the state that the node starts with.
   *
   * @return milliseconds from when it was written to when the directory was opened, not below 0; 0
   *     if there is none.
   */
  public long ageMs() {
    return Math.max(0, ageMs);
  }

  /**
   * Marks what was found as used, on the disk, and changes nothing else. To be called when all is
   * loaded. From here on the node can {@link #save}; as long as no shard has been activated the
   * mark can be taken back by {@link #forgetMark}. Takes the memory for all saves.
   *
   * @param processIncarnation of this process of the node, above the highest in the folder.
   * @param knownGeneration highest that a peer heard a ready process of this node name; 0 if none
   *     did.
   * @return the generation of this process: above all that were there, and above the known one.
   * @throws StoreException if what was found is older than what the peers know, there is no memory
   *     for saves, or the mark cannot be written; the node must not serve, and the folder is as it
   *     was.
   */
  public long begin(final long processIncarnation, final long knownGeneration)
      throws StoreException {
    if (nextGeneration != 0 || processIncarnation <= start.highestIncarnation()) {
      throw new IllegalArgumentException("cannot begin as incarnation " + processIncarnation);
    }
    start.requireNewest(disk, knownGeneration);
    SnapshotWriter.takeMemory(disk, surroundings.sinks);
    final long highest = Math.max(start.generation(), knownGeneration);
    identityInode =
        mark.make(highest, processIncarnation, surroundings.epochClock.time(), identityInode);
    incarnation = processIncarnation;
    ownGeneration = highest + 1;
    nextGeneration = ownGeneration;
    return ownGeneration;
  }

  /**
   * Takes the mark back: what was found is as unused as it was. Only while no shard has been
   * activated, and before {@link #settle} and {@link #save}. Does nothing if there is no mark of
   * this process. Afterwards {@link #begin} may be called again.
   *
   * @throws StoreException if the mark may still be there: then the next start counts what was
   *     found as used.
   */
  public void forgetMark() throws StoreException {
    if (nextGeneration == 0) {
      return;
    }
    if (settled || nextGeneration != ownGeneration) {
      throw new IllegalStateException("the node serves");
    }
    nextGeneration = 0;
    mark.forget(ownGeneration - 1);
  }

  /**
   * Carries out what the start announced for what it found: sets it aside, deletes it, or keeps it.
   * To be called soon after {@link #begin}, when the mark will not be taken back any more. Nothing
   * depends on it: after a failure, and if it was never called, {@link #save} tries it again, and
   * deletes nothing until it is done.
   *
   * @throws StoreException if something that is to be set aside or deleted is still in its place.
   */
  public void settle() throws StoreException {
    requireBegun();
    if (settled) {
      return;
    }
    try {
      new Cleaning(disk).begin(start.kind(), ownGeneration - 1);
      settled = true;
    } catch (final IOException fault) {
      throw StoreException.of(disk, "", fault);
    }
  }

  private void requireBegun() {
    if (nextGeneration == 0) {
      throw new IllegalStateException("the node has not begun");
    }
  }

  /**
   * Writes a snapshot of all shards of the node. The calling thread does all writing and blocks
   * meanwhile; the threads of the shards never wait for it. When this returns the snapshot is on
   * the disk; after an exception what was there before is as it was. A disk that never answers
   * holds the caller, whatever the timeout.
   *
   * @param kind {@link SnapshotKind#STOPPED} only if all shards are frozen.
   * @param request asks for the snapshot of each shard.
   * @param timeout after which it is given up.
   * @param knownGeneration highest that a peer heard a ready process of this node name, also this
   *     one; 0 if none did. The snapshot's is above it if it is not of this process.
   * @param cancelled says whether to give it up; asked again and again by the calling thread.
   * @return the snapshot.
   * @throws StoreException if it could not be written, was given up by a shard or cancelled, or
   *     took too long.
   */
  public Snapshot save(
      final SnapshotKind kind,
      final SnapshotRequest request,
      final Duration timeout,
      final long knownGeneration,
      final BooleanSupplier cancelled)
      throws StoreException {
    requireBegun();
    final long deadlineNs = surroundings.clock.nanoTime() + timeout.toNanos();
    final boolean isSettled = isSettled();
    if (knownGeneration > ownGeneration) {
      nextGeneration = Math.max(nextGeneration, knownGeneration + 1);
    }
    final long generation = nextGeneration++;
    // Read before the first shard is shown, so that the state is never older than it seems.
    final long epochMs = surroundings.epochClock.time();
    final Manifest manifest;
    try {
      final SnapshotWriter writer =
          new SnapshotWriter(disk, surroundings, generation, deadlineNs, cancelled);
      final List<StoredShard> shards = writer.write(node.shardIds(), request);
      manifest =
          new Manifest(
              kind,
              generation,
              incarnation,
              highest(incarnation, start.highestIncarnation(), writer.highestIncarnation()),
              epochMs,
              identityInode,
              StableHash.VERSION,
              node,
              shards);
      // Their names must not come after that of the manifest.
      disk.forceFolder("");
      writer.requireWanted();
      ManifestFile.write(disk, manifest);
    } catch (final StoreException | RuntimeException fault) {
      new Cleaning(disk).forgetSave(generation);
      throw fault;
    } catch (final IOException fault) {
      new Cleaning(disk).forgetSave(generation);
      throw StoreException.of(disk, FileNames.manifest(generation), fault);
    }
    // What is still to be set aside would be deleted.
    if (isSettled && !cancelled.getAsBoolean()) {
      new Cleaning(disk).afterSave(generation, ownGeneration - 1);
    }
    return new Snapshot(disk, "", manifest, Map.of());
  }

  private boolean isSettled() {
    try {
      settle();
      return true;
    } catch (final StoreException fault) {
      return false;
    }
  }

  private static long highest(final long... incarnations) {
    return Arrays.stream(incarnations).max().getAsLong();
  }

  /** Gives the folder back. Does nothing if it was closed. */
  @Override
  public void close() {
    CloseHelper.quietClose(lock);
  }
}
