package io.tally.launcher;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.agrona.concurrent.SystemNanoClock;

/** The process of the command line: a {@link TallyNode} that runs until a signal ends it. */
final class TallyProcess {
  private static final long CHECK_MS = 1_000;

  private final NodeConfig config;
  private final boolean isDemo;

  /** A demo is run by hand, so it also prints what to try. */
  TallyProcess(final NodeConfig config, final boolean isDemo) {
    this.config = config;
    this.isDemo = isDemo;
  }

  /** Runs until a signal or a fault, and returns the exit code. */
  int run() throws StartException {
    final CountDownLatch stop = new CountDownLatch(1);
    final AtomicBoolean signalled = new AtomicBoolean();
    final FaultLog faults = new FaultLog(SystemNanoClock.INSTANCE);
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> faults.onError(thrown));
    Signals.onTermination(
        () -> {
          signalled.set(true);
          stop.countDown();
        });
    Log.info("tally", "version", Tally.version(), "java", Runtime.version().feature());
    final TallyNode node;
    try {
      node = TallyNode.launch(config, stop);
    } catch (final StartException fault) {
      if (!signalled.get() || fault.isStateLost()) {
        throw fault;
      }
      Log.info("stopped before it was ready", "reason", fault.getMessage());
      return 0;
    }
    try (node) {
      if (stop.getCount() > 0) {
        sayReady(node);
      }
      while (!stop.await(CHECK_MS, TimeUnit.MILLISECONDS)) {
        node.checkLimits();
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!node.fault().isEmpty()) {
      throw new StartException(node.fault());
    }
    return 0;
  }

  private void sayReady(final TallyNode node) {
    Log.info("=== Tally ready ===");
    Log.flush();
    if (!isDemo) {
      // All that a node writes is its log.
      return;
    }
    System.out.print(
        "\nTry:\n"
            + config.services().stream()
                .map(HostedService::examples)
                .collect(Collectors.joining())
                .replace("URL", node.url())
            + "  curl "
            + node.metricsUrl()
            + "/metrics\nPress Ctrl+C to stop.\n\n");
  }
}
