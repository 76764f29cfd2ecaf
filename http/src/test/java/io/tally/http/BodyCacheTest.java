package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BodyCacheTest {
  private static final ProblemType INVALID = new ProblemType("invalid", "Invalid", "It is none.");

  private static final Parameters QUOTA =
      new Parameters(
          List.of(
              IntegerParameter.required("limit", 1, 99, INVALID),
              IntegerParameter.member("cost", 0, 9, 1, INVALID)));

  /** Takes some bodies of the other, for which they mean something else, and refuses some. */
  private static final Parameters BOUNDS =
      new Parameters(
          List.of(
              IntegerParameter.member("cost", 0, 99, 1, INVALID),
              IntegerParameter.member("limit", 0, 9, 5, INVALID)));

  private final BodyCache cache = new BodyCache();
  private final GivenValues values = new GivenValues();

  private boolean read(final Parameters expected, final String body) {
    final byte[] bytes = bytes(body);
    return cache.read(expected, bytes, 1, bytes.length - 2, values);
  }

  private void learn(final Parameters expected, final String body) {
    final byte[] bytes = bytes(body);
    assertFalse(read(expected, body));
    values.clear();
    values.set(0, 7);
    cache.learn(expected, bytes, 1, bytes.length - 2, values);
    values.clear();
  }

  /** A body stands between other bytes. */
  private static byte[] bytes(final String body) {
    return ("#" + body + "#").getBytes(US_ASCII);
  }

  @Test
  void shouldKnowABodyThatHasComeTwice() {
    learn(QUOTA, "{\"limit\":7}");
    learn(QUOTA, "{\"limit\":7}");
    assertTrue(read(QUOTA, "{\"limit\":7}"));
    assertEquals(1, values.mask());
    assertEquals(7, values.get(QUOTA, 0));
  }

  @Test
  void shouldNotKnowAnotherBodyNorThatOfAnotherRow() {
    learn(QUOTA, "{\"limit\":7}");
    learn(QUOTA, "{\"limit\":7}");
    assertFalse(read(BOUNDS, "{\"limit\":7}"));
    assertFalse(read(QUOTA, "{\"limit\":8}"));
    assertFalse(read(QUOTA, "{\"limit\":7} "));
    assertFalse(read(QUOTA, "{\"limit\":7"));
  }

  @ParameterizedTest
  @CsvSource({"7, false", "8, true", "128, true", "129, false"})
  void shouldKnowThoseThatAreNeitherTooShortNorTooLong(final int length, final boolean known) {
    final String body = "{}" + " ".repeat(length - 2);
    learn(QUOTA, body);
    learn(QUOTA, body);
    assertEquals(known, read(QUOTA, body));
  }

  @Test
  void shouldKnowTheSameBodyOfSeveralRows() {
    for (int i = 0; i < 2; i++) {
      learn(QUOTA, "{\"limit\":7}");
      learn(BOUNDS, "{\"limit\":7}");
    }
    assertTrue(read(QUOTA, "{\"limit\":7}"));
    assertTrue(read(BOUNDS, "{\"limit\":7}"));
  }

  /** Whatever came before, a body means what it means to a parser that has seen none. */
  @Test
  void shouldMeanTheSameWhateverCameBefore() {
    final SplittableRandom random = new SplittableRandom(1);
    final JsonObjectParser parser = new JsonObjectParser();
    final GivenValues fresh = new GivenValues();
    int known = 0;
    for (int i = 0; i < 200_000; i++) {
      final Parameters expected = random.nextBoolean() ? QUOTA : BOUNDS;
      final String body = body(random);
      final byte[] bytes = bytes(body);
      final int length = bytes.length - 2;
      final Refusal wanted = new JsonObjectParser().parse(expected, bytes, 1, length, fresh);
      assertEquals(wanted, parser.parse(expected, bytes, 1, length, values), body);
      if (wanted == null) {
        assertSame(expected, fresh, values, body);
      }
      if (cache.read(expected, bytes, 1, length, values)) {
        known++;
        assertNull(wanted, body);
        assertSame(expected, fresh, values, body);
      } else if (wanted == null) {
        cache.learn(expected, bytes, 1, length, fresh);
      }
    }
    assertTrue(known > 1_000, "so many were known: " + known);
  }

  private static void assertSame(
      final Parameters expected,
      final GivenValues wanted,
      final GivenValues found,
      final String body) {
    assertEquals(wanted.mask(), found.mask(), body);
    for (int member = 0; member < 2; member++) {
      assertEquals(wanted.get(expected, member), found.get(expected, member), body);
    }
  }

  /** One of few, so that most come again. */
  private static String body(final SplittableRandom random) {
    final StringBuilder body = new StringBuilder("{");
    if (random.nextInt(4) > 0) {
      body.append("\"limit\":").append(random.nextInt(12));
    }
    if (random.nextBoolean()) {
      body.append(body.length() > 1 ? "," : "").append("\"cost\":");
      body.append(random.nextInt(4) == 0 ? "null" : String.valueOf(random.nextInt(12)));
    }
    body.append(" ".repeat(random.nextInt(3))).append('}');
    if (random.nextInt(50) == 0) {
      body.setCharAt(random.nextInt(body.length()), '!');
    }
    return body.toString();
  }
}
