package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.counter.codecs.CounterFreeRowEncoder;
import io.tally.counter.codecs.CounterRowEncoder;
import io.tally.counter.codecs.CounterTableHeadEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class CounterExportTest {
  private static final int OFFSET = 5;
  private static final long TIME_NS = 1_790_000_000_000_000_000L;
  private static final String ROW_OF_VERSION_0 =
      "1000050049080000" + "000efad5feffffff" + "01000000" + "03563412" + "040068697473";

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterExport export = new CounterExport();
  private final List<String> told = new ArrayList<>();

  private void read(final int length) {
    export.onRecord(
        buffer,
        OFFSET,
        length,
        TIME_NS,
        (id, value, ttlMs, version, kind) ->
            told.add(id + "=" + value + " ttl " + ttlMs + " version " + version + kind));
  }

  private int row(final String id, final long value) {
    return row(id, value, CounterTable.NO_DEADLINE, 0);
  }

  private int row(final String id, final long value, final long deadlineNs, final long intervalNs) {
    final byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    final CounterRowEncoder encoder = new CounterRowEncoder();
    encoder
        .wrapAndApplyHeader(buffer, OFFSET, header)
        .value(value)
        .row(1)
        .tag(2)
        .counterVersion(7)
        .deadlineNs(deadlineNs)
        .intervalNs(intervalNs)
        .extension(0)
        .flags()
        .clear()
        .rate(intervalNs > 0);
    return MessageHeaderEncoder.ENCODED_LENGTH
        + encoder.putCounterId(bytes, 0, bytes.length).encodedLength();
  }

  @Test
  void shouldReadCountersAndPassOverTheRest() {
    read(row("a", -3));
    final String longest = "ü".repeat(128);
    read(row(longest, Long.MIN_VALUE));
    new CounterTableHeadEncoder()
        .wrapAndApplyHeader(buffer, OFFSET, header)
        .chunkCount(1)
        .roomOffset(2);
    read(MessageHeaderEncoder.ENCODED_LENGTH + CounterTableHeadEncoder.BLOCK_LENGTH);
    new CounterFreeRowEncoder().wrapAndApplyHeader(buffer, OFFSET, header).row(1).length(32);
    read(MessageHeaderEncoder.ENCODED_LENGTH + CounterFreeRowEncoder.BLOCK_LENGTH);
    final int length = row("of another service", 1);
    header.wrap(buffer, OFFSET).schemaId(CounterRowEncoder.SCHEMA_ID + 1);
    read(length);
    assertEquals(
        List.of("a=-3 ttl 0 version 7", longest + "=" + Long.MIN_VALUE + " ttl 0 version 7"), told);
  }

  @Test
  void shouldShowWhatIsLeftOfTheTimeRoundedUpAndNothingThatHasExpired() {
    read(row("a", 5, TIME_NS + 1, 0));
    read(row("b", 6, TIME_NS + 1_000_000, 0));
    read(row("c", 7, TIME_NS + 1_000_001, 0));
    read(row("expired", 8, TIME_NS, 0));
    read(row("long ago", 9, 1, 0));
    read(row("late", 10, Long.MAX_VALUE - 1, 0));
    assertEquals(
        List.of(
            "a=5 ttl 1 version 7",
            "b=6 ttl 1 version 7",
            "c=7 ttl 2 version 7",
            "late=10 ttl " + ((Long.MAX_VALUE - 2 - TIME_NS) / 1_000_000 + 1) + " version 7"),
        told);
  }

  @Test
  void shouldShowHowMuchOfARateIsUsedAndNotItsState() {
    read(row("one", TIME_NS + 1, TIME_NS + 1, 50));
    read(row("two", TIME_NS + 51, TIME_NS + 51, 50));
    read(row("none", TIME_NS, TIME_NS, 50));
    assertEquals(List.of("one=1 ttl 1 version 7rate", "two=2 ttl 1 version 7rate"), told);
  }

  @Test
  void shouldReadARowOfVersion0() {
    final UnsafeBuffer record = new UnsafeBuffer(HexFormat.of().parseHex(ROW_OF_VERSION_0));
    export.onRecord(
        record,
        0,
        record.capacity(),
        TIME_NS,
        (id, value, ttlMs, version, kind) ->
            told.add(id + "=" + value + " " + ttlMs + " " + version + kind));
    assertEquals(List.of("hits=-5000000000 0 0"), told);
  }

  @Test
  void shouldNotReadBeyondARecord() {
    final int length = row("abc", 1);
    assertThrows(IllegalArgumentException.class, () -> read(length - 1));
    assertThrows(IllegalArgumentException.class, () -> read(length - 4));
    header.wrap(buffer, OFFSET).blockLength(16);
    assertThrows(IllegalArgumentException.class, () -> read(length));
    assertEquals(List.of(), told);
  }
}
