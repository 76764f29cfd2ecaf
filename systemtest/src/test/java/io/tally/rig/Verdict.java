package io.tally.rig;

import io.tally.check.Checker;
import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.check.SettledChecker;
import io.tally.system.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the last values of all counters of a history and has each counter's history checked: what
 * is added, what is set, what a limit admitted, bounds, and what belongs together.
 */
final class Verdict {
  private static final int MAX_LINES = 20;
  private static final int MAX_OF_A_KIND = 4;

  private final RigCluster cluster;
  private final long startNs;
  private final List<Checker> checkers;
  private final List<String> violations = new ArrayList<>();
  private long acked;
  private long ended;
  private long unknown;
  private long refused;
  private long lost;
  private long doubled;
  private long exceeded;

  /**
   * Reads and judges.
   *
   * @param cluster to read from.
   * @param startNs of the load.
   * @param settledAfter longest time from a request to its last effect, as the clients measured it.
   * @param prefix of the counters.
   * @param records of the clients.
   */
  Verdict(
      final RigCluster cluster,
      final long startNs,
      final Duration settledAfter,
      final String prefix,
      final Records records)
      throws IOException {
    this.cluster = cluster;
    this.startNs = startNs;
    checkers = new ArrayList<>(Checker.all());
    checkers.add(new SettledChecker(settledAfter.toNanos()));
    final Map<String, List<Operation>> byCounter =
        records.operations().stream().collect(Collectors.groupingBy(Operation::key));
    final Map<String, List<Operation>> repetitions =
        records.repetitions().stream().collect(Collectors.groupingBy(Operation::key));
    final Map<String, List<Replacement>> replacements =
        records.replacements().stream().collect(Collectors.groupingBy(Replacement::counter));
    final Map<String, Answer> last = new HashMap<>();
    try (LastValues values = new LastValues(cluster)) {
      for (final String counter : byCounter.keySet()) {
        last.put(counter, values.of(counter));
      }
      for (final String counter : replacements.keySet()) {
        last.put(counter, values.of(counter));
      }
      final List<Listed> listed = new ArrayList<>(values.list(prefix));
      // Where an id begins with a tag, the prefix is in it.
      listed.addAll(values.list("{" + prefix));
      violations.addAll(ListChecker.check(listed, last));
    }
    byCounter.forEach(
        (counter, operations) ->
            judge(
                counter,
                operations,
                repetitions.getOrDefault(counter, List.of()),
                last.get(counter)));
    replacements.forEach((counter, requests) -> judgeSets(counter, requests, last.get(counter)));
    records.maxima().forEach((counter, max) -> judgeBounds(last.get(counter), max));
    judgeQuotas(records);
    violations.addAll(AtomicChecker.check(records.atomicWrites(), last));
    violations.addAll(records.complaints());
  }

  private void judgeSets(
      final String counter, final List<Replacement> requests, final Answer last) {
    final ReplacementChecker checker = new ReplacementChecker();
    final Launch living = life(counter, last);
    checker.check(
        counter,
        requests.stream().filter(request -> request.endNs() >= living.bornNs()).toList(),
        last.incarnation(),
        last.value());
    violations.addAll(checker.violations());
    lost += checker.lost();
    doubled += checker.doubled();
    for (final Replacement request : requests) {
      count(request.fate(), request.incarnation(), last);
    }
  }

  private void judgeBounds(final Answer last, final long max) {
    if (last.value() < 0 || last.value() > max) {
      violations.add(last + " is outside 0.." + max);
      exceeded += Math.max(-last.value(), last.value() - max);
    }
  }

