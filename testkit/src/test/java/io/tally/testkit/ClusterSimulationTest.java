package io.tally.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories of whole clusters under random faults. A failing seed is printed; {@code
 * -Dtally.simulation.seed=<seed>} runs that one alone, {@code -Dtally.simulation.histories=<count>}
 * and {@code -Dtally.simulation.first=<seed>} other ones.
 */
@Timeout(600)
final class ClusterSimulationTest {
  private static final int HISTORIES = Integer.getInteger("tally.simulation.histories", 10_000);
  private static final long FIRST = Long.getLong("tally.simulation.first", 1);
  private static final Long ONLY = Long.getLong("tally.simulation.seed");

  private final Traces traces = new Traces();
  private long operations;
  private long virtualNs;

  @Test
  void shouldKeepEveryPromiseUnderRandomFaults() {
    if (ONLY != null) {
      run(ONLY);
      return;
    }
    final long startNs = System.nanoTime();
    for (long seed = FIRST; seed < FIRST + HISTORIES; seed++) {
      run(seed);
    }
    System.out.printf(
        "%d histories of whole clusters, %d requests, %d hours of their time in %d s: %s%n",
        HISTORIES,
        operations,
        virtualNs / 3_600_000_000_000L,
        (System.nanoTime() - startNs) / 1_000_000_000,
        traces);
    for (final Trace trace : Trace.values()) {
      assertTrue(traces.get(trace) > 0, trace + " was never left");
    }
  }

  private void run(final long seed) {
    final Verdict verdict;
    try {
      verdict = new Simulation(seed, EnumSet.allOf(Fault.class)).run();
    } catch (final RuntimeException fault) {
      throw new AssertionError("replay with -Dtally.simulation.seed=" + seed, fault);
    }
    if (!verdict.violations().isEmpty()) {
      fail(
          "replay with -Dtally.simulation.seed=%d: %s under %s"
              .formatted(seed, verdict.violations(), verdict.kinds()));
    }
    traces.addAll(verdict.traces());
    operations += verdict.operations();
    virtualNs += verdict.virtualNs();
  }
}
