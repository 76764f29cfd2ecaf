package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of many items: what they give, and what is wrong with them in which item. */
@Timeout(60)
class JsonItemsParserTest {
  private static final ProblemType INVALID_ID =
      new ProblemType("invalid-id", "Invalid id", "Some ids are none.");
  private static final ProblemType INVALID =
      new ProblemType("invalid-amount", "Invalid amount", "Some amounts are none.");
  private static final ItemsBody BODY =
      new ItemsBody(
          new PathId("counter_id", "counter id", INVALID_ID),
          List.of(
              IntegerParameter.member("amount", -5, 5, 1, INVALID),
              FlagParameter.member("saturate", INVALID),
              WordParameter.member("ttl", INVALID, "once", "always")),
          List.of(FlagParameter.member("atomic", INVALID)));

  private final JsonItemsParser parser = new JsonItemsParser();
  private final ItemList items = new ItemList();
  private final GivenValues beside = new GivenValues();
  private final GivenValues members = new GivenValues();

  private Refusal parse(final String json) {
    final byte[] bytes = json.getBytes(UTF_8);
    beside.clear();
    return parser.parse(BODY, bytes, 0, bytes.length, items, beside);
  }

  private String id(final int item) {
    return new String(items.ids(), items.idOffset(item), items.idLength(item), UTF_8);
  }

  private long member(final int item, final int index) {
    items.copyMembers(item, members);
    return members.get(BODY.members, index);
  }

  @Test
  void shouldReadItemsInTheirOrderWithTheirMembers() {
    assertNull(
        parse(
            " {\"atomic\" : true , \"items\":[ {\"counter_id\":\"a\",\"amount\":-5},"
                + "{\"ttl\":\"always\" ,\"counter_id\": \"bc\",\"saturate\":true},"
                + "{\"counter_id\":\"a\",\"amount\":null}]}\n"));
    assertEquals(3, items.count());
    assertEquals(List.of("a", "bc", "a"), List.of(id(0), id(1), id(2)));
    assertEquals(-5, member(0, 0));
    assertEquals(1, member(1, 0));
    assertEquals(1, member(1, 1));
    assertEquals(1, member(1, 2));
    assertEquals(1, member(2, 0));
    assertEquals(0, items.membersGiven(2));
    assertEquals(1, beside.get(BODY.beside, 0));
    assertEquals(JsonItemsParser.NO_ITEM, parser.item());
  }

  @Test
  void shouldForgetTheRequestBefore() {
    assertNull(parse("{\"atomic\":true,\"items\":[{\"counter_id\":\"abc\",\"amount\":2}]}"));
    assertNull(parse("{\"items\":[{\"counter_id\":\"d\"}]}"));
    assertEquals(1, items.count());
    assertEquals("d", id(0));
    assertEquals(0, items.membersGiven(0));
    assertEquals(0, beside.get(BODY.beside, 0));
  }

  @Test
  void shouldUnescapeIds() {
    assertNull(
        parse(
            "{\"items\":[{\"counter_id\":\"\\u0061\\/\\\"\\\\\"},{\"counter_id\":\"ä€\"},"
                + "{\"counter_id\":\"\\u00e4\\u20AC\\uD83D\\ude00\"},{\"counter_id\":\"...\"},"
                + "{\"counter\\u005Fid\":\"x\"}]}"));
    assertEquals(
        List.of("a/\"\\", "ä€", "ä€😀", "...", "x"),
        IntStream.range(0, 5).mapToObj(this::id).toList());
  }

  @Test
  void shouldTakeIdsUpToTheirBoundInBytes() {
    assertNull(parse(one("x".repeat(256))));
    assertNull(parse(one("ä".repeat(128))));
    assertNull(parse(one("\\u00e4".repeat(128))));
    assertNull(parse(one("\\ud83d\\ude00".repeat(64))));
    for (final String tooLong :
        List.of(
            "x".repeat(257),
            "ä".repeat(128) + "x",
            "\\u00e4".repeat(128) + "x",
            "\\ud83d\\ude00".repeat(64) + "\\u0061",
            "x".repeat(255) + "ä",
            "\\u0061".repeat(1_000))) {
      assertFault("counter_id is longer than 256 bytes of UTF-8", 0, one(tooLong));
    }
  }

  private static String one(final String id) {
    return "{\"items\":[{\"counter_id\":\"" + id + "\"}]}";
  }

  @Test
  void shouldTakeAThousandItemsAndNotOneMore() {
    assertNull(parse(many(1_000)));
    assertEquals(1_000, items.count());
    assertEquals("c999", id(999));
    final Refusal tooMany = parse(many(1_001));
    assertNotNull(tooMany);
    assertEquals(413, tooMany.status());
    assertEquals("too-many-items", tooMany.type().slug());
    assertEquals(JsonItemsParser.NO_ITEM, parser.item());
  }

