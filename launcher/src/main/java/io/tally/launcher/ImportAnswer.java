package io.tally.launcher;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node says to a counter that it is to set.
 *
 * @param status of the answer; 0 if there is none.
 * @param worthARetry whether the same may go well a little later.
 * @param text what was said, for people.
 */
record ImportAnswer(int status, boolean worthARetry, String text) {
  private static final int OK = 200;
  private static final int TIMEOUT = 408;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private static final int NO_ANSWER_IN_TIME = 504;

  private static final Pattern TYPE = Pattern.compile("\"type\":\"(?:/problems/)?([^\"]*)\"");
  private static final Pattern DETAIL = Pattern.compile("\"detail\":\"([^\"]*)\"");

  static ImportAnswer none(final String reason) {
    return new ImportAnswer(0, true, reason);
  }

  /**
   * An answer as it came. Of an unknown one, a repetition is worth it, since to set a counter twice
   * is to set it.
   */
  static ImportAnswer of(final int status, final String body) {
    final boolean retry =
        switch (status) {
          case TIMEOUT, INTERNAL, UNAVAILABLE, NO_ANSWER_IN_TIME -> true;
          default -> false;
        };
    final Matcher type = TYPE.matcher(body);
    final Matcher detail = DETAIL.matcher(body);
    return new ImportAnswer(
        status,
        retry,
        status
            + (type.find() ? " " + type.group(1) : "")
            + (detail.find() ? ": " + detail.group(1) : ""));
  }

  boolean isSet() {
    return status == OK;
  }

  /** Whether it may have been set, or may yet be. */
  boolean isUnknown() {
    return status == 0 || status == INTERNAL || status == NO_ANSWER_IN_TIME;
  }
}
