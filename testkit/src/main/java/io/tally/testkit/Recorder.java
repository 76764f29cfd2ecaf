package io.tally.testkit;

import io.tally.check.Checker;
import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.IncarnationChecker;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.check.SettledChecker;
import io.tally.engine.Outcome;
import io.tally.testkit.ShardLives.ShardLife;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes a history down, and judges it in the end. */
final class Recorder {
  private final World world;
  private final Settings settings;
  private final Traces traces;
  private final List<String> violations;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Life> lives = new ArrayList<>();
  private final Set<Request> applied = new HashSet<>();
  private List<Counter> counters = List.of();
  private int unknowns;

  Recorder(
      final World world,
      final Settings settings,
      final Traces traces,
      final List<String> violations) {
    this.world = world;
    this.settings = settings;
    this.traces = traces;
    this.violations = violations;
  }

  void counters(final List<Counter> all) {
    counters = all;
  }

  int operationCount() {
    return operations.size();
  }

  boolean isApplied(final Request request) {
    return applied.contains(request);
  }

  void onOutcome(final Request request, final Outcome outcome) {
    if (outcome.isUnknown()) {
      unknowns++;
    }
    if (outcome == Outcome.KEY_MISMATCH) {
      violations.add("keys: that of another request was found for " + request.counter.name());
    }
  }

  /** A request whose client gave up too early says nothing about the cluster. */
  void onUnanswered(final Request request, final boolean patienceEnded) {
    if (!patienceEnded || world.nowNs() - request.startNs > 2 * settings.requestTimeoutNs()) {
      unknowns++;
    }
  }

  void onEnd(
      final Request request,
      final Fate fate,
      final long value,
      final long shardIncarnation,
      final boolean replayed) {
    if (fate == Fate.APPLIED) {
      applied.add(request);
    }
    final long now = world.stamp();
    // Until it is settled, a copy may still take effect.
    final long end =
        fate == Fate.UNKNOWN ? Math.max(now, request.startStamp + settings.settleNs()) : now;
    operations.add(
        new Operation(
            request.counter.name(),
            request.write,
            request.amount,
            request.key == null ? "" : request.key.nameInHistory(),
            request.startStamp,
            end,
            fate,
            value,
            shardIncarnation,
            replayed));
  }

  /** Notes what is left of a process, which has ended, or lives on beyond the history. */
  void onLife(final SimulatedProcess process, final boolean livesOn) {
    if (process.node().engine() == null) {
      return;
    }
    final long died = livesOn ? Long.MAX_VALUE : world.stamp();
    for (final Counter counter : counters) {
      for (final ShardLife life : process.node().lives().all()) {
        if (life.shardId == counter.shardId()) {
          onLife(counter, life, Math.min(died, life.diedStamp));
        }
      }
    }
  }

  private void onLife(final Counter counter, final ShardLife life, final long died) {
    if (lives.stream()
        .anyMatch(
            other ->
                other.key().equals(counter.name()) && other.incarnation() == life.incarnation)) {
      violations.add("incarnations: two lives have the same one");
    }
    lives.add(
        new Life(
            counter.name(),
            life.incarnation,
            life.bornStamp,
            died,
            true,
            Counters.value(counter, life.service)));
  }

  void judge(final Faults faults) {
    if (unknowns > 0 && onlyPlannedStops(faults)) {
      violations.add("stop: " + unknowns + " requests ended unknown, and all stops were planned");
    }
    final History history = new History(operations, lives);
    final List<Checker> checkers = new ArrayList<>(Checker.all());
    if (faults.kinds().contains(Fault.TWINS) || faults.kinds().contains(Fault.WALL_CLOCKS)) {
      // Without leases one that stood still while another took its place answers until it hears it;
      // and nothing but clocks and peers, which may be young, says what came before.
      checkers.removeIf(IncarnationChecker.class::isInstance);
    }
    checkers.add(new SettledChecker(settings.settleNs()));
    for (final Checker checker : checkers) {
      for (final String violation : checker.check(history)) {
        violations.add(checker.getClass().getSimpleName() + ": " + violation);
      }
    }
  }

  private static boolean onlyPlannedStops(final Faults faults) {
    return faults.kinds().stream().allMatch(fault -> fault == Fault.PLANNED_STOPS);
  }
}
