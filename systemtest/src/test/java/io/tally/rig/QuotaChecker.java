package io.tally.rig;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * No more is admitted of a quota than there is. In any span of time that certainly holds some
 * admissions, not more than the quota allows for that span. Where it is one of windows, also not
 * more than the limit in each of them: the answers tell when a window ends, and so which of them
 * were given in the same one. Nor is more missing than was admitted: what a window holds and nobody
 * was told of was taken twice. Only what was certainly admitted is counted, and only where the
 * clients' clocks prove it.
 */
final class QuotaChecker {
  /** The time that is left of a window is rounded up to it. */
  private static final long ROUNDING_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final long toleranceNs;
  private final Map<String, String> firstByCounter = new LinkedHashMap<>();
  private long exceeded;
  private long doubled;

  /**
   * Creates a checker.
   *
   * @param toleranceNs by which the shard's clock may have been set, against that of the clients.
   */
  QuotaChecker(final long toleranceNs) {
    this.toleranceNs = toleranceNs;
  }

  /**
   * Looks at what was admitted by one counter while its shard lived under one clock.
   *
   * @param answers that admitted something.
   * @param open what the same counter may have admitted beside that.
   */
  void check(final List<Admission> answers, final List<OpenTake> open) {
    final List<Admission> admissions = once(answers);
    if (!admissions.isEmpty()) {
      checkSpans(admissions);
      if (!admissions.get(0).quota().isRate()) {
        checkWindows(admissions, open);
      }
    }
  }

  /** One for each key, of several the one that tells best when it was. */
  private List<Admission> once(final List<Admission> answers) {
    final Map<String, Admission> byKey = new HashMap<>();
    for (final Admission answer : answers) {
      final Admission other = byKey.get(answer.key());
      if (other == null) {
        byKey.put(answer.key(), answer);
      } else {
        if (other.used() != answer.used() || !other.replayed() && !answer.replayed()) {
          exceed(answer.cost(), answer, answer + " is not the answer of " + other);
        }
        final boolean isBetter = !answer.replayed() || answer.endNs() < other.endNs();
        byKey.put(answer.key(), other.replayed() && isBetter ? answer : other);
      }
    }
    return byKey.values().stream().sorted(Comparator.comparingLong(Admission::startNs)).toList();
  }

  private void checkSpans(final List<Admission> admissions) {
    long worst = 0;
    String where = "";
    for (int first = 0; first < admissions.size(); first++) {
      final long startNs = admissions.get(first).startNs();
      final List<Admission> byEnd =
          admissions.subList(first, admissions.size()).stream()
              .sorted(Comparator.comparingLong(Admission::endNs))
              .toList();
      long admitted = 0;
      for (final Admission last : byEnd) {
        admitted += last.cost();
        final long spanNs = last.endNs() - startNs + toleranceNs;
        final long tooMuch = admitted - last.quota().mostIn(spanNs);
        if (tooMuch > worst) {
          worst = tooMuch;
          where = last + ": " + admitted + " admitted within " + spanNs + " ns";
        }
      }
    }
    if (worst > 0) {
      exceed(worst, admissions.get(0), where);
    }
  }

  private void checkWindows(final List<Admission> admissions, final List<OpenTake> open) {
    final long windowNs = admissions.get(0).quota().windowNs();
    final List<Admission> dated =
        admissions.stream()
            .filter(a -> a.endNs() - a.startNs() + ROUNDING_NS + toleranceNs < windowNs / 2)
            .sorted(Comparator.comparingLong(QuotaChecker::latestEndNs))
            .toList();
    List<Admission> window = new ArrayList<>();
    long earlierEndNs = Long.MIN_VALUE;
    final List<List<Admission>> windows = new ArrayList<>();
    for (final Admission next : dated) {
      if (!window.isEmpty() && latestEndNs(next) - latestEndNs(window.get(0)) > windowNs / 2) {
        earlierEndNs = checkWindow(window, earlierEndNs);
        windows.add(window);
        window = new ArrayList<>();
      }
      window.add(next);
    }
    if (!window.isEmpty()) {
      checkWindow(window, earlierEndNs);
      windows.add(window);
      checkUntold(windows, admissions, open);
    }
  }

