package io.tally.system;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came back for one request.
 *
 * @param status of HTTP.
 * @param incarnation of the shard that answered; 0 if none did.
 * @param replayed whether it repeats the answer to an earlier request of the same key.
 * @param closes whether the server closes the connection after it.
 * @param tag its {@code ETag}, or empty.
 * @param body as text.
 */
public record Answer(
    int status, long incarnation, boolean replayed, boolean closes, String tag, String body) {
  private static final String VALUE = "\"value\":";
  private static final String ID = "\"counter_id\":\"";

  /** The value of a counter, in an answer of status 200. */
  public long value() {
    if (!body.contains(VALUE)) {
      throw new AssertionError("no value in " + this);
    }
    return number("value", 0);
  }

  /** A member that is a number, in quotes or not, or what is given if there is none. */
  public long number(final String name, final long absent) {
    final Matcher member = Pattern.compile("\"" + name + "\":\"?(-?[0-9]+)").matcher(body);
    return member.find() ? Long.parseLong(member.group(1)) : absent;
  }

  /** The id of the counter that the answer is about; empty if it names none. */
  public String counterId() {
    final int start = body.indexOf(ID);
    return start < 0
        ? ""
        : body.substring(start + ID.length(), body.indexOf('"', start + ID.length()));
  }

  /** Whether it, or an item of it, is a problem of this type. */
  public boolean says(final String problem) {
    return body.contains("\"type\":\"/problems/" + problem + "\"");
  }

  /** Whether it says so in its problem document. */
  public boolean isNotApplied() {
    return body.contains("\"outcome\":\"not_applied\"");
  }

  /** Whether it says so in its problem document. */
  public boolean isUnknown() {
    return body.contains("\"outcome\":\"unknown\"");
  }
}
