package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.testkit.ServiceHistory.Applied;
import io.tally.testkit.ServiceHistory.Call;
import io.tally.testkit.ServiceHistory.Life;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How often writes may have run in each life of a shard, by what their clients know. Requests with
 * one key are one write. Writes that ask the same of an entity are not told apart, so they are
 * counted together. A refusal that does not stand under its key may run again, but for each request
 * once.
 */
final class RunCounts<C, A> {
  private record Ask<C>(String id, C call) {}

  private record Run<C>(long incarnation, Ask<C> ask) {}

  /** Answered as run for this very request. */
  private final Map<Run<C>, Integer> least = new HashMap<>();

  /** Answered, and nobody is in doubt about a copy. */
  private final Map<Run<C>, Integer> certain = new HashMap<>();

  /** May have run once in any life. */
  private final Map<Ask<C>, Integer> doubtful = new HashMap<>();

  /** Requests of which a copy may have left. */
  private final Map<Ask<C>, Integer> requests = new HashMap<>();

  private final Predicate<C> isWrite;

  RunCounts(final List<Call<C, A>> calls, final Predicate<C> isWrite) {
    this.isWrite = isWrite;
    final Map<Boolean, List<Call<C, A>>> byKey =
        calls.stream()
            .filter(call -> isWrite.test(call.call()))
            .collect(Collectors.partitioningBy(call -> call.key().isEmpty()));
    byKey.get(true).forEach(call -> add(List.of(call)));
    byKey.get(false).stream().collect(Collectors.groupingBy(Call::key)).values().forEach(this::add);
  }

  /** All requests for one write. */
  private void add(final Collection<Call<C, A>> requests) {
    final Set<Long> ranIn = new HashSet<>();
    final Set<Long> answeredBy = new HashSet<>();
    boolean isDoubtful = false;
    Ask<C> ask = null;
    for (final Call<C, A> request : requests) {
      ask = new Ask<>(request.id(), request.call());
      isDoubtful |= request.fate() == Fate.UNKNOWN;
      if (request.fate() != Fate.NOT_APPLIED) {
        this.requests.merge(ask, 1, Integer::sum);
      }
      if (request.fate() == Fate.APPLIED) {
        answeredBy.add(request.incarnation());
        if (!request.replayed()) {
          ranIn.add(request.incarnation());
        }
      }
    }
    for (final long incarnation : ranIn) {
      least.merge(new Run<>(incarnation, ask), 1, Integer::sum);
    }
    if (isDoubtful) {
      doubtful.merge(ask, 1, Integer::sum);
    } else {
      for (final long incarnation : answeredBy) {
        certain.merge(new Run<>(incarnation, ask), 1, Integer::sum);
      }
    }
  }

  /** Compares that with what ran. */
  void check(final List<Life<C, A>> lives, final Consumer<String> violations) {
    final Map<Run<C>, Integer> all = new HashMap<>();
    final Map<Run<C>, Integer> kept = new HashMap<>();
    for (final Life<C, A> life : lives) {
      for (final Applied<C, A> applied : life.applied()) {
        final Run<C> run = new Run<>(life.incarnation(), new Ask<>(applied.id(), applied.call()));
        if (isWrite.test(applied.call())) {
          all.merge(run, 1, Integer::sum);
          kept.merge(run, applied.isKept() ? 1 : 0, Integer::sum);
        }
      }
    }
    all.forEach(
        (run, count) -> {
          final int most = requests.getOrDefault(run.ask, 0);
          if (count > most) {
            violations.accept("runs: " + count + " of " + run + " for " + most + " requests");
          }
        });
    kept.forEach(
        (run, count) -> {
          final int most = certain.getOrDefault(run, 0) + doubtful.getOrDefault(run.ask, 0);
          if (count > most) {
            violations.accept("runs: " + count + " of " + run + " where clients allow " + most);
          }
        });
    least.forEach(
        (run, count) -> {
          final int ran = all.getOrDefault(run, 0);
          if (ran < count) {
            violations.accept("runs: " + ran + " of " + run + " where clients know of " + count);
          }
        });
  }
}