  private void judgeQuotas(final Records records) {
    final QuotaChecker checker = new QuotaChecker(cluster.setup().clockTolerance().toNanos());
    records.admissions().stream()
        .collect(Collectors.groupingBy(Admission::counter))
        .forEach(
            (counter, own) -> {
              final List<Long> settings =
                  cluster.clockSettingsNs(cluster.placement().owner(counter));
              own.stream()
                  .filter(a -> settings.stream().noneMatch(ns -> isBetween(a, ns)))
                  .collect(
                      Collectors.groupingBy(
                          a ->
                              List.of(
                                  a.incarnation(),
                                  settings.stream().filter(ns -> a.startNs() > ns).count())))
                  .values()
                  .forEach(
                      admissions -> checker.check(admissions, open(admissions.get(0), records)));
            });
    violations.addAll(checker.violations());
    exceeded += checker.exceeded();
    doubled += checker.doubled();
  }

  /** What the counter may hold beside what its life admitted under one clock. */
  private static List<OpenTake> open(final Admission of, final Records records) {
    final Stream<OpenTake> underOtherClocks =
        records.admissions().stream()
            .filter(a -> a.incarnation() == of.incarnation())
            .map(a -> new OpenTake(a.counter(), a.cost(), a.key()));
    return Stream.concat(records.openTakes().stream(), underOtherClocks)
        .filter(take -> take.counter().equals(of.counter()))
        .toList();
  }

  private static boolean isBetween(final Admission admission, final long timeNs) {
    return admission.startNs() <= timeNs && timeNs <= admission.endNs();
  }

  /** The life that gave this answer. */
  private Launch life(final String counter, final Answer last) {
    return cluster.launches(cluster.placement().owner(counter)).stream()
        .filter(launch -> launch.incarnation() == last.incarnation())
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(counter + " was read from an unknown incarnation: " + last));
  }

  private void judge(
      final String counter,
      final List<Operation> operations,
      final List<Operation> repetitions,
      final Answer last) {
    final List<Life> lives = new ArrayList<>();
    for (final Launch launch : cluster.launches(cluster.placement().owner(counter))) {
      if (launch.diedNs() >= startNs) {
        final boolean isAlive = launch.diedNs() == Long.MAX_VALUE;
        lives.add(
            new Life(
                counter,
                launch.incarnation(),
                launch.bornNs(),
                launch.diedNs(),
                isAlive,
                isAlive ? last.value() : 0));
        if (isAlive && launch.incarnation() != last.incarnation()) {
          violations.add(counter + " was read from an unknown incarnation: " + last);
        }
      }
    }
    final List<Operation> all = new ArrayList<>(operations);
    all.addAll(repetitions);
    violations.addAll(Checker.checkAll(new History(all, lives), checkers));
    count(operations, last);
  }

  private void count(final List<Operation> operations, final Answer last) {
    final List<Operation> writes = operations.stream().filter(Operation::write).toList();
    for (final Operation write : writes) {
      count(write.fate(), write.incarnation(), last);
    }
    final Balance balance = Balance.of(writes, last);
    lost += balance.lost();
    doubled += balance.doubled();
  }

  private void count(final Fate fate, final long incarnation, final Answer last) {
    switch (fate) {
      case APPLIED -> {
        if (incarnation == last.incarnation()) {
          acked++;
        } else {
          ended++;
        }
      }
      case NOT_APPLIED -> refused++;
      case UNKNOWN -> unknown++;
    }
  }

  long acked() {
    return acked;
  }

  long ended() {
    return ended;
  }

  long refused() {
    return refused;
  }

  long unknown() {
    return unknown;
  }

  long lost() {
    return lost;
  }

  long doubled() {
    return doubled;
  }

  /** What was admitted beyond a limit, and what a value is beyond a bound. */
  long exceeded() {
    return exceeded;
  }

  /** Some of each kind. */
  List<String> violations() {
    final Map<String, Integer> counts = new HashMap<>();
    return violations.stream()
        .filter(line -> counts.merge(line.split("[: ]", 2)[0], 1, Integer::sum) <= MAX_OF_A_KIND)
        .limit(MAX_LINES)
        .toList();
  }
}
