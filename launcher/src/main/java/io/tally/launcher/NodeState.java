package io.tally.launcher;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.ShardRestore;
import io.tally.store.internal.NodeDirectory;
import io.tally.store.internal.Snapshot;
import io.tally.store.internal.SnapshotKind;
import io.tally.store.internal.SnapshotRequest;
import io.tally.store.internal.Start;
import io.tally.store.internal.StartKind;
import io.tally.store.internal.StoreException;
import io.tally.store.internal.StoredNode;
import io.tally.store.internal.StoredService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What one node keeps on disk: what it starts with, and what it saves. Until {@link #begin} nothing
 * on the disk is changed, and from {@link #serve} on there is something to save.
 */
final class NodeState implements AutoCloseable {
  private static final double MS_PER_SECOND = 1e3;

  private final String nodeId;
  private final NodeDirectory directory;
  private final Start start;
  private long generation;
  private volatile boolean begun;
  private volatile long writtenCount;
  private volatile long failedCount;
  private volatile long lastWrittenMs;

  private NodeState(final String nodeId, final NodeDirectory directory) {
    this.nodeId = nodeId;
    this.directory = directory;
    start = directory.start();
  }

  static NodeState open(
      final NodeConfig config, final List<ServiceDefinition> services, final String nodeId)
      throws StartException {
    final StoredNode node =
        new StoredNode(
            nodeId,
            config.carrier().cluster(),
            config.cluster(),
            services.stream()
                .map(s -> new StoredService(s.schemaId(), s.version(), s.name()))
                .toList());
    try {
      final NodeState state =
          new NodeState(
              nodeId, NodeDirectory.open(config.state().dataDir(), node, config.state().start()));
      state.logStart();
      return state;
    } catch (final StoreException refusal) {
      throw new StartException(refusal.getMessage(), refusal);
    }
  }

  private void logStart() {
    if (start.warns()) {
      Log.warn(start.message(), "node", nodeId);
    } else {
      Log.info(start.message(), "node", nodeId);
    }
  }

  String nodeId() {
    return nodeId;
  }

  /** The highest known incarnation: all of this start have to be above it. */
  long highestIncarnation() {
    return start.highestIncarnation();
  }

  /** The incarnation with which a shard goes on; that of the node if it begins a new life. */
  long shardIncarnation(final int shardId, final long nodeIncarnation) {
    return sameLives() ? start.snapshot().shardIncarnation(shardId) : nodeIncarnation;
  }

  /** Ids of the shards to be loaded. */
  int[] shardIds() {
    return start.snapshot() == null ? new int[0] : start.snapshot().shardIds();
  }

  /** Loads a shard that nobody steps yet. Several threads may load several shards. */
  void load(final ShardEngine engine, final int shardId, final BooleanSupplier cancelled)
      throws StartException {
    final ShardRestore restore = engine.restore(shardId);
    try {
      start
          .snapshot()
          .read(
              shardId,
              (buffer, offset, length) -> {
                if (cancelled.getAsBoolean()) {
                  throw new CancellationException("the start was given up");
                }
                restore.onRecord(buffer, offset, length);
              });
      restore.finish();
    } catch (final StoreException fault) {
      throw new StartException(fault.getMessage(), fault);
    } catch (final IllegalArgumentException fault) {
      throw new StartException(
          "shard " + shardId + " of " + nodeId + ": " + fault.getMessage(), fault);
    }
  }

  /** Whether its shards go on with the lives that they had. */
  boolean sameLives() {
    return start.kind() == StartKind.RESUMED;
  }

  /**
   * Marks what was found as used, so that no other start uses it. Until the node serves, the mark
   * can be taken back.
   */
  void begin(final long incarnation, final long knownGeneration) throws StartException {
    try {
      generation = directory.begin(incarnation, knownGeneration);
    } catch (final StoreException refusal) {
      throw new StartException(refusal.getMessage(), refusal);
    }
  }

  /** The generation of this run, once it has begun. For the thread that launches the node. */
  long generation() {
    return generation;
  }

  /** The start is given up, or has to wait: nothing was served. */
  void takeBack() {
    try {
      directory.forgetMark();
    } catch (final StoreException fault) {
      Log.warn(
          "the next start takes what is on disk for used, though nothing was served",
          "node",
          nodeId,
          "reason",
          fault.getMessage());
    }
  }

  /** Marks that there is something to be saved from now on. */
  void serve() {
    begun = true;
  }

  boolean hasBegun() {
    return begun;
  }

  /** Sets aside or deletes what is not gone on with; if it cannot, each save tries it again. */
  void settle() {
    synchronized (directory) {
      try {
        directory.settle();
      } catch (final StoreException fault) {
        Log.warn(
            "what was found on disk stays there", "node", nodeId, "reason", fault.getMessage());
      }
    }
  }

  /** Blocks until a snapshot of all shards is on the disk. */
  void save(
      final SnapshotKind kind,
      final SnapshotRequest request,
      final Duration timeout,
      final long knownGeneration,
      final BooleanSupplier cancelled)
      throws StoreException {
    final long startNs = System.nanoTime();
    boolean isWritten = false;
    try {
      final Snapshot saved;
      synchronized (directory) {
        saved = directory.save(kind, request, timeout, knownGeneration, cancelled);
      }
      isWritten = true;
      lastWrittenMs = saved.epochMs();
      writtenCount = writtenCount + 1;
      Log.info(
          kind == SnapshotKind.STOPPED ? "state saved" : "snapshot written",
          "node",
          nodeId,
          "generation",
          saved.generation(),
          "shards",
          saved.shardIds().length,
          "bytes",
          saved.bytes(),
          "ms",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
    } finally {
      if (!isWritten && !cancelled.getAsBoolean()) {
        failedCount = failedCount + 1;
      }
    }
  }

  /** Age of the state with which this process started, at that time; 0 if it started with none. */
  double startAgeSeconds() {
    return directory.ageMs() / MS_PER_SECOND;
  }

  long writtenCount() {
    return writtenCount;
  }

  long failedCount() {
    return failedCount;
  }

  /** Epoch milliseconds of the last snapshot that this process wrote; 0 if it wrote none. */
  long lastWrittenMs() {
    return lastWrittenMs;
  }

  @Override
  public void close() {
    directory.close();
  }
}
