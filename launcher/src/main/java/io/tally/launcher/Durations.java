package io.tally.launcher;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them on a command line: {@code 500ms}, {@code 2s}, {@code 3m}. */
final class Durations implements ITypeConverter<Duration> {
  /** All times that a node is started with are shorter. */
  static final String BOUND = "24h";

  private static final Pattern FORMAT = Pattern.compile("([0-9]{1,9})(us|ms|s|m|h)");

  @Override
  public Duration convert(final String value) {
    final Matcher matcher = FORMAT.matcher(value);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + value + "' is not a time such as 500ms, 2s or 3m");
    }
    final long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "us" -> Duration.ofNanos(amount * 1_000);
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /** Whether a node can be started with it: from 0 to {@link #BOUND}, without that. */
  static boolean isTime(final Duration value) {
    return !value.isNegative() && value.compareTo(new Durations().convert(BOUND)) < 0;
  }

  static String format(final Duration value) {
    final long us = value.toNanos() / 1_000;
    if (us % 1_000 != 0) {
      return us + "us";
    }
    final long ms = us / 1_000;
    if (ms % 1_000 != 0) {
      return ms + "ms";
    }
    final long seconds = ms / 1_000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    final long minutes = seconds / 60;
    return minutes % 60 != 0 ? minutes + "m" : minutes / 60 + "h";
  }
}
