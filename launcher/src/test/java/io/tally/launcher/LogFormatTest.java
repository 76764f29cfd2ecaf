package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LogFormatTest {
  @Test
  void shouldWriteOneLineForOneRecord() {
    final LogRecord record = new LogRecord(Level.WARNING, "\"peer is away\" peer=node-1");
    record.setInstant(Instant.parse("2026-01-02T03:04:05.006789Z"));
    assertEquals(
        "time=2026-01-02T03:04:05.006Z level=WARN msg=\"peer is away\" peer=node-1\n",
        new LogFormat().format(record));
  }

  @Test
  void shouldLetNobodyForgeALine() {
    final LogRecord record = new LogRecord(Level.INFO, "\"nats\" event=a\nlevel=ERROR\u0007b");
    final String line = new LogFormat().format(record);
    assertTrue(line.endsWith("event=a level=ERROR b\n"), line);
    assertEquals(line.length() - 1, line.indexOf('\n'));
  }

  @Test
  void shouldShowWhatWasThrown() {
    final LogRecord record = new LogRecord(Level.SEVERE, "\"an agent threw\"");
    record.setThrown(new IllegalStateException("broken"));
    final String text = new LogFormat().format(record);
    assertTrue(text.contains("level=ERROR msg=\"an agent threw\"\n"), text);
    assertTrue(text.contains("IllegalStateException: broken"), text);
  }
}
