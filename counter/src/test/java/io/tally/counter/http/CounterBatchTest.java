package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.internal.ContextBuilder;
import io.tally.engine.internal.IdempotencyLimit;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Increments of many counters in one request, over sockets. */
@Timeout(60)
class CounterBatchTest {
  private static final String PATH = "/counters/increment";
  private static final String KEY = "Idempotency-Key: k\r\n";
  private static final int LOOPS = 2;
  private static final int MIB = 1 << 20;

  /** The fewest that take the longest command. */
  private static final int RING_SLOTS = 64;

  private static final Pattern ITEM = Pattern.compile("\\{\"counter_id\":[^{}]*\\}");
  private static final String END = ",\"incarnation\":\"" + CounterServer.INCARNATION + "\"}";

  private CounterServer server;

  private RawClient launch() throws IOException {
    return launch(true, context -> {});
  }

  private RawClient launch(final boolean steppingShards, final Consumer<ContextBuilder> settings)
      throws IOException {
    final Consumer<ContextBuilder> roomy = context -> context.services(counters(1 << 20));
    server =
        new CounterServer(LOOPS, steppingShards, SystemNanoClock.INSTANCE, roomy.andThen(settings));
    return server.connect();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  /** Between counters of different shards there is no order. */
  private static ContextBuilder oneShard(final ContextBuilder context) {
    return context.cluster(
        new ClusterSettings(List.of("node-0"), 1, ClusterSettings.DEFAULT_SEED, 4_096));
  }

  private static CounterDefinition counters(final int limit) {
    return new CounterDefinition(new CounterLimit(limit));
  }

  private static String batch(final String... items) {
    return "{\"items\":[" + String.join(",", items) + "]}";
  }

  private static String item(final String id, final long amount) {
    return "{\"counter_id\":\"" + id + "\",\"amount\":" + amount + "}";
  }

  private static String counted(final String id, final long value) {
    return "{\"counter_id\":\"" + id + "\",\"value\":" + value + END;
  }

  private static Response post(final RawClient client, final String body) throws IOException {
    return client.exchange(RawClient.post(PATH, body));
  }

  private static List<String> items(final Response response) {
    assertEquals(200, response.status(), response.body());
    assertTrue(response.body().startsWith("{\"items\":["), response.body());
    assertTrue(response.body().endsWith("]}\n"), response.body());
    final List<String> items = new ArrayList<>();
    final Matcher matcher = ITEM.matcher(response.body());
    while (matcher.find()) {
      items.add(matcher.group());
    }
    return items;
  }

  @Test
  void shouldAnswerItemsInTheirOrderAsRequestsOfTheirOwn() throws IOException {
    try (RawClient client = launch()) {
      final Response response =
          post(client, batch(item("a", 5), "{\"counter_id\":\"b\"}", item("a", -2), item("c", 0)));
      assertEquals(
          batch(counted("a", 5), counted("b", 1), counted("a", 3), counted("c", 0)) + "\n",
          response.body());
      assertEquals("application/json", response.header("Content-Type"));
      assertNull(response.header("Tally-Incarnation"));
      assertNull(response.header("Tally-Failed-Items"));
      assertNull(response.header("Idempotency-Replayed"));
      assertNull(response.header("ETag"));
      assertTrue(
          client
              .exchange(RawClient.get("/counter/a"))
              .body()
              .startsWith("{\"counter_id\":\"a\",\"value\":3"));
    }
  }

  @Test
  void shouldApplyItemsOfOneCounterInTheirOrder() throws IOException {
    try (RawClient client = launch()) {
      final String body =
          batch(
              IntStream.range(0, 1_000).mapToObj(i -> item("c" + i % 7, 1)).toArray(String[]::new));
      for (int round = 0; round < 3; round++) {
        final List<String> answers = items(post(client, body));
        assertEquals(1_000, answers.size());
        for (int i = 0; i < 1_000; i++) {
          final int each = 1_000 / 7 + (i % 7 < 1_000 % 7 ? 1 : 0);
          assertEquals(counted("c" + i % 7, (long) round * each + i / 7 + 1), answers.get(i));
        }
      }
    }
  }

  @Test
  void shouldShowAnyIdAsItCame() throws IOException {
    try (RawClient client = launch()) {
      final String quoted = "\\\"\\\\".repeat(128);
      assertEquals(
          List.of(counted("ä€", 1), counted(quoted, 1), counted("...", 1), counted("a/b", 1)),
          items(
              post(
                  client,
                  batch(item("\\u00e4€", 1), item(quoted, 1), item("...", 1), item("a\\/b", 1)))));
      assertEquals(List.of(counted("ä€", 2)), items(post(client, batch(item("ä\\u20ac", 1)))));
    }
  }

  @Test
  void shouldAnswerEachItemThatFailsAndCountThem() throws IOException {
    try (RawClient client = launch(true, context -> oneShard(context).services(counters(2)))) {
      final Response response =
          post(
              client,
              batch(
                  item("a", Long.MAX_VALUE),
                  item("a", 1),
                  item("b", 1),
                  item("c", 1),
                  item("b", 1)));
      assertEquals(
          List.of(
              counted("a", Long.MAX_VALUE),
              failed("a", 409, "overflow") + END,
              counted("b", 1),
              failed("c", 503, "memory-limit") + END,
              counted("b", 2)),
          items(response));
      assertEquals("2", response.header("Tally-Failed-Items"));
      final Response next = post(client, batch(item("b", 1)));
      assertEquals(List.of(counted("b", 3)), items(next));
      assertNull(next.header("Tally-Failed-Items"));
    }
  }

  /** Not closed: its incarnation may follow. */
  private static String failed(final String id, final int status, final String slug) {
    return failed(id, status, slug, "not_applied");
  }

  private static String failed(
      final String id, final int status, final String slug, final String outcome) {
    return "{\"counter_id\":\""
        + id
        + "\",\"status\":"
        + status
        + ",\"type\":\"/problems/"
        + slug
        + "\",\"outcome\":\""
        + outcome
        + "\"";
  }

  @Test
  void shouldSayOfWhichItemsTheOwnerIsAway() throws IOException {
    try (RawClient client =
        launch(true, context -> context.cluster(ClusterSettings.of(List.of("node-0", "node-1"))))) {
      final Response response =
          post(
              client,
              batch(IntStream.range(0, 64).mapToObj(i -> item("c" + i, 1)).toArray(String[]::new)));
      int away = 0;
      final List<String> answers = items(response);
      for (int i = 0; i < 64; i++) {
        final boolean failed = answers.get(i).contains("status");
        away += failed ? 1 : 0;
        assertEquals(
            failed ? failed("c" + i, 503, "no-owner") + "}" : counted("c" + i, 1), answers.get(i));
      }
      assertTrue(away > 0 && away < 64, "away: " + away);
      assertEquals(Integer.toString(away), response.header("Tally-Failed-Items"));
    }
  }

  @Test
  void shouldEndAtOneDeadlineWhatNobodyAnswers() throws IOException {
    try (RawClient client =
        launch(
            false,
            context ->
                context.settings(
                    EngineSettings.DEFAULT
                        .withRingSlots(RING_SLOTS)
                        .withRequestTimes(
                            TimeUnit.MILLISECONDS.toNanos(300),
                            TimeUnit.MILLISECONDS.toNanos(50))))) {
      final int count = RING_SLOTS + 2;
      final List<String> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        // What does not fit into the ring was never handed over.
        answers.add(
            (i < RING_SLOTS ? failed("a", 504, "timeout", "unknown") : failed("a", 503, "busy"))
                + "}");
      }
      final Response response =
          post(client, batch(Collections.nCopies(count, item("a", 1)).toArray(new String[0])));
      assertEquals(answers, items(response));
      assertEquals(Integer.toString(count), response.header("Tally-Failed-Items"));
    }
  }

