package io.tally.launcher;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The launcher's log: a message, then pairs of key and value. Never called on a hot path. */
final class Log {
  /** Kept, because a logger that nobody holds is collected, and its level with it. */
  static final Logger LOGGER = Logger.getLogger("io.tally");

  private Log() {}

  static void info(final String message, final Object... pairs) {
    log(Level.INFO, message, null, pairs);
  }

  static void warn(final String message, final Object... pairs) {
    log(Level.WARNING, message, null, pairs);
  }

  static void error(final String message, final Throwable thrown) {
    log(Level.SEVERE, message, thrown);
  }

  /** Waits until what was logged is written. Not for event loops. */
  static void flush() {
    for (final Handler handler : Logger.getLogger("").getHandlers()) {
      handler.flush();
    }
  }

  private static void log(
      final Level level, final String message, final Throwable thrown, final Object... pairs) {
    final LogRecord line = new LogLine(level, message, pairs);
    line.setThrown(thrown);
    final StackWalker.StackFrame caller = caller();
    line.setSourceClassName(caller.getClassName());
    line.setSourceMethodName(caller.getMethodName());
    LOGGER.log(line);
  }

  /** Whoever called this class: a record would take this class itself for it. */
  private static StackWalker.StackFrame caller() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().equals(Log.class.getName()))
                    .findFirst()
                    .orElseThrow());
  }
}
