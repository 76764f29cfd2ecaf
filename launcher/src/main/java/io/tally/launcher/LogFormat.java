package io.tally.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Log lines of {@code key=value} pairs on standard output. A record's message gives {@code msg} and
 * what follows it.
 */
final class LogFormat extends Formatter {
  /** Kept, because a logger that nobody holds is collected, and its level with it. */
  private static final Logger TALLY = Logger.getLogger("io.tally");

  /** Makes this the format of everything that is logged in the process, from level INFO on. */
  static void install() {
    final Logger root = Logger.getLogger("");
    for (final Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    final Handler handler = new LogWriter(System.out, new LogFormat());
    handler.setLevel(Level.INFO);
    root.addHandler(handler);
    // Libraries have nothing to tell a user below a warning.
    root.setLevel(Level.WARNING);
    TALLY.setLevel(Level.INFO);
  }

  @Override
  public String format(final LogRecord record) {
    final StringBuilder line = new StringBuilder(160);
    line.append("time=")
        .append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS))
        .append(" level=")
        .append(level(record.getLevel()))
        .append(" msg=")
        .append(oneLine(formatMessage(record)))
        .append('\n');
    if (record.getThrown() != null) {
      final StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace));
      line.append(trace);
    }
    return line.toString();
  }

  private static String level(final Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    return level.intValue() >= Level.WARNING.intValue() ? "WARN" : "INFO";
  }

  private static String oneLine(final String message) {
    final StringBuilder text = new StringBuilder(message.length());
    message
        .codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }
}
