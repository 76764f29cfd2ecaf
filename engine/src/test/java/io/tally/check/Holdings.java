package io.tally.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who held what, and when, by one clock: nothing is held twice at a time, and a later holder has a
 * greater token. A holder counts on what it was granted from the answer on, for the time that it
 * asked for, but from when it asked. Any thread.
 */
public final class Holdings {
  private final Map<String, List<Holding>> byName = new TreeMap<>();
  private final boolean incarnationsRise;

  /**
   * Begins without any.
   *
   * @param incarnationsRise whether a later incarnation is a greater one, so that tokens of several
   *     can be compared. It may be lower where a clock was set back, and nobody remembers an
   *     earlier one.
   */
  public Holdings(final boolean incarnationsRise) {
    this.incarnationsRise = incarnationsRise;
  }

  /** What one holder holds. */
  public static final class Holding {
    private final long incarnation;
    private final long number;
    private final long fromNs;
    private long untilNs;

    private Holding(
        final long incarnation, final long number, final long fromNs, final long untilNs) {
      this.incarnation = incarnation;
      this.number = number;
      this.fromNs = fromNs;
      this.untilNs = untilNs;
    }

    private boolean isBefore(final Holding other) {
      return incarnation < other.incarnation
          || incarnation == other.incarnation && number < other.number;
    }

    @Override
    public String toString() {
      return incarnation + "-" + number + " from " + fromNs + " to " + untilNs;
    }
  }

  /**
   * Something was granted.
   *
   * @param name of what is held.
   * @param incarnation first part of the token.
   * @param number second part of the token.
   * @param fromNs when the holder was told.
   * @param untilNs when it ends, unless more is said of it.
   * @return the holding.
   */
  public synchronized Holding granted(
      final String name,
      final long incarnation,
      final long number,
      final long fromNs,
      final long untilNs) {
    final Holding holding = new Holding(incarnation, number, fromNs, untilNs);
    byName.computeIfAbsent(name, fresh -> new ArrayList<>()).add(holding);
    return holding;
  }

  /**
   * The holder holds it for longer, or gives it up.
   *
   * @param holding that has not ended.
   * @param untilNs when it ends now.
   */
  public synchronized void endsAt(final Holding holding, final long untilNs) {
    holding.untilNs = untilNs;
  }

  /**
   * When a holding ends.
   *
   * @param holding as it is now.
   * @return the time.
   */
  public synchronized long endOf(final Holding holding) {
    return holding.untilNs;
  }

  /**
   * Number of holdings.
   *
   * @return the number.
   */
  public synchronized int count() {
    return byName.values().stream().mapToInt(List::size).sum();
  }

  /**
   * What was not as it has to be.
   *
   * @return each in one line.
   */
  public synchronized List<String> violations() {
    final List<String> violations = new ArrayList<>();
    byName.forEach((name, holdings) -> judge(name, holdings, violations));
    return violations;
  }

  private void judge(
      final String name, final List<Holding> holdings, final List<String> violations) {
    final List<Holding> inOrder = new ArrayList<>(holdings);
    // One that ended before its holder was told of it was never held.
    inOrder.sort(Comparator.comparingLong(holding -> holding.fromNs));
    final Set<String> tokens = new HashSet<>();
    Holding before = null;
    Holding longest = null;
    for (final Holding holding : inOrder) {
      if (!tokens.add(holding.incarnation + "-" + holding.number)) {
        violations.add("token: given twice for " + name + ": " + holding);
      }
      if (holding.untilNs <= holding.fromNs) {
        continue;
      }
      if (longest != null && holding.fromNs < longest.untilNs) {
        violations.add("holders: two of " + name + ": " + longest + " and " + holding);
      }
      if (before != null
          && (incarnationsRise || before.incarnation == holding.incarnation)
          && !before.isBefore(holding)) {
        violations.add("token: not above the one before for " + name + ": " + holding);
      }
      before = holding;
      longest = longest == null || longest.untilNs < holding.untilNs ? holding : longest;
    }
  }
}
