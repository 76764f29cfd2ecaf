package io.tally.counter.http;

import io.tally.counter.CounterRequest;
import io.tally.http.FlagParameter;
import io.tally.http.IntegerParameter;
import io.tally.http.ItemList;
import io.tally.http.Parameter;
import io.tally.http.Refusal;
import io.tally.http.Request;
import io.tally.http.WordParameter;

/** The body of an increment. */
final class IncrementBody {
  private static final int AMOUNT = 0;
  private static final int MIN = 1;
  private static final int MAX = 2;
  private static final int SATURATE = 3;
  private static final int TTL_MS = 4;
  private static final int TTL = 5;

  private static final int ONCE = 0;
  private static final int ALWAYS = 1;

  private static final Parameter[] MEMBERS = {
    IntegerParameter.member(
        "amount", Long.MIN_VALUE, Long.MAX_VALUE, 1, CounterProblems.INVALID_AMOUNT),
    bound("min"),
    bound("max"),
    FlagParameter.member("saturate", CounterProblems.INVALID_BOUND),
    IntegerParameter.optional(
        "ttl_ms", 1, CounterRequest.MAX_DURATION_MS, CounterProblems.INVALID_TTL),
    WordParameter.member("ttl", CounterProblems.INVALID_TTL, "once", "always", "none")
  };

  private static final Refusal[] REFUSALS = {
    CounterProblems.MIN_ABOVE_MAX, CounterProblems.TTL_WITHOUT_MS, CounterProblems.NONE_WITH_MS
  };

  private IncrementBody() {}

  private static IntegerParameter bound(final String name) {
    return IntegerParameter.optional(
        name, Long.MIN_VALUE, Long.MAX_VALUE, CounterProblems.INVALID_BOUND);
  }

  static Parameter[] members() {
    return MEMBERS.clone();
  }

  static Refusal[] refusals() {
    return REFUSALS.clone();
  }

  static long amount(final Request given) {
    return given.member(AMOUNT);
  }

  /** The amount of an item. */
  static long amount(final ItemList items, final int item) {
    return items.member(item, AMOUNT);
  }

  /** Whether nothing but the amount is given. */
  static boolean isPlain(final Request given) {
    return isPlain(given.membersGiven());
  }

  /** Whether nothing but the amount is among the members given. */
  static boolean isPlain(final long membersGiven) {
    return membersGiven >>> MIN == 0;
  }

  /** Reads the body; returns what is wrong with it, or null. */
  static Refusal read(final Request given, final CounterRequest into) {
    into.amount(given.member(AMOUNT));
    final boolean hasMin = given.hasMember(MIN);
    final boolean hasMax = given.hasMember(MAX);
    if (hasMin && hasMax && given.member(MIN) > given.member(MAX)) {
      return CounterProblems.MIN_ABOVE_MAX;
    }
    if (hasMin) {
      into.min(given.member(MIN));
    } else if (given.hasMember(SATURATE) && !hasMax) {
      // The bounds are then those of 64 bits: what leaves them is not applied, and no overflow.
      into.min(Long.MIN_VALUE);
    }
    if (hasMax) {
      into.max(given.member(MAX));
    }
    into.saturate(given.member(SATURATE) == 1);
    return readTtl(given, into);
  }

  private static Refusal readTtl(final Request given, final CounterRequest into) {
    final boolean hasMs = given.hasMember(TTL_MS);
    if (!given.hasMember(TTL) && !hasMs) {
      return null;
    }
    final long ms = given.member(TTL_MS);
    final long word = given.member(TTL);
    if (word != ONCE && word != ALWAYS) {
      into.clearTtl();
      return hasMs ? CounterProblems.NONE_WITH_MS : null;
    }
    if (!hasMs) {
      return CounterProblems.TTL_WITHOUT_MS;
    }
    if (word == ONCE) {
      into.ttlOnce(ms);
    } else {
      into.ttlAlways(ms);
    }
    return null;
  }
}