  @Test
  void shouldRefuseAsAWholeWhatFindsNoRoom() throws IOException {
    try (RawClient client =
        launch(true, context -> context.settings(EngineSettings.DEFAULT.withPendingSlots(16)))) {
      final String[] items =
          IntStream.range(0, 17).mapToObj(i -> item("c" + i, 1)).toArray(String[]::new);
      final Response refused = post(client, batch(items));
      assertEquals(503, refused.status());
      assertTrue(refused.body().startsWith("{\"type\":\"/problems/busy\""), refused.body());
      assertTrue(refused.body().endsWith(",\"outcome\":\"not_applied\"}\n"), refused.body());
      assertEquals("1", refused.header("Retry-After"));
      assertEquals(0, server.engine.entityCount());
      items[16] = items[0];
      final String[] fewer = IntStream.range(0, 16).mapToObj(i -> items[i]).toArray(String[]::new);
      assertEquals(16, items(post(client, batch(fewer))).size());
    }
  }

  @Test
  void shouldRefuseAsAWholeWhereTheNodeCloses() throws IOException {
    try (RawClient client = launch()) {
      for (int i = 0; i < LOOPS; i++) {
        server.engine.ingress(i).close();
      }
      final Response response = post(client, batch(item("a", 1), item("b", 1)));
      assertEquals(503, response.status());
      assertTrue(response.body().contains("/problems/draining"), response.body());
      assertEquals("close", response.header("Connection"));
    }
  }

