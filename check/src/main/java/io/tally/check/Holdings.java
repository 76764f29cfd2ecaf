package io.tally.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
  private final Map<Token, Holding> byToken = new HashMap<>();
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

  private record Token(String name, long incarnation, long number) {
    boolean isBefore(final Token other) {
      return incarnation < other.incarnation
          || incarnation == other.incarnation && number < other.number;
    }

    @Override
    public String toString() {
      return incarnation + "-" + number;
    }
  }

  /** What one holder holds. */
  private static final class Holding {
    private final Token token;
    private final long fromNs;
    private long untilNs;
    private long releasedNs = Long.MAX_VALUE;

    private Holding(final Token token, final long fromNs, final long untilNs) {
      this.token = token;
      this.fromNs = fromNs;
      this.untilNs = untilNs;
    }

    private long endNs() {
      return Math.min(untilNs, releasedNs);
    }

    @Override
    public String toString() {
      return token + " from " + fromNs + " to " + endNs();
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
   */
  public synchronized void granted(
      final String name,
      final long incarnation,
      final long number,
      final long fromNs,
      final long untilNs) {
    final Token token = new Token(name, incarnation, number);
    final Holding holding = new Holding(token, fromNs, untilNs);
    byName.computeIfAbsent(name, fresh -> new ArrayList<>()).add(holding);
    byToken.put(token, holding);
  }

  /**
   * The holder was told that it holds it for longer; never that it ends earlier.
   *
   * @param name of what was granted.
   * @param incarnation first part of the token.
   * @param number second part of the token.
   * @param untilNs when it ends now.
   */
  public synchronized void renewed(
      final String name, final long incarnation, final long number, final long untilNs) {
    final Holding holding = byToken.get(new Token(name, incarnation, number));
    holding.untilNs = Math.max(holding.untilNs, untilNs);
  }

  /**
   * The holder counts on it no longer, whatever it is told after that.
   *
   * @param name of what was granted.
   * @param incarnation first part of the token.
   * @param number second part of the token.
   * @param atNs when it asked for its release, or gave it up.
   */
  public synchronized void released(
      final String name, final long incarnation, final long number, final long atNs) {
    final Holding holding = byToken.get(new Token(name, incarnation, number));
    holding.releasedNs = Math.min(holding.releasedNs, atNs);
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
    final Set<Token> tokens = new HashSet<>();
    Holding before = null;
    Holding longest = null;
    for (final Holding holding : inOrder) {
      if (!tokens.add(holding.token)) {
        violations.add("token: given twice for " + name + ": " + holding);
      }
      if (holding.endNs() <= holding.fromNs) {
        continue;
      }
      if (longest != null && holding.fromNs < longest.endNs()) {
        violations.add("holders: two of " + name + ": " + longest + " and " + holding);
      }
      if (before != null
          && (incarnationsRise || before.token.incarnation == holding.token.incarnation)
          && !before.token.isBefore(holding.token)) {
        violations.add("token: not above the one before for " + name + ": " + holding);
      }
      before = holding;
      longest = longest == null || longest.endNs() < holding.endNs() ? holding : longest;
    }
  }
}
