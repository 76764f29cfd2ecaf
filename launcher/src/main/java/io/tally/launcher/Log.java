package io.tally.launcher;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The launcher's log: a quoted message, then pairs of key and value. Never called on a hot path.
 */
final class Log {
  private static final Logger LOGGER = Logger.getLogger("io.tally");

  private Log() {}

  static void info(final String message, final Object... pairs) {
    log(Level.INFO, message, pairs);
  }

  static void warn(final String message, final Object... pairs) {
    log(Level.WARNING, message, pairs);
  }

  static void error(final String message, final Throwable thrown) {
    LOGGER.log(Level.SEVERE, line(message), thrown);
  }

  /** Waits until what was logged is written. Not for event loops. */
  static void flush() {
    for (final Handler handler : Logger.getLogger("").getHandlers()) {
      handler.flush();
    }
  }

  private static void log(final Level level, final String message, final Object... pairs) {
    LOGGER.log(level, line(message, pairs));
  }

  private static String line(final String message, final Object... pairs) {
    final StringBuilder line = new StringBuilder().append('"').append(message).append('"');
    for (int i = 0; i < pairs.length; i += 2) {
      final String value = String.valueOf(pairs[i + 1]);
      line.append(' ').append(pairs[i]).append('=');
      if (value.indexOf(' ') >= 0 || value.isEmpty()) {
        line.append('"').append(value).append('"');
      } else {
        line.append(value);
      }
    }
    return line.toString();
  }
}
