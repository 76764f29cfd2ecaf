package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * An answer other than success: its problem type, status and detail, with the bytes of its response
 * made once. Immutable; compared by identity. A service declares those that it may give in the
 * {@link Endpoint}s that give them, so that each is counted.
 */
public final class Refusal {
  private static final long MS_OF_SECOND = TimeUnit.SECONDS.toMillis(1);
  private static final int NONE = -1;

  private final ProblemType type;
  private final int status;
  private final boolean unknown;
  private final boolean integers;
  private final int waitInteger;
  private final String detail;
  private final byte[] head;
  private final byte[] json;

  private Refusal(
      final ProblemType type,
      final int status,
      final String detail,
      final String members,
      final boolean unknown,
      final boolean retry) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("no status of a refusal: " + status);
    }
    this.type = type;
    this.status = status;
    this.unknown = unknown;
    this.detail = detail;
    integers = false;
    waitInteger = NONE;
    head = head(status, retry);
    json =
        ("{\"type\":\""
                + type.uri()
                + "\",\"title\":\""
                + type.title()
                + "\",\"status\":"
                + status
                + members)
            .getBytes(US_ASCII);
    if (json.length > ResponseWriter.MAX_REFUSAL_BYTES
        || head.length > ResponseWriter.MAX_REFUSAL_BYTES) {
      throw new IllegalArgumentException("the texts of a refusal are too long: " + detail);
    }
  }

  /** One that shows integers. */
  private Refusal(final Refusal other, final int waitInteger) {
    type = other.type;
    status = other.status;
    unknown = other.unknown;
    detail = other.detail;
    head = waitInteger == NONE ? other.head : head(other.status, false);
    json = other.json;
    integers = true;
    this.waitInteger = waitInteger;
  }

  private static byte[] head(final int status, final boolean retry) {
    return (ResponseWriter.statusLine(HttpResponseStatus.valueOf(status))
            + "Content-Type: application/problem+json\r\n"
            + (retry ? "Retry-After: 1\r\n" : "")
            + (status == 415 ? "Accept-Encoding: identity\r\n" : ""))
        .getBytes(US_ASCII);
  }

  private static Refusal detailed(
      final ProblemType type,
      final int status,
      final String detail,
      final boolean unknown,
      final boolean retry) {
    checkText(detail);
    final String member = ",\"detail\":\"" + detail + "\"";
    return new Refusal(type, status, detail, member, unknown, retry);
  }

  /**
   * A refusal after which nothing was applied. With status 503 it asks to be tried again in a
   * second.
   *
   * @param type its problem type.
   * @param status of the response, 400 to 599.
   * @param detail what is wrong, in one line of ASCII without quotes or backslashes.
   * @return the refusal.
   * @throws IllegalArgumentException if the detail has other characters.
   */
  public static Refusal of(final ProblemType type, final int status, final String detail) {
    return detailed(type, status, detail, false, status == 503);
  }

  /**
   * The same for a problem type that no other refusal has, whose explanation is the detail as a
   * sentence; it shows the integers of the answer that are set.
   *
   * @param status as above.
   * @param slug names the problem type, as {@link ProblemType} has it.
   * @param title of the problem type.
   * @param detail as above.
   * @return the refusal.
   */
  public static Refusal of(
      final int status, final String slug, final String title, final String detail) {
    return of(new ProblemType(slug, title, sentence(detail)), status, detail).withIntegers();
  }

  /**
   * The same, but it does not ask to be tried again: for failures that a retry soon would not
   * change.
   *
   * @param type as above.
   * @param status as above.
   * @param detail as above.
   * @return the refusal.
   */
  public static Refusal lasting(final ProblemType type, final int status, final String detail) {
    return detailed(type, status, detail, false, false);
  }

  static Refusal unknown(final ProblemType type, final int status, final String detail) {
    return detailed(type, status, detail, true, false);
  }

  /** A refusal that says nothing of this one request; the members are JSON, each after a comma. */
  static Refusal withoutDetail(final ProblemType type, final int status, final String members) {
    return new Refusal(type, status, type.slug(), members, false, false);
  }

  /**
   * The same, but it shows the integers of the answer that are set, under the names that they have
   * in the endpoint's first {@link AnswerShape}.
   *
   * @return another refusal.
   */
  public Refusal withIntegers() {
    return new Refusal(this, NONE);
  }

  /**
   * The same with the integers, but it asks to be tried again after a time that one of them says in
   * milliseconds. {@code Retry-After} shows it in seconds, rounded up and at least 1.
   *
   * @param integer its index, as {@link Answer#integer} has it.
   * @return another refusal.
   * @throws IllegalArgumentException if there is no such index, or the status is neither 429 nor
   *     503.
   */
  public Refusal retryAfter(final int integer) {
    if (integer < 0 || integer >= AnswerValues.MAX_INTEGERS) {
      throw new IllegalArgumentException("no index of an integer: " + integer);
    }
    if (status != 429 && status != 503) {
      throw new IllegalArgumentException("a try later is not for status " + status);
    }
    return new Refusal(this, integer);
  }

  private static String sentence(final String detail) {
    return detail.isEmpty()
        ? detail
        : detail.substring(0, 1).toUpperCase(Locale.ROOT) + detail.substring(1) + ".";
  }

  static void checkText(final String text) {
    if (!text.matches("[ !#-\\[\\]-~]+")) {
      throw new IllegalArgumentException("not ASCII without quotes and backslashes: " + text);
    }
  }

  ProblemType type() {
    return type;
  }

  int status() {
    return status;
  }

  /** Whether a write that ended so leaves its outcome unknown: it may have been applied or not. */
  boolean isUnknown() {
    return unknown;
  }

  boolean showsIntegers() {
    return integers;
  }

  /** After how many seconds it asks to be tried again; 0 if its head says so, or it does not. */
  long retryAfterSeconds(final AnswerValues answer) {
    return waitInteger == NONE
        ? 0
        : Math.max(1, (answer.integer(waitInteger) - 1) / MS_OF_SECOND + 1);
  }

  /** Status line and the headers that are always the same. */
  byte[] head() {
    return head;
  }

  /** The JSON object with what is the same each time, not closed. */
  byte[] json() {
    return json;
  }

  @Override
  public String toString() {
    return status + " " + type.slug() + ": " + detail;
  }
}
