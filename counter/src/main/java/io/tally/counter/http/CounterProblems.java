package io.tally.counter.http;

import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;

/** What can be wrong with a request to a counter, and why a counter refuses one. */
final class CounterProblems {
  static final ProblemType INVALID_ID =
      new ProblemType(
          "invalid-id",
          "Invalid counter id",
          "A counter id is one path segment of "
              + PathId.LENGTHS
              + " after one percent-decoding, without control"
              + " characters, and neither . nor .. alone.");

  static final ProblemType INVALID_AMOUNT =
      new ProblemType(
          "invalid-amount",
          "Invalid amount",
          "The amount is an integer from -9223372036854775808 to 9223372036854775807, without fraction or exponent."
              + " Nothing was counted.");

  static final ProblemType INVALID_BOUND =
      new ProblemType(
          "invalid-bound",
          "Invalid bound",
          "min and max are 64-bit integers, and min is not above max. saturate is true or false."
              + " Nothing was counted.");

  static final ProblemType INVALID_TTL =
      new ProblemType(
          "invalid-ttl",
          "Invalid time to live",
          "ttl_ms is a whole number of milliseconds from 1 to 3153600000000. For an increment, ttl is once or always, which"
              + " need ttl_ms, or none, which takes none. For a PUT, ttl is keep, which takes no ttl_ms. Nothing was"
              + " counted.");

  static final ProblemType INVALID_VALUE =
      new ProblemType(
          "invalid-value",
          "Invalid value",
          "A PUT needs a value: an integer from -9223372036854775808 to 9223372036854775807, without fraction or exponent."
              + " Nothing was changed.");

  static final ProblemType INVALID_LIMIT =
      new ProblemType(
          "invalid-limit",
          "Invalid limit",
          "A limit needs limit, 1 or more, and window_ms, from 1 to 3153600000000 milliseconds. cost is 0 or more, and burst"
              + " is 1 or more. All are integers without fraction or exponent. Nothing was counted.");

  static final ProblemType INVALID_ATOMIC =
      new ProblemType(
          "invalid-atomic",
          "Invalid atomic",
          "atomic is true if all items of a batch are to be applied or none, else false. Nothing was counted.");

  static final Refusal MIN_ABOVE_MAX = Refusal.of(INVALID_BOUND, 400, "min is above max");

  static final Refusal TTL_WITHOUT_MS =
      Refusal.of(INVALID_TTL, 400, "ttl is once or always, and ttl_ms is missing");

  static final Refusal NONE_WITH_MS =
      Refusal.of(INVALID_TTL, 400, "ttl is none, and ttl_ms is given");

  static final Refusal KEEP_WITH_MS =
      Refusal.of(INVALID_TTL, 400, "ttl is keep, and ttl_ms is given");

  static final Refusal OVERFLOW =
      Refusal.of(
          new ProblemType(
              "overflow",
              "Overflow",
              "The sum would leave the range of a signed 64-bit integer. The counter keeps its value."),
          409,
          "the sum is outside the range of 64 bits; the value is unchanged");

  static final Refusal KIND_MISMATCH =
      Refusal.of(
          new ProblemType(
              "kind-mismatch",
              "Kind mismatch",
              "A counter is either a number, or a limit with a burst. What was asked is for the other kind. Nothing was"
                  + " changed; DELETE ends a counter of either kind."),
          409,
          "the counter is of the other kind");

  /** Counters are never evicted: only a restart, a deletion or an expiry makes room for others. */
  static final Refusal MEMORY_LIMIT =
      Refusal.of(
          new ProblemType(
              "memory-limit",
              "Counter limit reached",
              "The counter would be new, and the server holds as many counters as it was given memory for. Counters that"
                  + " exist go on, and none is ever evicted. Room comes from counters that are deleted or expire, or from a"
                  + " restart with more memory or --max-counters."),
          503,
          "no room for another counter");

  private CounterProblems() {}
}
