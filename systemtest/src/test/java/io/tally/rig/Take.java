package io.tally.rig;

import io.tally.check.Fate;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;

/** Takes a part of a quota, if there is so much left. */
record Take(String counter, Quota quota, long cost) implements Call {
  private static final int REFUSED = 429;

  @Override
  public Kind kind() {
    return quota.isRate() ? Kind.BURST_LIMIT : Kind.WINDOW_LIMIT;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.request(
        "POST",
        "/counter/" + counter + "/limit",
        "{" + quota.members() + ",\"cost\":" + cost + "}",
        key);
  }

  /** A refusal is as good an answer as any: had an earlier request taken it, it would say so. */
  @Override
  public Fate fate(final Answer answer) {
    return isDeclined(answer) ? Fate.APPLIED : Call.super.fate(answer);
  }

  @Override
  public boolean isDeclined(final Answer answer) {
    return answer.status() == REFUSED;
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    if (!attempt.applied() || !isDeclined(attempt.answer())) {
      record(counter, quota, cost, attempt, records);
    }
  }

  /** What was taken, or may have been. */
  static void record(
      final String counter,
      final Quota quota,
      final long cost,
      final Attempt attempt,
      final Records records) {
    if (attempt.fate() == Fate.UNKNOWN) {
      records.add(new OpenTake(counter, cost, attempt.key()));
    } else if (attempt.applied()) {
      records.add(
          new Admission(
              counter,
              quota,
              cost,
              attempt.key(),
              attempt.replayed() ? attempt.firstSentNs() : attempt.startNs(),
              attempt.endNs(),
              attempt.incarnation(),
              attempt.replayed(),
              attempt.answer().value(),
              attempt.answer().number("ttl_ms", 0)));
    }
  }
}
