package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EventScannerTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n";

  private final EventScanner events = new EventScanner();

  @Test
  void shouldFindValuesWhereverTheStreamIsCut() throws IOException {
    final byte[] stream = ascii(HEAD + event("7") + ":\n\n" + event("12,\"ttl_ms\":900"));
    for (int cut = 0; cut <= stream.length; cut++) {
      final EventScanner scanner = new EventScanner();
      scanner.scan(ByteBuffer.wrap(stream, 0, cut));
      scanner.scan(ByteBuffer.wrap(stream, cut, stream.length - cut));
      assertEquals(12, scanner.value(), "cut at " + cut);
      assertEquals(2, scanner.count(), "cut at " + cut);
    }
  }

  @Test
  void shouldKnowNoValueBeforeTheFirst() throws IOException {
    events.scan(ByteBuffer.wrap(ascii(HEAD)));
    assertEquals(-1, events.value());
    assertEquals(0, events.count());
  }

  @Test
  void shouldRefuseAValueThatWentBack() throws IOException {
    events.scan(ByteBuffer.wrap(ascii(event("7") + event("7"))));
    final ByteBuffer less = ByteBuffer.wrap(ascii(event("6")));
    assertThrows(IOException.class, () -> events.scan(less));
  }

  private static String event(final String value) {
    return "event: value\nid: 1a-1\ndata: {\"counter_id\":\"a\",\"value\":" + value + "}\n\n";
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
