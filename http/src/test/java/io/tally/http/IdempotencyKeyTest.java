package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class IdempotencyKeyTest {
  private final IdempotencyKey key = new IdempotencyKey();

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"abc, abc", "\"abc\", abc", "\"a\\\"b\\\\c\", a\"b\\c", "a\"b, a\"b", "!~, !~"})
  void shouldReadBareAndQuotedKeys(final String value, final String expected) {
    assertNull(key.parse(value));
    assertEquals(expected, new String(key.bytes(), 0, key.length(), US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"",
        "\"\"",
        "\"abc",
        "a b",
        "\"a b\"",
        "é",
        "\"a\"b\"",
        "\"a\\\"",
        "\"a\\n\"",
        "\"a\";x=1",
        "a\tb"
      })
  void shouldRefuseWhatIsNoKey(final String value) {
    assertEquals(Refusals.KEY, key.parse(value));
    assertEquals(0, key.length());
  }

  @Test
  void shouldBoundTheKey() {
    assertNull(key.parse("k".repeat(128)));
    assertEquals(128, key.length());
    assertNull(key.parse("\"" + "k".repeat(128) + "\""));
    assertEquals(Refusals.KEY, key.parse("k".repeat(129)));
  }
}
