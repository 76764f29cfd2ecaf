package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class LogFormatTest {
  private static LogRecord record(final String message, final Object... pairs) {
    final LogRecord record = new LogLine(Level.WARNING, message, pairs);
    record.setInstant(Instant.parse("2026-01-02T03:04:05.006789Z"));
    return record;
  }

  private static String format(final LogRecord record) {
    final String line = new LogFormat().format(record);
    assertEquals(line.length() - 1, line.indexOf('\n'), "one record is one line");
    return line.substring(0, line.length() - 1);
  }

  @Test
  void shouldWriteOneLineForOneRecord() {
    assertEquals(
        "time=2026-01-02T03:04:05.006Z level=WARN msg=\"peer is away\" peer=node-1 shards=\"1 2\"",
        format(record("peer is away", "peer", "node-1", "shards", "1 2")));
  }

  @Test
  void shouldWriteMillisecondsThatAreZero() {
    final LogRecord record = record("m");
    record.setInstant(Instant.parse("2026-01-02T03:04:00Z"));
    assertEquals("time=2026-01-02T03:04:00.000Z level=WARN msg=\"m\"", format(record));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "a, a",
        "~~, ~\"\"~",
        "a=b, ~\"a=b\"~",
        "x level=ERROR, ~\"x level=ERROR\"~",
        "~\" level=ERROR~, ~\"\\\" level=ERROR\"~",
        "a\"b, ~\"a\\\"b\"~",
        "a\\, ~\"a\\\\\"~",
        "~a\nb~, ~\"a\\nb\"~",
        "~a\rb\tc~, ~\"a\\rb\\tc\"~",
        "a\u0007b\u0085c\u2028d\u202ee, ~\"a\\u0007b\\u0085c\\u2028d\\u202ee\"~",
        "\ud800, ~\"\\ud800\"~",
        "é😀, é😀",
      })
  void shouldLetNobodyForgeAPairOrALine(final String value, final String written) {
    final String line = format(record("m", "key", value, "next", "1"));
    assertTrue(line.endsWith(" msg=\"m\" key=" + written + " next=1"), line);
  }

  /** As a program does that embeds a node and has a log of its own. */
  @Test
  void shouldShowThePairsInEveryFormat() {
    final LogRecord record = record("starting node {0}", "nodeID", "a b", "shardCount", 9);
    assertEquals(
        "starting node {0} nodeID=\"a b\" shardCount=9",
        new SimpleFormatter().formatMessage(record));
  }

  @Test
  void shouldWriteWhatLibrariesSayInTheSameWay() {
    final LogRecord record = new LogRecord(Level.WARNING, "it failed: {0}\nlevel=ERROR \"x\"");
    record.setParameters(new Object[] {"fd"});
    record.setLoggerName("io.netty.channel");
    final String line = format(record);
    assertTrue(
        line.endsWith(
            " level=WARN msg=\"it failed: fd\\nlevel=ERROR \\\"x\\\"\" logger=io.netty.channel"),
        line);
  }

  @Test
  void shouldShowWhatWasThrownOnTheSameLine() {
    final LogRecord record = record("an agent threw");
    record.setThrown(new IllegalStateException("broken\ntime=0 level=ERROR"));
    final String line = format(record);
    assertTrue(
        line.contains(
            " error=\"java.lang.IllegalStateException: broken\\ntime=0 level=ERROR\" stack=\""),
        line);
    assertTrue(line.contains("\\n\\tat io.tally.launcher.LogFormatTest."), line);
  }
}
