package io.tally.rig;

import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks for some of the counters whose ids begin with a prefix.
 *
 * @param prefix of the ids.
 * @param limit most counters of it.
 * @param cursor where the page before ended, or empty.
 */
record Page(String prefix, int limit, String cursor) implements Call {
  private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]*)\"");

  @Override
  public Kind kind() {
    return Kind.LIST;
  }

  @Override
  public boolean write() {
    return false;
  }

  @Override
  public String counter() {
    return prefix;
  }

  @Override
  public byte[] encode(final String key) {
    final String from = cursor.isEmpty() ? "" : "&cursor=" + cursor;
    return HttpConnection.request(
        "GET", "/counters?prefix=" + prefix + "&limit=" + limit + from, "", key);
  }

  @Override
  public boolean isOfOneLife() {
    return false;
  }

  @Override
  public boolean isAbout(final Answer answer) {
    return answer.counterId().isEmpty() || answer.counterId().startsWith(prefix);
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    if (attempt.applied()) {
      final List<String> counters =
          Listed.of(attempt.answer()).stream().map(Listed::counter).toList();
      if (counters.size() > limit
          || counters.stream().distinct().count() < counters.size()
          || !counters.stream().allMatch(counter -> counter.startsWith(prefix))) {
        records.complain(this + " got " + attempt.answer());
      }
    }
  }

  /** The one behind it; null if that was the last one. */
  Page next(final Answer answer) {
    final Matcher next = NEXT.matcher(answer.body());
    return next.find() ? new Page(prefix, limit, next.group(1)) : null;
  }
}
