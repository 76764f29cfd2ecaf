package io.tally.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AnswerScannerTest {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{\"\"}\n";
  private static final String REFUSAL =
      "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}";

  private final List<Integer> statuses = new ArrayList<>();
  private final AnswerScanner scanner = new AnswerScanner(statuses::add);

  @Test
  void shouldFindAnswersThatFollowEachOther() throws IOException {
    scanner.scan(bytes(ANSWER.repeat(3)));
    assertEquals(Collections.nCopies(3, 200), statuses);
  }

  @Test
  void shouldFindAnAnswerOnceWhereverItIsCut() throws IOException {
    for (int cut = 0; cut <= ANSWER.length(); cut++) {
      statuses.clear();
      scanner.scan(bytes(ANSWER.substring(0, cut)));
      assertEquals(cut == ANSWER.length() ? 1 : 0, statuses.size(), "cut at " + cut);
      scanner.scan(bytes(ANSWER.substring(cut) + ANSWER));
      assertEquals(List.of(200, 200), statuses, "cut at " + cut);
    }
  }

  @Test
  void shouldFindAnAnswerWithoutABody() throws IOException {
    scanner.scan(bytes("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n" + ANSWER));
    assertEquals(List.of(204, 200), statuses);
  }

  @Test
  void shouldTellTheStatusOfEach() throws IOException {
    scanner.scan(bytes(REFUSAL + ANSWER + REFUSAL));
    assertEquals(List.of(503, 200, 503), statuses);
  }

  @Test
  void shouldRefuseWhatIsNoAnswer() {
    assertThrows(IOException.class, () -> scanner.scan(bytes("SSH-2.0-OpenSSH\r\n")));
    assertThrows(IOException.class, () -> scanner.scan(bytes("HTTP/1.1 2\r\n")));
  }

  private static ByteBuf bytes(final String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
