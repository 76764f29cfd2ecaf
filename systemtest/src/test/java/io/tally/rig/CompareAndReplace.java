package io.tally.rig;

import io.tally.check.Fate;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;

/**
 * Sets a counter to a value that no other write sets it to, or deletes it where that is 0; only if
 * it still is what its client was told last.
 */
record CompareAndReplace(String counter, long value, Versions.Version expected, Versions versions)
    implements Call {
  private static final int DECLINED = 412;

  @Override
  public Kind kind() {
    return value == 0 ? Kind.COMPARE_AND_DELETE : Kind.COMPARE_AND_SET;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.request(
        value == 0 ? "DELETE" : "PUT",
        "/counter/" + counter,
        value == 0 ? "" : "{\"value\":" + value + "}",
        key,
        expected.isAbsent() ? "If-None-Match: *" : "If-Match: " + expected.tag());
  }

  /** A refusal is as good an answer as any: had an earlier request run, it would say so. */
  @Override
  public Fate fate(final Answer answer) {
    return isDeclined(answer) ? Fate.APPLIED : Call.super.fate(answer);
  }

  @Override
  public boolean isDeclined(final Answer answer) {
    return answer.status() == DECLINED;
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    if (attempt.applied() && !attempt.replayed()) {
      versions.learn(counter, attempt.answer());
    }
    if (attempt.applied() && isDeclined(attempt.answer())) {
      return;
    }
    final Replacement replacement = Replace.replacement(counter, value, attempt);
    if (attempt.applied() && replacement.previous() != expected.value()) {
      records.complain(this + " replaced another version: " + attempt.answer());
    }
    records.add(replacement);
  }

  @Override
  public String toString() {
    return kind().label() + " of " + counter + " from " + expected + " to " + value;
  }
}
