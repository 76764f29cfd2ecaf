package io.tally.http;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * A time as HTTP writes it (RFC 9110, 5.6.7, IMF-fixdate): {@code Sun, 06 Nov 1994 08:49:37 GMT}.
 * The calendars and text formats of the JDK would load all its time zones and locales for that.
 */
final class HttpDate {
  private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };

  private HttpDate() {}

  /** The second in which a time of the years 1970 to 9999 falls. */
  static String format(final long epochMs) {
    final LocalDateTime time =
        LocalDateTime.ofEpochSecond(Math.floorDiv(epochMs, 1_000), 0, ZoneOffset.UTC);
    final StringBuilder text = new StringBuilder(29);
    text.append(DAYS[time.getDayOfWeek().ordinal()]).append(", ");
    twoDigits(text, time.getDayOfMonth()).append(' ');
    text.append(MONTHS[time.getMonth().ordinal()]).append(' ').append(time.getYear()).append(' ');
    twoDigits(text, time.getHour()).append(':');
    twoDigits(text, time.getMinute()).append(':');
    return twoDigits(text, time.getSecond()).append(" GMT").toString();
  }

  private static StringBuilder twoDigits(final StringBuilder text, final int value) {
    return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }
}
