package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JsonObjectParserTest {
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

  /** What is said of each fault, by the name that it has in the vectors. */
  private static final Map<String, String> DETAILS =
      Map.of(
          "AMOUNT_RANGE",
              "400 invalid-amount: invalid JSON: amount is outside the range of 64 bits",
          "AMOUNT_FRACTION",
              "400 invalid-amount: invalid JSON: amount must be an integer without fraction or exponent",
          "AMOUNT_TYPE", "400 invalid-amount: invalid JSON: amount must be an integer or null",
          "JSON_SYNTAX", "400 invalid-json: invalid JSON: unexpected character",
          "JSON_END", "400 invalid-json: invalid JSON: unexpected end",
          "JSON_TRAILING", "400 invalid-json: invalid JSON: something follows the value",
          "JSON_DUPLICATE", "400 invalid-json: invalid JSON: amount is given twice",
          "JSON_SHAPE", "400 invalid-json: invalid JSON: the body must be an object",
          "MEMBER", "400 unknown-member: the only member known is amount");

  private static final Parameters AMOUNT = new Parameters(List.of(ScriptedCounters.AMOUNT));

  private static final ProblemType INVALID =
      new ProblemType("invalid-limit", "Invalid limit", "Some limits are none.");

  private static final Parameters SEVERAL =
      new Parameters(
          List.of(
              ScriptedCounters.AMOUNT,
              IntegerParameter.member("low", -10, 10, -1, INVALID),
              IntegerParameter.member("high", 0, 100, 50, INVALID)));

  private static final Parameters KINDS =
      new Parameters(
          List.of(
              IntegerParameter.required("value", Long.MIN_VALUE, Long.MAX_VALUE, INVALID),
              FlagParameter.member("fair", INVALID),
              WordParameter.member("mode", INVALID, "slow", "fast")));

  private final JsonObjectParser parser = new JsonObjectParser();
  private final GivenValues values = new GivenValues();

  private Refusal parse(final String body) {
    return parse(AMOUNT, body);
  }

  private Refusal parse(final Parameters expected, final String body) {
    final byte[] bytes = ("#" + body + "#").getBytes(UTF_8);
    return parser.parse(expected, bytes, 1, bytes.length - 2, values);
  }

  private static void assertRefused(final String name, final Refusal refusal) {
    assertEquals(DETAILS.get(name), String.valueOf(refusal));
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
    assertEquals(1, values.get(AMOUNT, 0));
    assertEquals(body.indexOf(':') > 0 && !body.contains("null"), values.has(0));
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
    assertEquals(amount, values.get(AMOUNT, 0));
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
  void shouldRefuseAnythingElse(final String body, final String refusal) {
    assertRefused(refusal, parse(body));
  }

  @Test
  void shouldRefuseWhiteSpaceAloneAndByteOrderMarks() {
    assertRefused("JSON_END", parse(" "));
    assertRefused("JSON_SYNTAX", parse("\uFEFF{}"));
    assertRefused("JSON_SYNTAX", parse("{\"am\nount\":1}"));
    assertRefused("JSON_SYNTAX", parse("\u00a0{}"));
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
      assertRefused("AMOUNT_RANGE", refusal);
    } else {
      assertNull(refusal, body);
      assertEquals(expected.longValueExact(), values.get(AMOUNT, 0), body);
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
      if (parser.parse(AMOUNT, body, 0, length, values) != null) {
        refusedCount++;
      }
    }
    assertEquals(true, refusedCount > 250_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|1 -1 50",
        "null|1 -1 50",
        "{}|1 -1 50",
        "{\"low\":3}|1 3 50",
        "{\"high\":0,\"low\":10,\"amount\":-7}|-7 10 0",
        "{\"amount\":2,\"low\":-10,\"high\":100}|2 -10 100",
        "{\"low\":null,\"amount\":null,\"high\":7}|1 -1 7",
        "{\"h\\u0069gh\":9 , \"amount\" : 8}|8 -1 9",
      })
  void shouldReadSeveralMembersInAnyOrder(final String body, final String expected) {
    for (int i = 0; i < 3; i++) {
      values.set(i, 77);
    }
    assertNull(parse(SEVERAL, body));
    assertEquals(
        expected,
        values.get(SEVERAL, 0) + " " + values.get(SEVERAL, 1) + " " + values.get(SEVERAL, 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"low\":1,\"amount\":1,\"low\":1}|400 invalid-json: invalid JSON: low is given twice",
        "{\"low\":null,\"low\":null}|400 invalid-json: invalid JSON: low is given twice",
        "{\"high\":1,\"h\\u0069gh\":1}|400 invalid-json: invalid JSON: high is given twice",
        "{\"low\":1,\"max\":1}|" + "400 unknown-member: the members known are amount, low, high",
        "{\"low\":11}|400 invalid-limit: low is outside the range -10 to 10",
        "{\"low\":-11}|400 invalid-limit: low is outside the range -10 to 10",
        "{\"high\":99999999999999999999}|"
            + "400 invalid-limit: high is outside the range 0 to 100",
        "{\"high\":-1,\"low\":11}|400 invalid-limit: high is outside the range 0 to 100",
        "{\"amount\":1,\"high\":1.5}|"
            + "400 invalid-limit: invalid JSON: high must be an integer without fraction or exponent",
        "{\"low\":\"1\"}|400 invalid-limit: invalid JSON: low must be an integer or null",
        "{\"low\":1 \"high\":1}|400 invalid-json: invalid JSON: unexpected character",
        "{\"low\":1,,\"high\":1}|400 invalid-json: invalid JSON: unexpected character",
        "{\"low\":1,\"high\":1,}|400 invalid-json: invalid JSON: unexpected character",
        "{\"low\":1,|400 invalid-json: invalid JSON: unexpected end",
      })
  void shouldRefuseWhatIsWrongWithOneOfSeveral(final String body, final String refusal) {
    assertEquals(refusal, String.valueOf(parse(SEVERAL, body)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"value\":1}|1 - -",
        "{\"value\":1,\"fair\":true,\"mode\":\"fast\"}|1 1 1",
        "{\"mode\":\"slow\",\"fair\":false,\"value\":-2}|-2 0 0",
        "{\"mode\":null,\"fair\":null,\"value\":0}|0 - -",
        "{\"mode\" : \"f\\u0061st\" , \"value\":0}|0 - 1",
      })
  void shouldReadMembersOfEachKind(final String body, final String expected) {
    assertNull(parse(KINDS, body));
    final StringBuilder read = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      read.append(i == 0 ? "" : " ").append(values.has(i) ? values.get(KINDS, i) : "-");
    }
    assertEquals(expected, read.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|invalid-limit: value is missing",
        "null|invalid-limit: value is missing",
        "{}|invalid-limit: value is missing",
        "{\"value\":null}|invalid-limit: value is missing",
        "{\"fair\":true}|invalid-limit: value is missing",
        "{\"value\":\"1\"}|invalid-limit: invalid JSON: value must be an integer",
        "{\"fair\":1}|invalid-limit: invalid JSON: fair must be true, false or null",
        "{\"fair\":\"true\"}|invalid-limit: invalid JSON: fair must be true, false or null",
        "{\"fair\":[]}|invalid-limit: invalid JSON: fair must be true, false or null",
        "{\"fair\":truth}|invalid-json: invalid JSON: unexpected character",
        "{\"fair\":True}|invalid-json: invalid JSON: unexpected character",
        "{\"fair\":tru|invalid-json: invalid JSON: unexpected character",
        "{\"fair\":trues}|invalid-json: invalid JSON: unexpected character",
        "{\"fair\":false,\"fair\":true}|invalid-json: invalid JSON: fair is given twice",
        "{\"mode\":\"Fast\"}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":\"\"}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":\"faster\"}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":\"f\u00e4st\"}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":1}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":true}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":fast}|invalid-limit: invalid JSON: mode must be slow, fast or null",
        "{\"mode\":\"fa\\xst\"}|invalid-json: invalid JSON: unexpected character",
        "{\"mode\":\"fast|invalid-json: invalid JSON: unexpected end",
        "{\"mode\":\"fast\"|invalid-json: invalid JSON: unexpected end",
        "{\"mode\":\"slow\",\"mode\":null}|invalid-json: invalid JSON: mode is given twice",
        "{\"Value\":1}|unknown-member: the members known are value, fair, mode",
      })
  void shouldRefuseWhatIsWrongWithAMemberOfEachKind(final String body, final String refusal) {
    assertEquals("400 " + refusal, String.valueOf(parse(KINDS, body)));
  }

  @Test
  void shouldTakeNoWordThatIsLongerThanItsScratch() {
    final String word = "{\"value\":1,\"mode\":\"" + "f".repeat(1_000) + "\"}";
    assertEquals("invalid-limit", parse(KINDS, word).type().slug());
  }

  @Test
  void shouldKnowAMemberByTheLongestNameThatItMayHave() {
    final String longest = "m".repeat(64);
    final Parameters named =
        new Parameters(List.of(IntegerParameter.member(longest, 0, 9, 0, INVALID)));
    assertNull(parse(named, "{\"" + longest + "\":5}"));
    assertEquals(5, values.get(named, 0));
    assertEquals("unknown-member", parse(named, "{\"" + longest + "m\":5}").type().slug());
  }

  @Test
  void shouldRefuseMoreMembersThanItHasRoomFor() {
    final IntegerParameter[] many = new IntegerParameter[Parameters.MAX + 1];
    Arrays.fill(many, ScriptedCounters.AMOUNT);
    assertThrows(IllegalArgumentException.class, () -> new Parameters(List.of(many)));
  }
}
