package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;

/**
 * What an answer says of a quota: the header fields RateLimit-Policy and RateLimit of
 * draft-ietf-httpapi-ratelimit-headers-10, Retry-After, and the problem {@code quota-exceeded}. The
 * draft may still change; all texts of it stand here. Belongs to an {@link HttpExchange}, and is
 * used on its event loop.
 */
public final class RateLimit {
  /** The quota does not reset, or nobody knows when. */
  public static final long NO_RESET = -1;

  /**
   * Refuses a request that is beyond its quota; shows the integers of the answer that are set. Asks
   * to be tried again when the quota resets, if it does.
   */
  public static final Refusal EXCEEDED =
      Refusal.withoutDetail(
              new ProblemType(
                  "quota-exceeded",
                  "Quota exceeded",
                  "The quota has less left than the request asks for. Nothing was applied. Retry-After and t in RateLimit"
                      + " say after how many seconds to try again. Where they are missing, it will never be admitted by"
                      + " itself: the request asks for more than the quota ever has, or no window goes on that would"
                      + " end, because what is used was set or added without one.",
                  "https://iana.org/assignments/http-problem-types#quota-exceeded"),
              429,
              ",\"violated-policies\":[\"default\"]")
          .withIntegers();

  /** Largest integer of a structured field (RFC 9651, 3.3.1). */
  private static final long MAX_INTEGER = 999_999_999_999_999L;

  private static final long NONE = -1;
  private static final long MS_OF_SECOND = TimeUnit.SECONDS.toMillis(1);

  private static final byte[] POLICY = ascii("RateLimit-Policy: \"default\";q=");
  private static final byte[] WINDOW = ascii(";w=");
  private static final byte[] LIMIT = ascii("\r\nRateLimit: \"default\";r=");
  private static final byte[] RESET = ascii(";t=");
  private static final byte[] RETRY_AFTER = ascii("Retry-After: ");
  private static final byte[] CRLF = ascii("\r\n");

  private long quota;
  private long windowMs;
  private long remaining = NONE;
  private long resetMs;

  /**
   * What the lines say of a policy, kept as bytes: there are few beside so many answers. One for
   * each event loop: not thread-safe.
   */
  static final class Policies {
    private static final int PLACE_BITS = 6;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final byte[][] lines = new byte[1 << PLACE_BITS][];
    private final long[] quotas = new long[1 << PLACE_BITS];
    private final long[] windowsMs = new long[1 << PLACE_BITS];

    /** Writes the line of the policy, and that of the limit up to what remains. */
    private void write(final ResponseWriter out, final long quota, final long windowMs) {
      final int place =
          (int) ((quota * MULTIPLIER ^ windowMs) * MULTIPLIER >>> Long.SIZE - PLACE_BITS);
      if (lines[place] != null && quotas[place] == quota && windowsMs[place] == windowMs) {
        out.put(lines[place]);
        return;
      }
      final int start = out.position();
      out.put(POLICY);
      out.number(Math.min(quota, MAX_INTEGER));
      if (windowMs % MS_OF_SECOND == 0) {
        out.put(WINDOW);
        out.number(Math.min(windowMs / MS_OF_SECOND, MAX_INTEGER));
      }
      out.put(LIMIT);
      lines[place] = out.writtenFrom(start);
      quotas[place] = quota;
      windowsMs[place] = windowMs;
    }
  }

  RateLimit() {}

  void clear() {
    quota = 0;
    windowMs = 0;
    remaining = NONE;
  }

  boolean isShown() {
    return remaining != NONE;
  }

  /**
   * Sets the policy that the request names. Not shown before {@link #state} is set.
   *
   * @param newQuota how much the window allows, at least 0.
   * @param newWindowMs length of the window in milliseconds, at least 1. Shown if it is whole
   *     seconds, since the field knows no others.
   */
  public void policy(final long newQuota, final long newWindowMs) {
    quota = newQuota;
    windowMs = newWindowMs;
  }

  /**
   * Sets what is left of the quota, and has the fields shown.
   *
   * @param newRemaining how much, at least 0.
   * @param newResetMs in how many milliseconds there is more, or {@link #NO_RESET}. Shown in
   *     seconds, rounded up and at least 1, so that nobody comes too early.
   */
  public void state(final long newRemaining, final long newResetMs) {
    remaining = newRemaining;
    resetMs = newResetMs;
  }

  void write(final ResponseWriter out, final Policies policies, final boolean exceeded) {
    policies.write(out, quota, windowMs);
    out.number(Math.min(remaining, MAX_INTEGER));
    if (resetMs == NO_RESET) {
      out.put(CRLF);
      return;
    }
    final long seconds = Math.max(1, (resetMs - 1) / MS_OF_SECOND + 1);
    out.put(RESET);
    out.number(Math.min(seconds, MAX_INTEGER));
    out.put(CRLF);
    if (exceeded) {
      out.put(RETRY_AFTER);
      out.number(seconds);
      out.put(CRLF);
    }
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
