package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TargetParserTest {
  private final TargetParser parser = new TargetParser();

  private String id() {
    return new String(parser.id(), 0, parser.idLength(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "/counter/a, COUNTER, a",
    "/counter/a/increment, INCREMENT, a",
    "/counter/increment, COUNTER, increment",
    "/counter/a%2Fb, COUNTER, a/b",
    "/counter/a%2fb/increment, INCREMENT, a/b",
    "/counter/a%252Fb, COUNTER, a%2Fb",
    "/counter/a+b, COUNTER, a+b",
    "/counter/a%20b, COUNTER, 'a b'",
    "/counter/%C3%A9, COUNTER, é",
    "/counter/%F0%9F%98%80, COUNTER, 😀",
    "/counter/..., COUNTER, ...",
    "/counter/.a, COUNTER, .a",
    "/counter/..a, COUNTER, ..a",
    "http://host:80/counter/a, COUNTER, a",
    "HTTPS://host/counter/a/increment, INCREMENT, a",
  })
  void shouldReadCounterPaths(final String target, final Route route, final String id) {
    assertEquals(route, parser.parse(target));
    assertNull(parser.refusal());
    assertEquals(id, id());
  }

  @ParameterizedTest
  @CsvSource({
    "/, HELP",
    "/?x=1, HELP",
    "http://host, HELP",
    "http://host?x, HELP",
    "/cluster, CLUSTER",
    "/readyz?verbose, READYZ",
    "/livez, LIVEZ",
    "/problems/overflow, PROBLEM",
    "/problems/none, UNKNOWN",
    "/problems/, UNKNOWN",
    "*, SERVER",
    "/counter, UNKNOWN",
    "/counter/, UNKNOWN",
    "/counter/?x, UNKNOWN",
    "/counter/a/, UNKNOWN",
    "/counter/a/b, UNKNOWN",
    "/counter/a/increment/, UNKNOWN",
    "/counter/a/increment/b, UNKNOWN",
    "/counter/a//increment, UNKNOWN",
    "/counter/a/Increment, UNKNOWN",
    "/counters/a, UNKNOWN",
    "//, UNKNOWN",
    "/favicon.ico, UNKNOWN",
    "counter/a, UNKNOWN",
    "ftp://host/counter/a, UNKNOWN",
    "http:///counter/a, UNKNOWN",
    "'', UNKNOWN",
  })
  void shouldReadOtherPaths(final String target, final Route route) {
    assertEquals(route, parser.parse(target));
  }

  @ParameterizedTest
  @CsvSource({
    "/counter//increment, ID_EMPTY",
    "/counter/., ID_DOTS",
    "/counter/.., ID_DOTS",
    "/counter/%2e%2E/increment, ID_DOTS",
    "/counter/%, ID_ESCAPE",
    "/counter/%4, ID_ESCAPE",
    "/counter/%4/increment, ID_ESCAPE",
    "/counter/%zz, ID_ESCAPE",
    "/counter/%-1, ID_ESCAPE",
    "/counter/%00, ID_CONTROL",
    "/counter/a%0Ab, ID_CONTROL",
    "/counter/%7F, ID_CONTROL",
    "/counter/%C2%85, ID_CONTROL",
    "/counter/%80, ID_UTF8",
    "/counter/%C3, ID_UTF8",
    "/counter/%C0%AF, ID_UTF8",
    "/counter/%E0%80%AF, ID_UTF8",
    "/counter/%ED%A0%80, ID_UTF8",
    "/counter/%F4%90%80%80, ID_UTF8",
    "/counter/%F5%80%80%80, ID_UTF8",
    "/counter/%FF, ID_UTF8",
  })
  void shouldRefuseBadIds(final String target, final Refusal refusal) {
    parser.parse(target);
    assertEquals(refusal, parser.refusal());
  }

  @Test
  void shouldBoundIdsInBytesAfterDecoding() {
    assertEquals(Route.COUNTER, parser.parse("/counter/" + "a".repeat(256)));
    assertNull(parser.refusal());
    assertEquals(256, parser.idLength());
    parser.parse("/counter/" + "%61".repeat(256) + "/increment");
    assertNull(parser.refusal());
    parser.parse("/counter/" + "a".repeat(257));
    assertEquals(Refusal.ID_TOO_LONG, parser.refusal());
    parser.parse("/counter/" + "%C3%A9".repeat(129));
    assertEquals(Refusal.ID_TOO_LONG, parser.refusal());
  }

  @Test
  void shouldTellQueriesFromNone() {
    parser.parse("/counter/a?");
    assertFalse(parser.hasQuery());
    assertEquals("a", id());
    parser.parse("/counter/a?x=/increment");
    assertTrue(parser.hasQuery());
    assertEquals("a", id());
    parser.parse("/counter/a");
    assertFalse(parser.hasQuery());
  }

  @Test
  void shouldAgreeWithTheJdkOnUtf8() {
    final Random random = new Random(3);
    final int[] bytes = {
      0x41, 0x7E, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xC3, 0xE0, 0xE1, 0xED, 0xF0, 0xF4
    };
    int validCount = 0;
    for (int round = 0; round < 200_000; round++) {
      final byte[] raw = new byte[1 + random.nextInt(5)];
      for (int i = 0; i < raw.length; i++) {
        raw[i] = (byte) bytes[random.nextInt(bytes.length)];
      }
      parser.parse("/counter/" + new String(raw, ISO_8859_1));
      final String decoded = decode(raw);
      if (decoded == null) {
        // A control character may come first.
        final Refusal refusal = parser.refusal();
        assertTrue(refusal == Refusal.ID_UTF8 || refusal == Refusal.ID_CONTROL);
      } else if (decoded.chars().noneMatch(Character::isISOControl)) {
        assertNull(parser.refusal(), decoded);
        assertEquals(decoded, id());
        validCount++;
      } else {
        assertEquals(Refusal.ID_CONTROL, parser.refusal());
      }
    }
    assertTrue(validCount > 1_000);
  }

  private static String decode(final byte[] raw) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (final CharacterCodingException ex) {
      return null;
    }
  }
}
