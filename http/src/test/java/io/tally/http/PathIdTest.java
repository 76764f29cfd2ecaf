package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PathIdTest {
  private static final String TOO_LONG = "414 too-large: the counter id is longer than 256 bytes";
  private static final String UTF8_FAULT = "400 invalid-id: the counter id is not valid UTF-8";
  private static final String CONTROL = "400 invalid-id: the counter id has a control character";

  private final HttpExchange exchange = new HttpExchange(null);

  private Refusal decode(final String segment) {
    exchange.reset();
    final byte[] path = ("/" + segment + "/").getBytes(ISO_8859_1);
    return ScriptedCounters.ID.decode(path, 1, path.length - 1, exchange);
  }

  private String id() {
    return new String(exchange.id(), 0, exchange.idLength(), UTF_8);
  }

  @Test
  void shouldBoundIdsInBytesAfterDecoding() {
    assertNull(decode("a".repeat(256)));
    assertEquals(256, exchange.idLength());
    assertNull(decode("%61".repeat(256)));
    assertEquals("a".repeat(256), id());
    assertEquals(TOO_LONG, String.valueOf(decode("a".repeat(257))));
    assertEquals(TOO_LONG, String.valueOf(decode("%C3%A9".repeat(129))));
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
      final Refusal refusal = decode(new String(raw, ISO_8859_1));
      final String told = String.valueOf(refusal);
      final String decoded = decodedByTheJdk(raw);
      if (decoded == null) {
        // A control character may come first.
        assertTrue(told.equals(UTF8_FAULT) || told.equals(CONTROL), told);
      } else if (decoded.chars().noneMatch(Character::isISOControl)) {
        assertNull(refusal, decoded);
        assertEquals(decoded, id());
        validCount++;
      } else {
        assertEquals(CONTROL, told);
      }
    }
    assertTrue(validCount > 1_000);
  }

  private static String decodedByTheJdk(final byte[] raw) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (final CharacterCodingException ex) {
      return null;
    }
  }
}
