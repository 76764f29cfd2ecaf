package io.tally.store.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Writes the files of all shards of a snapshot, a few at a time, on the thread that calls it. Used
 * for one snapshot.
 */
final class SnapshotWriter {
  /** How many shards are written at once. */
  static final int SINK_COUNT = 4;

  private final Queue<Block> filled =
      new ManyToOneConcurrentArrayQueue<>(SINK_COUNT * ShardSink.BLOCK_COUNT);
  private final Map<ShardSink, ShardFileWriter> files = new HashMap<>();
  private final Set<ShardSink> busy = new HashSet<>();
  private final List<StoredShard> stored = new ArrayList<>();
  private final Disk disk;
  private final NodeDirectory.Surroundings surroundings;
  private final long generation;
  private final long deadlineNs;
  private final BooleanSupplier cancelled;
  private long highestIncarnation;

  /** Whether an agent may have become free since one was asked for the last time. */
  private boolean worthAsking = true;

  SnapshotWriter(
      final Disk disk,
      final NodeDirectory.Surroundings surroundings,
      final long generation,
      final long deadlineNs,
      final BooleanSupplier cancelled) {
    this.disk = disk;
    this.surroundings = surroundings;
    this.generation = generation;
    this.deadlineNs = deadlineNs;
    this.cancelled = cancelled;
  }

  /** A save that finds no memory would lose the state, so it is taken before. */
  static void takeMemory(final Disk disk, final List<ShardSink> sinks) throws StoreException {
    try {
      while (sinks.size() < SINK_COUNT) {
        sinks.add(new ShardSink());
      }
    } catch (final OutOfMemoryError fault) {
      throw StoreException.of(
          disk,
          "",
          "could not be saved: that takes "
              + NodeDirectory.SAVE_BYTES
              + " bytes outside the heap: "
              + fault.getMessage());
    }
  }

  /**
   * Has all files on the disk when it returns, but not their names.
   *
   * @return the shards, rising by id.
   */
  List<StoredShard> write(final int[] shardIds, final SnapshotRequest request)
      throws StoreException {
    final List<Integer> waiting = new ArrayList<>(Arrays.stream(shardIds).boxed().toList());
    try {
      while (stored.size() < shardIds.length) {
        if (!writeNext() && !ask(waiting, request)) {
          surroundings.idle().run();
        }
        checkShards();
        requireWanted();
      }
    } finally {
      busy.forEach(ShardSink::close);
      CloseHelper.quietCloseAll(files.values());
    }
    stored.sort(Comparator.comparingInt(StoredShard::shardId));
    return stored;
  }

  void requireWanted() throws StoreException {
    final boolean isCancelled = cancelled.getAsBoolean();
    if (isCancelled || deadlineNs - surroundings.clock().nanoTime() < 0) {
      throw StoreException.of(
          disk,
          FileNames.manifest(generation),
          "was not written: it " + (isCancelled ? "was cancelled" : "took too long"));
    }
  }

  /** The highest incarnation of all shards and of the origins of their lanes. */
  long highestIncarnation() {
    return highestIncarnation;
  }

  /** An agent writes one at a time, so shards whose agents are busy have to wait. */
  private boolean ask(final List<Integer> waiting, final SnapshotRequest request) {
    boolean hasAsked = false;
    ShardSink sink = worthAsking || busy.isEmpty() ? freeSink() : null;
    worthAsking &= sink == null;
    for (int i = 0; i < waiting.size() && sink != null; i++) {
      final int shardId = waiting.get(i);
      if (ask(shardId, sink, request)) {
        busy.add(sink);
        waiting.remove(i--);
        hasAsked = true;
        sink = freeSink();
      }
    }
    return hasAsked;
  }

  private boolean ask(final int shardId, final ShardSink sink, final SnapshotRequest request) {
    boolean isTaken = false;
    sink.begin(shardId, filled);
    try {
      isTaken = request.snapshot(shardId, sink, sink);
    } finally {
      if (!isTaken) {
        sink.release();
      }
    }
    return isTaken;
  }

  /** A sink that no shard has any more, not even since an earlier save; null if there is none. */
  private ShardSink freeSink() {
    for (final ShardSink sink : surroundings.sinks()) {
      if (sink.isEnded() && !busy.contains(sink)) {
        return sink;
      }
    }
    return null;
  }

  private boolean writeNext() throws StoreException {
    final Block block = filled.poll();
    if (block == null) {
      return false;
    }
    final ShardSink sink = block.owner();
    try {
      ShardFileWriter file = files.get(sink);
      if (file == null) {
        file = new ShardFileWriter(disk, generation, sink.shardId(), sink.incarnation());
        files.put(sink, file);
      }
      file.write(block);
      if (block.isLast()) {
        stored.add(file.finish());
        files.remove(sink);
        busy.remove(sink);
        worthAsking = true;
        highestIncarnation = Math.max(highestIncarnation, sink.highestIncarnation());
      } else {
        sink.recycle(block);
      }
    } catch (final IOException fault) {
      throw StoreException.of(disk, FileNames.shard(generation, sink.shardId()), fault);
    }
    return true;
  }

  private void checkShards() throws StoreException {
    for (final ShardSink sink : busy) {
      if (sink.fault() != null) {
        throw StoreException.of(
            disk,
            FileNames.shard(generation, sink.shardId()),
            "was not written whole: " + sink.fault());
      }
    }
  }
}
