package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.NanoClock;

/**
 * The snapshots of a poller's shards, one at a time: any thread asks for one, and whoever is inside
 * the poller's gate writes it, a slice at each poll.
 */
final class ShardSnapshots {
  /** Most records of a slice: what the poll's commands wait for. */
  static final int SLICE_RECORDS = 256;

  /** How long a sink without room is left alone. */
  static final long ROOM_RETRY_NS = 1_000_000;

  /**
   * While a shard applies commands, a slice is followed by a pause of so many times its own length.
   * The slices are written to a file meanwhile, too, and all of it together shall cost commands
   * less than a tenth.
   */
  static final int PAUSE_FACTOR = 15;

  private record Request(int shardId, SnapshotSink sink, SnapshotCompletion completion) {}

  private final NanoClock clock;
  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private final AtomicReference<Request> request = new AtomicReference<>();

  /** Inside the gate. */
  private ShardSnapshot underWay;

  ShardSnapshots(final NanoClock clock, final EngineStats stats, final ServiceFaultHandler faults) {
    this.clock = clock;
    this.stats = stats;
    this.faults = faults;
  }

  /** Asks for one. Any thread; returns false if there is one already. */
  boolean ask(final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    return request.compareAndSet(null, new Request(shardId, sink, completion));
  }

  /** Whether there is one to be begun, or to be gone on with. */
  boolean isAskedFor() {
    return request.get() != null;
  }

  /** Whether something of one is written. To be called inside the gate. */
  boolean isBegun() {
    return underWay != null;
  }

  /**
   * Writes a slice of the one that is asked for. To be called inside the gate.
   *
   * @return when to be called again, if there is one then.
   */
  long write(final Shard[] shardById, final long nowNs) {
    final long startNs = clock.nanoTime();
    if (underWay == null) {
      final Request asked = request.get();
      underWay = new ShardSnapshot(shardById[asked.shardId], asked.sink);
      underWay.begin(nowNs);
    }
    if (underWay.write(SLICE_RECORDS)) {
      end();
      return nowNs;
    }
    if (!underWay.hasRoom()) {
      return nowNs + ROOM_RETRY_NS;
    }
    final boolean isServing = shardById[request.get().shardId].state() == ShardState.ACTIVE;
    return isServing ? nowNs + (clock.nanoTime() - startNs) * PAUSE_FACTOR : nowNs;
  }

  /** Gives up the one that is asked for or under way, if any. To be called inside the gate. */
  void giveUp() {
    if (isAskedFor()) {
      end();
    }
  }

  private void end() {
    final Request ended = request.get();
    boolean isWhole = false;
    if (underWay != null) {
      underWay.end();
      isWhole = underWay.isWhole();
      underWay = null;
    }
    if (!isWhole) {
      stats.increment(EngineCounter.SNAPSHOTS_GIVEN_UP);
    }
    // Another one may be asked for from here on, also by the completion.
    request.set(null);
    try {
      ended.completion.onEnd(ended.shardId, isWhole);
    } catch (final RuntimeException fault) {
      faults.onFault(ended.shardId, fault);
    }
  }
}
