package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.engine.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories under random faults. A failing seed is printed; {@code
 * -Dtally.simulation.seed=<seed>} runs that one alone, {@code -Dtally.simulation.histories=<count>}
 * and {@code -Dtally.simulation.first=<seed>} other ones.
 */
@Timeout(600)
final class SimulationTest {
  private static final int HISTORIES = Integer.getInteger("tally.simulation.histories", 10_000);
  private static final long FIRST = Long.getLong("tally.simulation.first", 1);
  private static final Long ONLY = Long.getLong("tally.simulation.seed");

  @Test
  void shouldKeepEveryPromiseUnderRandomFaults() {
    if (ONLY != null) {
      new Run().run(ONLY);
      return;
    }
    final Run run = new Run();
    for (long seed = FIRST; seed < FIRST + HISTORIES; seed++) {
      run.run(seed);
    }
    run.assertFaultsLeftTraces();
    System.out.println(run);
  }

  private static final class Run {
    private final Map<EngineCounter, Long> totals = new EnumMap<>(EngineCounter.class);
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private long operations;
    private long restarts;
    private long moves;
    private long watchedValues;
    private long lostWatches;

    void run(final long seed) {
      final Simulation simulation = new Simulation(seed, new Mutant());
      final List<String> violations;
      try {
        violations = simulation.run();
      } catch (final RuntimeException fault) {
        throw new AssertionError("replay with -Dtally.simulation.seed=" + seed, fault);
      }
      if (!violations.isEmpty()) {
        fail("replay with -Dtally.simulation.seed=" + seed + ": " + violations);
      }
      operations += simulation.operationCount();
      restarts += simulation.restarts();
      moves += simulation.moves();
      watchedValues += simulation.watchedValueCount();
      lostWatches += simulation.lostWatchCount();
      simulation.totals().forEach((counter, count) -> totals.merge(counter, count, Long::sum));
      simulation.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Long::sum));
    }

    void assertFaultsLeftTraces() {
      for (final EngineCounter counter :
          List.of(
              EngineCounter.REJECTED_PENDING_FULL,
              EngineCounter.REJECTED_BUSY,
              EngineCounter.REJECTED_NO_OWNER,
              EngineCounter.REJECTED_UNSUPPORTED,
              EngineCounter.TIMED_OUT,
              EngineCounter.REPLIES_LATE,
              EngineCounter.LANE_RETRIES,
              EngineCounter.LANE_DUPLICATES,
              EngineCounter.LANE_STALE,
              EngineCounter.WRONG_INCARNATION,
              EngineCounter.EXPIRED,
              EngineCounter.RECEIVED_BUSY,
              EngineCounter.INCARNATION_CHANGES,
              EngineCounter.IDEMPOTENT_REPLAYS,
              EngineCounter.SHARD_STANDS_STILL,
              EngineCounter.WATCHES_REGISTERED,
              EngineCounter.WATCHES_REFUSED,
              EngineCounter.WATCH_EVENTS_SENT,
              EngineCounter.WATCH_EVENTS_DROPPED)) {
        assertTrue(totals.get(counter) > 0, counter + " left no trace");
      }
      assertTrue(restarts > 0, "no restart");
      assertTrue(moves > 0, "no shard was replaced");
      assertTrue(watchedValues > HISTORIES, "too little watched");
      assertTrue(lostWatches > 0, "no watch was lost");
      assertTrue(outcomes.get(Outcome.ANSWERED) > operations / 2, "too few answers: " + outcomes);
    }

    @Override
    public String toString() {
      return operations
          + " requests, "
          + restarts
          + " restarts, "
          + moves
          + " moves, "
          + watchedValues
          + " values watched, "
          + lostWatches
          + " times lost, "
          + outcomes
          + ", "
          + totals;
    }
  }
}
