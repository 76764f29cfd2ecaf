package io.tally.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.agrona.concurrent.NanoClock;

/**
 * One line of {@code key=value} pairs for each record, also for those of libraries, which name
 * their logger.
 */
final class LogFormat extends Formatter {
  /** Shows milliseconds even if they are zero, so that lines sort and columns align. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Makes this the format of everything that is logged in the process, on standard output. */
  static void install(final NanoClock clock) {
    final Logger root = Logger.getLogger("");
    for (final Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    final Repeats repeats = new Repeats(clock);
    final Handler handler = new LogWriter(System.out, new LogFormat());
    handler.setLevel(Level.INFO);
    handler.setFilter(record -> record instanceof LogLine || repeats.admit(kind(record)));
    root.addHandler(handler);
    // Libraries have nothing to tell a user below a warning.
    root.setLevel(Level.WARNING);
    Log.LOGGER.setLevel(Level.INFO);
  }

  @Override
  public String format(final LogRecord record) {
    final StringBuilder line = new StringBuilder(160);
    line.append("time=")
        .append(TIME.format(record.getInstant()))
        .append(" level=")
        .append(level(record.getLevel()))
        .append(" msg=");
    if (record instanceof LogLine ours) {
      Logfmt.quoted(line, ours.text());
      line.append(ours.pairs());
    } else {
      Logfmt.quoted(line, formatMessage(record));
      Logfmt.pair(line, "logger", String.valueOf(record.getLoggerName()));
    }
    if (record.getThrown() != null) {
      final StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace));
      Logfmt.pair(line, "error", record.getThrown().toString());
      Logfmt.pair(line, "stack", trace.toString());
    }
    return line.append('\n').toString();
  }

  /**
   * The kind of a record. What a library says again and again, such as that no file descriptor is
   * left, is one kind.
   */
  private static String kind(final LogRecord record) {
    final Throwable thrown = record.getThrown();
    return record.getLoggerName()
        + record.getLevel()
        + String.valueOf(record.getMessage()).replaceAll("[0-9]+", "#")
        + (thrown == null ? "" : thrown.toString().replaceAll("[0-9]+", "#"));
  }

  private static String level(final Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    return level.intValue() >= Level.WARNING.intValue() ? "WARN" : "INFO";
  }
}
