package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.counter.codecs.CounterRowEncoder;
import io.tally.counter.codecs.CounterTableHeadEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class CounterExportTest {
  private static final int OFFSET = 5;

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterExport export = new CounterExport();
  private final List<String> told = new ArrayList<>();

  private void read(final int length) {
    export.onRecord(buffer, OFFSET, length, (id, value) -> told.add(id + "=" + value));
  }

  private int row(final String id, final long value) {
    final byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    return MessageHeaderEncoder.ENCODED_LENGTH
        + new CounterRowEncoder()
            .wrapAndApplyHeader(buffer, OFFSET, header)
            .value(value)
            .row(1)
            .tag(2)
            .putCounterId(bytes, 0, bytes.length)
            .encodedLength();
  }

  @Test
  void shouldReadCountersAndPassOverTheHead() {
    read(row("a", -3));
    final String longest = "ü".repeat(128);
    read(row(longest, Long.MIN_VALUE));
    new CounterTableHeadEncoder()
        .wrapAndApplyHeader(buffer, OFFSET, header)
        .chunkCount(1)
        .roomOffset(2);
    read(MessageHeaderEncoder.ENCODED_LENGTH + CounterTableHeadEncoder.BLOCK_LENGTH);
    assertEquals(List.of("a=-3", longest + "=" + Long.MIN_VALUE), told);
  }

  @Test
  void shouldNotReadBeyondARecord() {
    final int length = row("abc", 1);
    assertThrows(IllegalArgumentException.class, () -> read(length - 1));
    assertThrows(IllegalArgumentException.class, () -> read(length - 4));
    assertEquals(List.of(), told);
  }
}
