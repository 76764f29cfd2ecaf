package io.tally.launcher;

import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * A line of Tally's own. Its message has the pairs in it, so that any handler shows them: a node
 * that is embedded writes to the log of its program.
 */
final class LogLine extends LogRecord {
  private static final long serialVersionUID = 1;

  private final String text;
  private final String pairs;

  /** Keys and values in turn. They are made text at once: the line is written later. */
  LogLine(final Level level, final String text, final Object... keysAndValues) {
    this(level, text, pairs(keysAndValues));
  }

  private LogLine(final Level level, final String text, final String pairs) {
    super(level, text + pairs);
    this.text = text;
    this.pairs = pairs;
    setLoggerName(Log.LOGGER.getName());
  }

  private static String pairs(final Object... keysAndValues) {
    final StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      Logfmt.pair(pairs, (String) keysAndValues[i], String.valueOf(keysAndValues[i + 1]));
    }
    return pairs.toString();
  }

  String text() {
    return text;
  }

  /** The pairs in logfmt, each behind a space. */
  String pairs() {
    return pairs;
  }
}
