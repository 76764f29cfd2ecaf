package io.tally.launcher;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Loads the shards of a process's nodes from disk, on as many threads as there are processors,
 * while nobody steps them. The first fault ends it.
 */
final class StateLoad implements AutoCloseable {
  private static final long END_SECONDS = 10;

  private final List<Future<?>> loads = new ArrayList<>();
  private final ExecutorService threads;
  private volatile boolean cancelled;

  StateLoad() {
    threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            runnable -> {
              final Thread thread = new Thread(runnable, "tally-load");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to load a node. */
  void add(final ClusterNode node) {
    for (final int shardId : node.state().shardIds()) {
      loads.add(
          threads.submit(
              () -> {
                node.state().load(node.engine(), shardId, () -> cancelled);
                return null;
              }));
    }
  }

  /** Whether all is loaded, or has been given up. */
  boolean isDone() throws StartException, InterruptedException {
    final Iterator<Future<?>> underWay = loads.iterator();
    while (underWay.hasNext()) {
      final Future<?> load = underWay.next();
      if (load.isDone()) {
        underWay.remove();
        check(load);
      }
    }
    return loads.isEmpty();
  }

  private void check(final Future<?> load) throws StartException, InterruptedException {
    try {
      load.get();
    } catch (final ExecutionException fault) {
      if (fault.getCause() instanceof StartException refusal) {
        throw refusal;
      }
      if (fault.getCause() instanceof Error error) {
        throw error;
      }
      if (!(cancelled && fault.getCause() instanceof CancellationException)) {
        throw new StartException("the state could not be loaded: " + fault.getCause(), fault);
      }
    }
  }

  /** What is not loaded yet never will be. */
  void cancel() {
    cancelled = true;
  }

  /** Returns when no thread is loading any more, unless the disk does not answer. */
  @Override
  public void close() {
    cancel();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        Log.warn("the disk does not answer: the state is still being read");
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