  private static String many(final int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"counter_id\":\"c" + i + "\",\"amount\":" + i % 6 + "}")
        .collect(Collectors.joining(",", "{\"items\":[", "]}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          -1 | items is missing | {}
          -1 | items is missing | {"atomic":true}
          -1 | items must be an array | {"items":null}
          -1 | items must be an array | {"items":{}}
          -1 | items must be an array | {"items":"a"}
          -1 | items has no item | {"items":[]}
          -1 | items is given twice | {"items":[{"counter_id":"a"}],"items":[]}
          -1 | atomic is given twice | {"atomic":true,"atomic":true}
          -1 | atomic must be true, false or null | {"atomic":1}
          -1 | the members known are items, atomic | {"item":[]}
          -1 | the members known are items, atomic | {"items":[{"counter_id":"a"}],"amount":1}
          -1 | the body must be an object | [{"counter_id":"a"}]
          -1 | the body must be an object | null
          -1 | something follows the value | {"items":[{"counter_id":"a"}]} {}
          -1 | unexpected end | {"items":[{"counter_id":"a"}]
          -1 | unexpected end | {"items":[{"counter_id":"a"}
          -1 | unexpected character | {"items":[{"counter_id":"a"}}
          -1 | unexpected character | {"items":[{"counter_id":"a"}],}
          0 | an item must be an object | {"items":["a"]}
          0 | an item must be an object | {"items":[null]}
          0 | an item must be an object | {"items":[[]]}
          0 | counter_id is missing | {"items":[{}]}
          1 | counter_id is missing | {"items":[{"counter_id":"a"},{"amount":1}]}
          1 | unexpected character | {"items":[{"counter_id":"a"},]}
          0 | counter_id must be a string | {"items":[{"counter_id":null}]}
          0 | counter_id must be a string | {"items":[{"counter_id":7}]}
          0 | counter_id is given twice | {"items":[{"counter_id":"a","counter_id":"a"}]}
          0 | counter_id is empty | {"items":[{"counter_id":""}]}
          0 | has half of a surrogate pair | {"items":[{"counter_id":"\\ud83d"}]}
          0 | has half of a surrogate pair | {"items":[{"counter_id":"\\ud83dx"}]}
          0 | has half of a surrogate pair | {"items":[{"counter_id":"\\ude00"}]}
          0 | has half of a surrogate pair | {"items":[{"counter_id":"\\ud83d\\u0041"}]}
          0 | the counter id is . or .. | {"items":[{"counter_id":".."}]}
          0 | the counter id has a control character | {"items":[{"counter_id":"a\\u0000"}]}
          0 | the counter id has a control character | {"items":[{"counter_id":"\\n"}]}
          0 | the counter id has a control character | {"items":[{"counter_id":"\\u0085"}]}
          0 | unexpected character | {"items":[{"counter_id":"\\x"}]}
          0 | unexpected character | {"items":[{"counter_id":"\\u00g0"}]}
          0 | unexpected end | {"items":[{"counter_id":"\\u00
          0 | unexpected end | {"items":[{"counter_id":"a
          0 | the members known of an item are counter_id, amount, saturate, ttl | {"items":[{"counter_ids":"a"}]}
          2 | the members known of an item are counter_id, amount, saturate, ttl | {"items":[{"counter_id":"a"},{"counter_id":"a"},{"counter_id":"a","atomic":true}]}
          0 | amount is given twice | {"items":[{"amount":1,"amount":1}]}
          1 | amount is outside the range -5 to 5 | {"items":[{"counter_id":"a"},{"counter_id":"b","amount":6}]}
          0 | amount must be an integer without fraction or exponent | {"items":[{"amount":1.0}]}
          0 | amount must be an integer or null | {"items":[{"amount":"1"}]}
          0 | ttl must be once, always or null | {"items":[{"ttl":"never"}]}
          0 | unexpected character | {"items":[{"counter_id":"a";"amount":1}]}
          """)
  void shouldSayWhatIsWrongInWhichItem(final int item, final String fault, final String json) {
    assertFault(fault, item, json);
  }

  private void assertFault(final String fault, final int item, final String json) {
    final Refusal refusal = parse(json);
    assertNotNull(refusal, json);
    assertTrue(refusal.toString().endsWith(fault), refusal::toString);
    assertEquals(item, parser.item());
  }

  @Test
  void shouldRefuseRawControlCharactersAndBytesThatAreNoUtf8() {
    assertFault("unexpected character", 0, one("a\nb"));
    assertFault("the counter id has a control character", 0, one("a\u007fb"));
    for (final int[] bad :
        new int[][] {{0xC0, 0xAF}, {0xFF}, {0xED, 0xA0, 0x80}, {0xE2, 0x82}, {0x80}}) {
      final byte[] json = one("a" + "?".repeat(bad.length)).getBytes(UTF_8);
      final int at = one("a").indexOf("\"a\"") + 2;
      for (int i = 0; i < bad.length; i++) {
        json[at + i] = (byte) bad[i];
      }
      final Refusal refusal = parser.parse(BODY, json, 0, json.length, items, beside);
      assertNotNull(refusal);
      assertTrue(refusal.toString().endsWith("the counter id is not valid UTF-8"));
    }
  }

  /** Whatever is cut off or changed, the parser neither throws nor reads beyond the end. */
  @Test
  void shouldSurviveAnyDamage() {
    final byte[] whole = many(20).getBytes(UTF_8);
    for (int length = 0; length < whole.length; length++) {
      assertNotNull(parser.parse(BODY, whole, 0, length, items, beside), "length " + length);
    }
    final SplittableRandom random = new SplittableRandom(7);
    final List<Integer> counts = new ArrayList<>();
    for (int round = 0; round < 20_000; round++) {
      final byte[] damaged = whole.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      if (parser.parse(BODY, damaged, 0, damaged.length, items, beside) == null) {
        counts.add(items.count());
      }
    }
    assertTrue(counts.stream().allMatch(count -> count == 20), counts::toString);
  }
}
