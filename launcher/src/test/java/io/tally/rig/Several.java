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

  static void run(final RigCluster cluster, final Random random, final long durationMs) {
    final List<Fault> faults =
        List.of(pick(OF_PROCESSES, random), pick(OF_CONNECTIONS, random), Fault.DUPLICATE);
    final ExecutorService threads = Executors.newFixedThreadPool(faults.size());
    try {
      final List<Future<?>> runs = new ArrayList<>();
      for (final Fault fault : faults) {
        final Random own = new Random(random.nextLong());
        final long startMs = own.nextInt((int) durationMs / 2);
        runs.add(
            threads.submit(
                () -> {
                  Hold.forMs(startMs);
                  fault.run(cluster, own, durationMs - startMs);
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