  @Test
  void shouldCountEachItemOfAKeyOnceInWhateverOrderIdsComeAgain() throws IOException {
    try (RawClient client = launch()) {
      final Response first =
          client.exchange(
              RawClient.post(PATH, KEY, batch(item("a", 1), item("b", 10), item("a", 2))));
      assertEquals(List.of(counted("a", 1), counted("b", 10), counted("a", 3)), items(first));
      assertNull(first.header("Idempotency-Replayed"));
      final Response again =
          client.exchange(
              RawClient.post(PATH, KEY, batch(item("a", 1), item("a", 2), item("b", 10))));
      assertEquals(List.of(counted("a", 1), counted("a", 3), counted("b", 10)), items(again));
      assertEquals("true", again.header("Idempotency-Replayed"));
    }
  }

  @Test
  void shouldRunTheItemsOfAKeyThatHadNotRun() throws IOException {
    try (RawClient client = launch()) {
      client.exchange(RawClient.post(PATH, KEY, batch(item("a", 1), item("b", 10))));
      final Response more =
          client.exchange(
              RawClient.post(PATH, KEY, batch(item("a", 1), item("b", 10), item("c", 100))));
      assertEquals(List.of(counted("a", 1), counted("b", 10), counted("c", 100)), items(more));
      assertNull(more.header("Idempotency-Replayed"), "not all of it was");
      final Response swapped =
          client.exchange(
              RawClient.post(PATH, KEY, batch(item("a", 2), item("b", 10), item("a", 1))));
      assertEquals(
          List.of(
              failed("a", 422, "idempotency-mismatch") + END, counted("b", 10), counted("a", 2)),
          items(swapped));
      assertEquals("1", swapped.header("Tally-Failed-Items"));
    }
  }

  @Test
  void shouldNeverTakeTheKeyOfAnItemForThatOfARequest() throws IOException {
    try (RawClient client = launch()) {
      client.exchange(RawClient.post(PATH, KEY, batch(item("a", 1))));
      final Response single =
          client.exchange(RawClient.post("/counter/a/increment", KEY, "{\"amount\":1}"));
      assertNull(single.header("Idempotency-Replayed"));
      assertTrue(single.body().startsWith("{\"counter_id\":\"a\",\"value\":2"), single.body());
      final Response again = client.exchange(RawClient.post(PATH, KEY, batch(item("a", 1))));
      assertEquals(List.of(counted("a", 1)), items(again));
    }
  }

