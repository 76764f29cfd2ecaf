package io.tally.rig;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Faults that overlap: one of a process, one of the connections, and one of the frames. No two of
 * them touch the same process.
 */
final class Several {
  private static final List<Fault> OF_PROCESSES =
      List.of(Fault.KILL_NODE, Fault.STOP_NODE, Fault.STOP_NATS, Fault.TERMINATE_NODE);
  private static final List<Fault> OF_CONNECTIONS =
      List.of(
          Fault.PARTITION,
          Fault.PARTITION_TO_NODE,
          Fault.PARTITION_TO_SERVER,
          Fault.FLAPPING,
          Fault.RESET,
          Fault.SLOW_READER,
          Fault.DELAY);

  private Several() {}

  /** The faults that this seed chooses. */
  static List<Fault> choose(final Random random) {
    return List.of(pick(OF_PROCESSES, random), pick(OF_CONNECTIONS, random), Fault.DUPLICATE);
  }

  /** Runs faults at once, each on a node of its own. */
  static void run(
      final List<Fault> faults,
      final Random random,
      final RigCluster cluster,
      final int firstNode,
      final long durationMs) {
    final ExecutorService threads = Executors.newFixedThreadPool(faults.size());
    try {
      final List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < faults.size(); i++) {
        final Fault fault = faults.get(i);
        final int node = (firstNode + i) % cluster.nodeCount();
        final long startMs = random.nextInt((int) durationMs / 2);
        runs.add(
            threads.submit(
                () -> {
                  Hold.forMs(startMs);
                  fault.action().run(cluster, node, durationMs - startMs);
                }));
      }
      for (final Future<?> run : runs) {
        run.get();
      }
    } catch (final ExecutionException failed) {
      throw new AssertionError(faults + " failed", failed.getCause());
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }

  private static Fault pick(final List<Fault> faults, final Random random) {
    return faults.get(random.nextInt(faults.size()));
  }
}
