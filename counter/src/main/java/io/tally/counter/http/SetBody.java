package io.tally.counter.http;

import io.tally.counter.CounterRequest;
import io.tally.http.IntegerParameter;
import io.tally.http.Parameter;
import io.tally.http.Refusal;
import io.tally.http.Request;
import io.tally.http.WordParameter;

/** The body of a PUT. */
final class SetBody {
  private static final int VALUE = 0;
  private static final int TTL_MS = 1;
  private static final int TTL = 2;

  private static final Parameter[] MEMBERS = {
    IntegerParameter.required(
        "value", Long.MIN_VALUE, Long.MAX_VALUE, CounterProblems.INVALID_VALUE),
    IntegerParameter.optional(
        "ttl_ms", 1, CounterRequest.MAX_DURATION_MS, CounterProblems.INVALID_TTL),
    WordParameter.member("ttl", CounterProblems.INVALID_TTL, "keep")
  };

  private SetBody() {}

  static Parameter[] members() {
    return MEMBERS.clone();
  }

  static Refusal[] refusals() {
    return new Refusal[] {CounterProblems.KEEP_WITH_MS};
  }

  /** Reads the body; returns what is wrong with it, or null. */
  static Refusal read(final Request given, final CounterRequest into) {
    into.value(given.member(VALUE));
    final boolean hasMs = given.hasMember(TTL_MS);
    if (given.hasMember(TTL)) {
      into.keepTtl();
      return hasMs ? CounterProblems.KEEP_WITH_MS : null;
    }
    if (hasMs) {
      into.ttlAlways(given.member(TTL_MS));
    } else {
      into.clearTtl();
    }
    return null;
  }
}