  /** What a window holds, and none of its answers has taken. */
  private static long untold(final List<Admission> window) {
    final long most = window.stream().mapToLong(Admission::used).max().orElse(0);
    return most - window.stream().mapToLong(Admission::cost).sum();
  }

  /** Only what nobody knows, or nobody can date, may be in windows beside what was told. */
  private void checkUntold(
      final List<List<Admission>> windows,
      final List<Admission> admissions,
      final List<OpenTake> open) {
    final Map<String, Long> costs = new HashMap<>();
    open.forEach(take -> costs.put(take.key(), take.cost()));
    admissions.forEach(admission -> costs.put(admission.key(), admission.cost()));
    windows.forEach(window -> window.forEach(admission -> costs.remove(admission.key())));
    final long most = costs.values().stream().mapToLong(Long::longValue).sum();
    final long untold = windows.stream().mapToLong(QuotaChecker::untold).sum();
    if (untold > most) {
      doubled += untold - most;
      final List<Admission> worst =
          windows.stream().max(Comparator.comparingLong(QuotaChecker::untold)).orElseThrow();
      final int next = windows.indexOf(worst);
      note(
          worst.get(0),
          untold
              + " more than was told, of which at most "
              + most
              + " is open: "
              + windows.subList(Math.max(0, next - 1), next + 1));
    }
  }

  /** Returns the time at which the window ended, or before. */
  private long checkWindow(final List<Admission> window, final long earlierEndNs) {
    final Quota quota = window.get(0).quota();
    final long admitted = window.stream().mapToLong(Admission::cost).sum();
    if (admitted > quota.limit()) {
      exceed(
          admitted - quota.limit(), window.get(0), admitted + " admitted in one window: " + window);
    }
    long taken = 0;
    for (final Admission next :
        window.stream().sorted(Comparator.comparingLong(Admission::used)).toList()) {
      if (next.used() - next.cost() < taken || next.used() > quota.limit()) {
        exceed(next.cost(), next, next + " took what belongs to others: " + window);
      }
      taken = next.used();
    }
    final long endsBeforeNs = window.stream().mapToLong(QuotaChecker::latestEndNs).min().orElse(0);
    final long endsAfterNs =
        window.stream().mapToLong(QuotaChecker::earliestEndNs).max().orElse(0) - toleranceNs;
    if (endsBeforeNs < endsAfterNs) {
      exceed(0, window.get(0), "one window with two ends: " + window);
    }
    if (earlierEndNs != Long.MIN_VALUE && endsBeforeNs - earlierEndNs < quota.windowNs()) {
      exceed(
          admitted,
          window.get(0),
          "a window that began before the one before had ended: " + window);
    }
    return endsAfterNs;
  }

  private static long latestEndNs(final Admission admission) {
    return admission.endNs() + TimeUnit.MILLISECONDS.toNanos(admission.ttlMs());
  }

  private static long earliestEndNs(final Admission admission) {
    return admission.startNs() + TimeUnit.MILLISECONDS.toNanos(admission.ttlMs()) - ROUNDING_NS;
  }

  private void exceed(final long by, final Admission where, final String what) {
    exceeded += by;
    note(where, what);
  }

  private void note(final Admission where, final String what) {
    firstByCounter.putIfAbsent(where.counter(), what);
  }

  /** How much was admitted that should not have been. */
  long exceeded() {
    return exceeded;
  }

  /** How much was taken of which nobody was told. */
  long doubled() {
    return doubled;
  }

  /** One for each counter, as the rest follows from it. */
  List<String> violations() {
    return firstByCounter.entrySet().stream()
        .map(first -> "QuotaChecker: " + first.getKey() + ": " + first.getValue())
        .toList();
  }
}