  @Test
  void shouldRefuseTheItemsForWhoseKeysThereIsNoRoom() throws IOException {
    try (RawClient client =
        launch(
            true,
            context ->
                oneShard(context)
                    .keys(new IdempotencyLimit(1 << 20))
                    .settings(
                        EngineSettings.DEFAULT.withIdempotency(TimeUnit.MINUTES.toNanos(2), 2)))) {
      final Response response =
          client.exchange(
              RawClient.post(PATH, KEY, batch(item("a", 1), item("a", 1), item("b", 1))));
      assertEquals(
          List.of(counted("a", 1), counted("a", 2), failed("b", 503, "key-limit") + END),
          items(response));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          0 | invalid-json | {"items":[7]}
          1 | invalid-id | {"items":[{"counter_id":"a"},{"counter_id":""}]}
          1 | invalid-id | {"items":[{"counter_id":"a"},{"amount":1}]}
          1 | unknown-member | {"items":[{"counter_id":"a"},{"counter_id":"b","id":1}]}
          1 | invalid-amount | {"items":[{"counter_id":"a"},{"counter_id":"b","amount":1.5}]}
          1 | invalid-amount | {"items":[{"counter_id":"a"},{"counter_id":"b","amount":9223372036854775808}]}
          1 | invalid-bound | {"items":[{"counter_id":"a"},{"counter_id":"b","min":2,"max":1}]}
          1 | invalid-bound | {"items":[{"counter_id":"a"},{"counter_id":"b","saturate":1}]}
          1 | invalid-ttl | {"items":[{"counter_id":"a"},{"counter_id":"b","ttl":"once"}]}
          1 | invalid-ttl | {"items":[{"counter_id":"a"},{"counter_id":"b","ttl_ms":0}]}
          -1 | invalid-json | {"items":[{"counter_id":"a"}]
          -1 | no-items | {"items":[]}
          -1 | invalid-json | {"items":[{"counter_id":"a"}],"items":[]}
          -1 | unknown-member | {"items":[{"counter_id":"a"}],"amount":1}
          """)
  void shouldApplyNothingOfARequestWithABadItem(
      final int item, final String slug, final String body) throws IOException {
    try (RawClient client = launch()) {
      final Response refused = post(client, body);
      assertEquals(400, refused.status(), refused.body());
      assertTrue(refused.body().startsWith("{\"type\":\"/problems/" + slug + "\""), refused.body());
      assertTrue(
          refused
              .body()
              .endsWith(
                  (item < 0 ? "\"" : "\",\"item\":" + item) + ",\"outcome\":\"not_applied\"}\n"),
          refused.body());
      assertEquals(0, server.engine.entityCount());
      assertEquals(200, client.exchange(RawClient.get("/problems/" + slug)).status());
    }
  }

  @Test
  void shouldRefuseOneBadItemOfAThousandAndOneItemTooMany() throws IOException {
    try (RawClient client = launch()) {
      final String[] items =
          IntStream.range(0, 1_000).mapToObj(i -> item("c" + i, 1)).toArray(String[]::new);
      items[999] = "{\"counter_id\":\"x\",\"amount\":\"1\"}";
      final Response bad = post(client, batch(items));
      assertEquals(400, bad.status());
      assertTrue(bad.body().contains(",\"item\":999,"), bad.body());
      items[999] = item("x", 1) + "," + item("y", 1);
      final Response tooMany = post(client, batch(items));
      assertEquals(413, tooMany.status());
      assertTrue(tooMany.body().startsWith("{\"type\":\"/problems/too-many-items\""));
      assertTrue(tooMany.body().endsWith(",\"outcome\":\"not_applied\"}\n"));
      assertEquals(0, server.engine.entityCount());
    }
  }

  @Test
  void shouldRefuseAQueryAndOtherMethods() throws IOException {
    try (RawClient client = launch()) {
      assertEquals(
          400,
          client.exchange(RawClient.post(PATH + "?atomic=true", batch(item("a", 1)))).status());
      final Response get = client.exchange(RawClient.get(PATH));
      assertEquals(405, get.status());
      assertEquals("POST", get.header("Allow"));
    }
  }

  @Test
  void shouldTakeABodyOfAMebibyteAndNoLongerOne() throws IOException {
    final String body = batch(item("a", 1));
    try (RawClient client = launch()) {
      assertEquals(
          List.of(counted("a", 1)), items(post(client, body + " ".repeat(MIB - body.length()))));
      assertEquals(List.of(counted("a", 2)), items(chunked(client, body, MIB - body.length())));
      final Response tooLong = chunked(client, body, MIB - body.length() + 1);
      assertEquals(413, tooLong.status());
      assertTrue(tooLong.body().contains("/problems/too-large"), tooLong.body());
    }
    try (RawClient client = server.connect()) {
      final Response tooLong = post(client, body + " ".repeat(MIB + 1 - body.length()));
      assertEquals(413, tooLong.status());
      assertEquals("close", tooLong.header("Connection"));
    }
    try (RawClient client = server.connect()) {
      final Response other =
          client.exchange(RawClient.post("/counter/a/increment", "{}" + " ".repeat(65_535)));
      assertEquals(413, other.status(), "all others keep their bound");
    }
  }

  private static Response chunked(final RawClient client, final String body, final int spaces)
      throws IOException {
    client.send("POST " + PATH + " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(Integer.toHexString(body.length()) + "\r\n" + body + "\r\n");
    client.send(Integer.toHexString(spaces) + "\r\n" + " ".repeat(spaces) + "\r\n0\r\n\r\n");
    return client.read();
  }

  @Test
  void shouldAnswerTheLongestRequestInFull() throws IOException {
    try (RawClient client = launch()) {
      final String[] ids =
          IntStream.range(0, 1_000)
              .mapToObj(i -> (i + "-" + "\\\"".repeat(256)).substring(0, 2 * 256 - 2 * 10))
              .map(id -> id.endsWith("\\") ? id.substring(0, id.length() - 1) : id)
              .toArray(String[]::new);
      final String body =
          IntStream.range(0, 1_000)
              .mapToObj(i -> "{\"counter_id\":\"" + ids[i] + "\"}")
              .collect(Collectors.joining(",", "{\"items\":[", "]}"));
      assertTrue(body.getBytes(UTF_8).length > 500_000);
      for (int round = 1; round <= 2; round++) {
        final Response response = post(client, body);
        final List<String> answers = items(response);
        for (int i = 0; i < 1_000; i++) {
          assertEquals(counted(ids[i], round), answers.get(i));
        }
      }
    }
  }

  private static String atomic(final String... items) {
    return "{\"atomic\":true,\"items\":[" + String.join(",", items) + "]}";
  }

  @Test
  void shouldApplyAnAtomicBatchAsAWhole() throws IOException {
    try (RawClient client = launch()) {
      final Response response =
          post(
              client,
              atomic(
                  item("{s}:sold", 3),
                  "{\"counter_id\":\"{s}:left\",\"amount\":7,\"max\":7}",
                  "{\"counter_id\":\"{s}:left\",\"amount\":-3,\"min\":0,\"ttl_ms\":100000,\"ttl\":\"none\"}"));
      assertEquals(400, response.status(), "one bad item");
      final Response applied =
          post(
              client,
              atomic(
                  item("{s}:sold", 3),
                  "{\"counter_id\":\"{s}:left\",\"amount\":7,\"max\":7}",
                  "{\"counter_id\":\"{s}:left\",\"amount\":-3,\"min\":0}"));
      assertEquals(
          "{\"items\":["
              + counted("{s}:sold", 3)
              + ",{\"counter_id\":\"{s}:left\",\"value\":7,\"applied\":7"
              + END
              + ",{\"counter_id\":\"{s}:left\",\"value\":4,\"applied\":-3"
              + END
              + "]}\n",
          applied.body());
      assertNull(applied.header("Tally-Failed-Items"));
      final Response refused =
          post(
              client,
              atomic(item("{s}:sold", 5), "{\"counter_id\":\"{s}:left\",\"amount\":-5,\"min\":0}"));
      assertEquals(
          "{\"items\":[{\"counter_id\":\"{s}:sold\",\"value\":3,\"applied\":0"
              + END
              + ",{\"counter_id\":\"{s}:left\",\"value\":4,\"applied\":0"
              + END
              + "],\"refused_item\":1}\n",
          refused.body());
      assertEquals(200, refused.status());
    }
  }

  @Test
  void shouldReplayAnAtomicBatchAsAWhole() throws IOException {
    try (RawClient client = launch()) {
      final String body = atomic(item("{s}a", 1), item("{s}b", 2), item("{s}a", 3));
      final Response first = client.exchange(RawClient.post(PATH, KEY, body));
      final Response again = client.exchange(RawClient.post(PATH, KEY, body));
      assertEquals(first.body(), again.body());
      assertEquals("true", again.header("Idempotency-Replayed"));
      assertEquals(
          422,
          client
              .exchange(RawClient.post(PATH, KEY, atomic(item("{s}b", 2), item("{s}a", 1))))
              .status());
      // The keys of its items, and of a counter whose id is the tag, are others.
      assertNull(
          client
              .exchange(RawClient.post(PATH, KEY, batch(item("{s}a", 1))))
              .header("Idempotency-Replayed"));
      assertEquals(200, client.exchange(RawClient.post("/counter/s/increment", KEY, "")).status());
    }
  }

  @Test
  void shouldRefuseAnAtomicBatchOfSeveralShardsOrTooManyItems() throws IOException {
    try (RawClient client = launch()) {
      final Response twoTags = post(client, atomic(item("{a}x", 1), item("{b}x", 1)));
      assertEquals(400, twoTags.status());
      assertTrue(twoTags.body().startsWith("{\"type\":\"/problems/not-one-shard\""));
      assertTrue(twoTags.body().contains(",\"item\":1,"), twoTags.body());
      final String[] items =
          IntStream.range(0, 65).mapToObj(i -> item("{t}" + i, 1)).toArray(String[]::new);
      final Response tooMany = post(client, atomic(items));
      assertEquals(413, tooMany.status());
      assertTrue(tooMany.body().startsWith("{\"type\":\"/problems/too-many-items\""));
      final Response notABoolean = post(client, "{\"atomic\":1,\"items\":[" + item("a", 1) + "]}");
      assertEquals(400, notABoolean.status());
      assertTrue(notABoolean.body().startsWith("{\"type\":\"/problems/invalid-atomic\""));
      assertEquals(0, server.engine.entityCount());
    }
  }

  @Test
  void shouldAnswerAnAtomicBatchThatFailsAsOneRequest() throws IOException {
    try (RawClient client = launch(true, context -> context.services(counters(2)))) {
      final Response full = post(client, atomic(item("{a}1", 1), item("{a}2", 1), item("{a}3", 1)));
      assertEquals(503, full.status());
      assertTrue(full.body().startsWith("{\"type\":\"/problems/memory-limit\""), full.body());
      assertTrue(full.body().endsWith(",\"item\":2,\"outcome\":\"not_applied\"}\n"), full.body());
      assertEquals(0, server.engine.entityCount());
      post(client, batch(item("{a}1", Long.MAX_VALUE)));
      final Response overflow = post(client, atomic(item("{a}2", 1), item("{a}1", 1)));
      assertEquals(409, overflow.status());
      assertTrue(overflow.body().startsWith("{\"type\":\"/problems/overflow\""), overflow.body());
      assertEquals(1, server.engine.entityCount());
      for (int i = 0; i < LOOPS; i++) {
        server.engine.ingress(i).close();
      }
      assertEquals(503, post(client, atomic(item("{a}2", 1))).status());
    }
  }

  /** Requests of one connection that are pipelined, of both kinds. */
  @Test
  void shouldKeepTheOrderOfRequestsOfOneConnection() throws IOException {
    try (RawClient client = launch()) {
      final StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        requests.append(RawClient.post(PATH, batch(item("a", 1), item("b", 1), item("a", 1))));
        requests.append(RawClient.post("/counter/a/increment", ""));
      }
      client.send(requests.toString());
      for (int i = 0; i < 40; i++) {
        assertEquals(
            List.of(counted("a", 3 * i + 1), counted("b", i + 1), counted("a", 3 * i + 2)),
            items(client.read()));
        final String single = client.read().body();
        assertTrue(single.startsWith("{\"counter_id\":\"a\",\"value\":" + (3 * i + 3)), single);
      }
    }
  }
}
