package io.tally.counter.http;

import io.tally.counter.CounterRequest;
import io.tally.http.IntegerParameter;
import io.tally.http.Parameter;
import io.tally.http.RateLimit;
import io.tally.http.Request;

/** The body of a limit. */
final class LimitBody {
  private static final int LIMIT = 0;
  private static final int WINDOW_MS = 1;
  private static final int COST = 2;
  private static final int BURST = 3;

  private static final Parameter[] MEMBERS = {
    IntegerParameter.required("limit", 1, Long.MAX_VALUE, CounterProblems.INVALID_LIMIT),
    IntegerParameter.required(
        "window_ms", 1, CounterRequest.MAX_DURATION_MS, CounterProblems.INVALID_LIMIT),
    IntegerParameter.member("cost", 0, Long.MAX_VALUE, 1, CounterProblems.INVALID_LIMIT),
    IntegerParameter.optional("burst", 1, Long.MAX_VALUE, CounterProblems.INVALID_LIMIT)
  };

  private LimitBody() {}

  static Parameter[] members() {
    return MEMBERS.clone();
  }

  static void read(final Request given, final CounterRequest into) {
    final long limit = given.member(LIMIT);
    final long windowMs = given.member(WINDOW_MS);
    if (given.hasMember(BURST)) {
      into.rate(limit, windowMs, given.member(BURST));
    } else {
      into.window(limit, windowMs);
    }
    into.cost(given.member(COST));
  }

  /** Says of the answer what the request asks for. */
  static void policy(final Request given, final RateLimit into) {
    into.policy(given.member(LIMIT), given.member(WINDOW_MS));
  }
}
