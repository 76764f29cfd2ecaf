package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigInteger;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AmountParserTest {
  private static final String WS = "[ \\t\\r\\n]*";
  private static final Pattern VALID =
      Pattern.compile(
          WS
              + "(?:null|\\{"
              + WS
              + "(?:\"amount\""
              + WS
              + ":"
              + WS
              + "(null|-?(?:0|[1-9][0-9]*))"
              + WS
              + ")?\\})"
              + WS);

  private final AmountParser parser = new AmountParser();

  private Refusal parse(final String body) {
    final byte[] bytes = ("#" + body + "#").getBytes(UTF_8);
    return parser.parse(bytes, 1, bytes.length - 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "{\"amount\":null}",
        " \t\r\n{ } ",
        "  null\n",
        "{\"amount\":1}"
      })
  void shouldAddOneWhereNoAmountIsGiven(final String body) {
    assertNull(parse(body));
    assertEquals(1, parser.amount());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"amount\":5}|5",
        "{\"amount\":-5}|-5",
        "{\"amount\":0}|0",
        "{\"amount\":-0}|0",
        "{ \"amount\" : 12 }|12",
        "{\"am\\u006funt\":7}|7",
        "{\"\\u0061mou\\u006E\\u0074\":7}|7",
        "{\"amount\":9223372036854775807}|9223372036854775807",
        "{\"amount\":-9223372036854775808}|-9223372036854775808",
      })
  void shouldReadAnyInteger(final String body, final long amount) {
    assertNull(parse(body));
    assertEquals(amount, parser.amount());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"amount\":9223372036854775808}|AMOUNT_RANGE",
        "{\"amount\":-9223372036854775809}|AMOUNT_RANGE",
        "{\"amount\":100000000000000000000000000000000}|AMOUNT_RANGE",
        "{\"amount\":1.0}|AMOUNT_FRACTION",
        "{\"amount\":1e3}|AMOUNT_FRACTION",
        "{\"amount\":1E3}|AMOUNT_FRACTION",
        "{\"amount\":99999999999999999999.5}|AMOUNT_FRACTION",
        "{\"amount\":\"5\"}|AMOUNT_TYPE",
        "{\"amount\":true}|AMOUNT_TYPE",
        "{\"amount\":false}|AMOUNT_TYPE",
        "{\"amount\":[5]}|AMOUNT_TYPE",
        "{\"amount\":{}}|AMOUNT_TYPE",
        "{\"amount\":05}|JSON_SYNTAX",
        "{\"amount\":+5}|JSON_SYNTAX",
        "{\"amount\":.5}|JSON_SYNTAX",
        "{\"amount\":-}|JSON_SYNTAX",
        "{\"amount\":-a}|JSON_SYNTAX",
        "{\"amount\":5x}|JSON_SYNTAX",
        "{\"amount\":nul}|JSON_SYNTAX",
        "{\"amount\":NaN}|JSON_SYNTAX",
        "{\"amount\" 5}|JSON_SYNTAX",
        "{\"amount\":5,}|JSON_SYNTAX",
        "{,}|JSON_SYNTAX",
        "{amount:5}|JSON_SYNTAX",
        "{'amount':5}|JSON_SYNTAX",
        "{\"am\\xunt\":5}|JSON_SYNTAX",
        "{\"amo\\u00zzunt\":5}|JSON_SYNTAX",
        "{\"amount\":5|JSON_END",
        "{\"amount\":|JSON_END",
        "{\"amount\":-|JSON_END",
        "{\"amount\"|JSON_END",
        "{\"amount|JSON_END",
        "{\"amount\\|JSON_END",
        "{\"amo\\u00|JSON_END",
        "{|JSON_END",
        "{\"amount\":5}}|JSON_TRAILING",
        "{\"amount\":5} x|JSON_TRAILING",
        "{}{}|JSON_TRAILING",
        "null null|JSON_TRAILING",
        "{\"amount\":1,\"amount\":1}|JSON_DUPLICATE",
        "{\"amount\":1,\"am\\u006funt\":1}|JSON_DUPLICATE",
        "{\"Amount\":1}|MEMBER",
        "{\"amounts\":1}|MEMBER",
        "{\"amoun\":1}|MEMBER",
        "{\"\":1}|MEMBER",
        "{\"max\":1}|MEMBER",
        "{\"amount\":1,\"max\":1}|MEMBER",
        "{\"ämount\":1}|MEMBER",
        "5|JSON_SHAPE",
        "-5|JSON_SHAPE",
        "\"amount\"|JSON_SHAPE",
        "[]|JSON_SHAPE",
        "true|JSON_SHAPE",
        "nulx|JSON_SYNTAX",
        "amount=5|JSON_SYNTAX",
      })
  void shouldRefuseAnythingElse(final String body, final Refusal refusal) {
    assertEquals(refusal, parse(body));
  }

  @Test
  void shouldRefuseWhiteSpaceAloneAndByteOrderMarks() {
    assertEquals(Refusal.JSON_END, parse(" "));
    assertEquals(Refusal.JSON_SYNTAX, parse("\uFEFF{}"));
    assertEquals(Refusal.JSON_SYNTAX, parse("{\"am\nount\":1}"));
    assertEquals(Refusal.JSON_SYNTAX, parse("\u00a0{}"));
  }

  @Test
  void shouldAgreeWithAReferenceOnRandomTokens() {
    final String[] tokens = {
      "{",
      "}",
      "\"amount\"",
      ":",
      ",",
      "null",
      "-",
      "0",
      "1",
      "92",
      "233720368547758",
      "07",
      " ",
      "\n",
      ".",
      "e",
      "\"",
      "a",
      "[",
      "]",
      "\\",
      "true",
      "{\"amount\":",
      "}"
    };
    final Random random = new Random(20_261_124);
    int validCount = 0;
    for (int round = 0; round < 300_000; round++) {
      final StringBuilder body = new StringBuilder();
      for (int i = random.nextInt(9); i > 0; i--) {
        body.append(tokens[random.nextInt(tokens.length)]);
      }
      validCount += checkAgainstReference(body.toString());
    }
    assertEquals(true, validCount > 1_000, "too few valid bodies: " + validCount);
  }

  private int checkAgainstReference(final String body) {
    final Matcher matcher = VALID.matcher(body);
    final Refusal refusal = parse(body);
    if (!body.isEmpty() && !matcher.matches()) {
      assertNotNull(refusal, body);
      return 0;
    }
    final String digits = body.isEmpty() ? null : matcher.group(1);
    final BigInteger expected =
        digits == null || digits.equals("null") ? BigInteger.ONE : new BigInteger(digits);
    if (expected.bitLength() > 63) {
      assertEquals(Refusal.AMOUNT_RANGE, refusal, body);
    } else {
      assertNull(refusal, body);
      assertEquals(expected.longValueExact(), parser.amount(), body);
    }
    return 1;
  }

  @Test
  void shouldNeverThrowOnRandomBytes() {
    final Random random = new Random(2);
    final byte[] body = new byte[24];
    final byte[] start = "{\"amount\":".getBytes(UTF_8);
    int refusedCount = 0;
    for (int round = 0; round < 300_000; round++) {
      random.nextBytes(body);
      System.arraycopy(start, 0, body, 0, random.nextInt(start.length + 1));
      final int length = random.nextInt(body.length + 1);
      if (parser.parse(body, 0, length) != null) {
        refusedCount++;
      }
    }
    assertEquals(true, refusedCount > 250_000);
  }
}
