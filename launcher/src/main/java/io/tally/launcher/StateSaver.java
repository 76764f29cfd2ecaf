package io.tally.launcher;

import io.tally.engine.internal.ShardEngine;
import io.tally.store.internal.SnapshotKind;
import io.tally.store.internal.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * Saves the state of a process's nodes, one node after the other, on a thread of its own: the last
 * time when they stop, and before that every now and then if it is so configured.
 */
final class StateSaver implements AutoCloseable {
  /** How much later than the timeout a save ends by itself, if the disk answers at all. */
  private static final long ANSWER_NS = TimeUnit.SECONDS.toNanos(2);

  /** An idle thread ends at once; one that writes looks up at each block. */
  private static final long END_MS = 1_000;

  private static final String NOT_SAVED = "the state was not saved, and the next start has none: ";

  private final StateSettings settings;
  private final List<ClusterNode> nodes;
  private final NanoClock clock;
  private final Thread thread = new Thread(this::run, "tally-store");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch frozen = new CountDownLatch(1);

  /** Written before the latch of the stop opens. */
  private long stopNs;

  private volatile boolean closing;
  private volatile boolean saved;

  /** The node that is being saved; empty if none is. */
  private volatile String savingNode = "";

  private volatile String fault = "";

  /** The nodes are those that keep state. */
  StateSaver(final StateSettings settings, final List<ClusterNode> nodes, final NanoClock clock) {
    this.settings = settings;
    this.nodes = nodes;
    this.clock = clock;
    thread.setDaemon(true);
  }

  /** Starts the thread. To be called before the nodes serve. */
  void start() {
    thread.start();
  }

  /**
   * Freezes the shards for good and has their state saved. To be called again and again by the
   * thread that stops the process, while the loops go on; never waits for the disk.
   *
   * @return whether it is over, well or not.
   */
  boolean isOver(final long nowNs) {
    if (hasNothing()) {
      return true;
    }
    if (stopping.getCount() > 0) {
      stopNs = nowNs;
      stopping.countDown();
    }
    if (frozen.getCount() > 0 && areFrozen()) {
      frozen.countDown();
    }
    final boolean isLate = nowNs - stopNs > settings.saveTimeout().toNanos() + ANSWER_NS;
    if (isLate && thread.isAlive() && !saved) {
      fault =
          frozen.getCount() > 0
              ? NOT_SAVED + "a thread did not let go of its shards within --save-timeout"
              : "the state may not be saved, and the next start may have none: the disk does not"
                  + " answer at "
                  + settings.dataDir().resolve(savingNode);
    }
    return isLate || !thread.isAlive();
  }

  private boolean hasNothing() {
    return nodes.stream().noneMatch(node -> node.state().hasBegun());
  }

  private boolean areFrozen() {
    boolean all = true;
    for (final ClusterNode node : nodes) {
      all &= !node.state().hasBegun() || node.engine().tryFreeze();
    }
    return all;
  }

  /** Why the last state was not saved, in one line; empty if it was, or there was none. */
  String fault() {
    if (saved || hasNothing()) {
      return "";
    }
    return fault.isEmpty() ? NOT_SAVED + "it was interrupted" : fault;
  }

  private void run() {
    try {
      final long intervalMs = settings.snapshotInterval().toMillis();
      while (intervalMs > 0 && !stopping.await(intervalMs, TimeUnit.MILLISECONDS)) {
        nodes.forEach(this::writeSnapshot);
      }
      stopping.await();
      frozen.await();
      if (!closing) {
        saveLast();
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeSnapshot(final ClusterNode node) {
    if (node.state().hasBegun()) {
      // A stop does not wait for what it makes worthless.
      final Duration timeout =
          settings.saveTimeout().multipliedBy(ShardEngine.SERVING_SNAPSHOT_FACTOR);
      final String reason = save(node, SnapshotKind.SERVING, timeout, this::isStopping);
      if (!reason.isEmpty() && !isStopping()) {
        Log.warn("a snapshot was given up", "node", node.nodeId(), "reason", reason);
      }
    }
  }

  private void saveLast() {
    String first = "";
    for (final ClusterNode node : nodes) {
      if (node.state().hasBegun()) {
        final long leftNs = settings.saveTimeout().toNanos() - (clock.nanoTime() - stopNs);
        final Duration left = Duration.ofNanos(Math.max(0, leftNs));
        final String reason = save(node, SnapshotKind.STOPPED, left, () -> closing);
        if (!reason.isEmpty()) {
          Log.warn("the state was not saved", "node", node.nodeId(), "reason", reason);
          first = first.isEmpty() ? reason : first;
        }
      }
    }
    saved = first.isEmpty();
    fault = saved ? "" : NOT_SAVED + first;
  }

  /** Returns why it was not saved, or an empty text. */
  private String save(
      final ClusterNode node,
      final SnapshotKind kind,
      final Duration timeout,
      final BooleanSupplier cancelled) {
    savingNode = node.nodeId();
    try {
      final long known = node.startState(clock.nanoTime()).knownGeneration();
      node.state().save(kind, node.engine()::snapshot, timeout, known, cancelled);
      return "";
    } catch (final RuntimeException | StoreException cause) {
      return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /** Whether nothing is written any more. */
  boolean hasEnded() {
    return !thread.isAlive();
  }

  /**
   * Has the thread end, and waits a moment for it. It is not interrupted: that would close the file
   * which it writes, and whoever closes one waits for a disk that does not answer.
   */
  @Override
  public void close() {
    closing = true;
    stopping.countDown();
    frozen.countDown();
    try {
      thread.join(END_MS);
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
