package io.tally.testkit;

import io.tally.check.Checker;
import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.IncarnationChecker;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.check.SettledChecker;
import io.tally.engine.Outcome;
import io.tally.engine.internal.MessageLengths;
import io.tally.testkit.ShardLives.ShardLife;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Writes a history down, and judges it in the end. */
final class Recorder {
  private static final Set<Fault> PLANNED_STOPS = EnumSet.of(Fault.PLANNED_STOPS, Fault.SNAPSHOTS);

  private static final Set<Fault> STOPS =
      EnumSet.of(Fault.PLANNED_STOPS, Fault.CUT_STOPS, Fault.SNAPSHOTS, Fault.COPIED_DIRECTORIES);

  private final World world;
  private final Settings settings;
  private final Traces traces;
  private final List<String> violations;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Life> lives = new ArrayList<>();
  private final Set<Request> applied = new HashSet<>();
  private final Set<String> lifeNames = new HashSet<>();
  private final Predicate<Request> isOwnerBack;
  private int unknowns;
  private int needlessUnknowns;
  private boolean rolledBack;

  Recorder(
      final World world,
      final Settings settings,
      final Traces traces,
      final List<String> violations,
      final Predicate<Request> isOwnerBack) {
    this.world = world;
    this.settings = settings;
    this.traces = traces;
    this.violations = violations;
    this.isOwnerBack = isOwnerBack;
  }

  /** From now on keys may be remembered that their clients hold for forgotten. */
  void onRolledBack() {
    rolledBack = true;
  }

  int operationCount() {
    return operations.size();
  }

  boolean isApplied(final Request request) {
    return applied.contains(request);
  }

  void onOutcome(final Request request, final Outcome outcome) {
    if (outcome.isUnknown()) {
      onUnknown(request);
    }
    if (outcome == Outcome.UNSUPPORTED) {
      traces.add(Trace.UNSUPPORTED_ANSWERS);
    }
    if (outcome == Outcome.KEY_MISMATCH && !rolledBack) {
      violations.add("keys: that of another request was found for " + request.entity.name());
    }
    if (outcome == Outcome.INVALID) {
      violations.add("versions: a message was sent to a node that does not know it");
    }
  }

  private void onUnknown(final Request request) {
    unknowns++;
    if (isOwnerBack.test(request)) {
      needlessUnknowns++;
    }
  }

  /** A request whose client gave up too early says nothing about the cluster. */
  void onUnanswered(final Request request, final boolean patienceEnded) {
    if (!patienceEnded || world.nowNs() - request.startNs > 2 * settings.requestTimeoutNs()) {
      onUnknown(request);
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
      if (request.memoLength > MessageLengths.SHORT_COMMAND_BOUND) {
        traces.add(Trace.LONG_MESSAGES);
      }
    }
    final long now = world.stamp();
    // Until it is settled, a copy may still take effect.
    final long end =
        fate == Fate.UNKNOWN ? Math.max(now, request.startStamp + settings.settleNs()) : now;
    operations.add(
        new Operation(
            request.entity.name(),
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

  /**
   * Notes what is left of a process, which has ended, or lives on beyond the history: all lives of
   * its shards, but for those that go on where its directory is started from next.
   */
  void onLives(final SimulatedProcess process, final boolean livesOn) {
    if (!process.data().isUsed()) {
      return;
    }
    final long ended = livesOn ? Long.MAX_VALUE : world.stamp();
    for (final ShardLife life : process.node().shards().lives().all()) {
      if (!process.data().directory().isResting(life.shardId, life.incarnation)) {
        final long died = Math.min(ended, life.diedStamp);
        process
            .node()
            .shards()
            .valuesOf(life)
            .forEach(
                (name, value) ->
                    onLife(name, life.incarnation, life.bornStamp, died, value, life.bornValues));
      }
    }
  }

  /** Notes lives that nobody goes on with, or not within this history. */
  void onResting(final DataDirectory directory, final boolean livesOn) {
    if (directory.clean() != null) {
      final long died = livesOn ? Long.MAX_VALUE : world.stamp();
      for (final SavedShard shard : directory.clean().shards()) {
        shard
            .values()
            .forEach(
                (name, value) ->
                    onLife(
                        name,
                        shard.incarnation(),
                        shard.bornStamp(),
                        died,
                        value,
                        shard.bornValues()));
      }
    }
  }

  private void onLife(
      final String name,
      final long incarnation,
      final long born,
      final long died,
      final long value,
      final Map<String, Long> bornValues) {
    if (!lifeNames.add(name + "@" + incarnation)) {
      violations.add("incarnations: two lives have the same one");
    }
    lives.add(
        new Life(name, incarnation, born, died, true, value, bornValues.getOrDefault(name, 0L)));
  }

  void judge(final Faults faults) {
    if (unknowns > 0 && onlyPlannedStops(faults)) {
      violations.add("stop: " + unknowns + " requests ended unknown, and all stops were planned");
    }
    if (needlessUnknowns > 0
        && settings.isPatient()
        && settings.keepsState()
        && onlyStops(faults)) {
      violations.add(
          "restart: "
              + needlessUnknowns
              + " requests ended unknown although the owner of their shard came back in time");
    }
    if (settings.keepsState()
        && onlyStops(faults)
        && lives.stream().map(Life::key).distinct().count() < lives.size()) {
      violations.add("restart: a shard has lost its state, and all stops were planned");
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
    return PLANNED_STOPS.containsAll(faults.kinds());
  }

  private static boolean onlyStops(final Faults faults) {
    return STOPS.containsAll(faults.kinds());
  }
}
