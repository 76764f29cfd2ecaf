package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AnswerScannerTest {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{\"\"}\n";

  @Test
  void shouldCountAnswersThatFollowEachOther() throws IOException {
    assertEquals(3, new AnswerScanner().scan(bytes(ANSWER.repeat(3))));
  }

  @Test
  void shouldCountAnAnswerOnceWhereverItIsCut() throws IOException {
    for (int cut = 0; cut <= ANSWER.length(); cut++) {
      final AnswerScanner scanner = new AnswerScanner();
      final int first = scanner.scan(bytes(ANSWER.substring(0, cut)));
      final int second = scanner.scan(bytes(ANSWER.substring(cut) + ANSWER));
      assertEquals(cut == ANSWER.length() ? 1 : 0, first, "cut at " + cut);
      assertEquals(2, first + second, "cut at " + cut);
    }
  }

  @Test
  void shouldCountAnAnswerWithoutABody() throws IOException {
    final String empty = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    assertEquals(2, new AnswerScanner().scan(bytes(empty + ANSWER)));
  }

  @Test
  void shouldRefuseAnyOtherStatus() {
    final AnswerScanner scanner = new AnswerScanner();
    assertThrows(
        IOException.class, () -> scanner.scan(bytes("HTTP/1.1 503 Service Unavailable\r\n")));
  }

  private static ByteBuf bytes(final String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
