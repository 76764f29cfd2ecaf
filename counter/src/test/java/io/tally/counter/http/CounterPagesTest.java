package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.codecs.ScanDecoder;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of counters, page by page, over sockets. */
@Timeout(120)
class CounterPagesTest {
  private static final int LOOPS = 2;
  private static final long REQUEST_TIMEOUT_MS = 400;
  private static final Pattern ITEM =
      Pattern.compile(
          "\\{\"counter_id\":\"((?:[^\"\\\\]|\\\\.)*)\",\"value\":(-?[0-9]+)(,[^}]*)?\\}");
  private static final Pattern NEXT = Pattern.compile("\\],\"next\":\"([A-Za-z0-9_-]+)\"\\}\n$");

  private static CounterServer launch() {
    return new CounterServer(
        LOOPS,
        true,
        SystemNanoClock.INSTANCE,
        context -> context.services(new CounterDefinition(new CounterLimit(1 << 20))));
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private static void count(
      final RawClient client, final String prefix, final int from, final int to)
      throws IOException {
    for (int i = from; i < to; i += 500) {
      final List<String> items = new ArrayList<>();
      for (int id = i; id < Math.min(to, i + 500); id++) {
        items.add("{\"counter_id\":\"" + prefix + id + "\",\"amount\":" + id + "}");
      }
      final Response response =
          client.exchange(
              RawClient.post(
                  "/counters/increment", "{\"items\":[" + String.join(",", items) + "]}"));
      assertEquals(200, response.status());
      assertNull(response.header("Tally-Failed-Items"), response.body());
    }
  }

  /** One page: adds its counters, and returns the cursor of the next one or null. */
  private static String page(
      final RawClient client, final String query, final String cursor, final List<String> ids)
      throws IOException {
    final String target = "/counters?" + query + (cursor == null ? "" : "&cursor=" + cursor);
    final Response response = client.exchange(RawClient.get(target));
    assertEquals(200, response.status(), response.body());
    assertTrue(response.content().length < 64 * 1_024);
    final Matcher item = ITEM.matcher(response.body());
    while (item.find()) {
      ids.add(item.group(1) + "=" + item.group(2));
    }
    final Matcher next = NEXT.matcher(response.body());
    return next.find() ? next.group(1) : null;
  }

  private static List<String> all(final RawClient client, final String query) throws IOException {
    final List<String> ids = new ArrayList<>();
    String cursor = null;
    do {
      cursor = page(client, query, cursor, ids);
    } while (cursor != null);
    return ids;
  }

  @Test
  void shouldListAFewCountersInOnePage() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      assertEquals("{\"items\":[]}\n", client.exchange(RawClient.get("/counters?prefix=")).body());
      client.exchange(RawClient.post("/counter/a%22b/increment", "{\"amount\":-3}"));
      final Response response = client.exchange(RawClient.get("/counters?prefix=a"));
      assertEquals("{\"items\":[{\"counter_id\":\"a\\\"b\",\"value\":-3}]}\n", response.body());
      assertEquals("no-store", response.header("Cache-Control"));
      assertNull(response.header("Tally-Incarnation"));
      assertEquals("{\"items\":[]}\n", client.exchange(RawClient.get("/counters?prefix=b")).body());
      assertEquals(
          response.body(), client.exchange(RawClient.get("/counters")).body(), "all of them");
    }
  }

  @Test
  void shouldShowEachCounterOfAPrefixOnceHoweverLongThePages() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "views:", 0, 5_000);
      count(client, "likes:", 0, 3_000);
      final Map<String, Integer> wanted = new TreeMap<>();
      for (int i = 0; i < 5_000; i++) {
        wanted.put("views:" + i + "=" + i, 1);
      }
      for (final String limit : List.of("", "&limit=1000", "&limit=7")) {
        final Map<String, Integer> shown = new TreeMap<>();
        all(client, "prefix=views:" + limit).forEach(id -> shown.merge(id, 1, Integer::sum));
        assertEquals(wanted, shown);
      }
      assertEquals(8_000, all(client, "limit=1000").size());
    }
  }

  @Test
  void shouldKeepToTheLimitAndToTheBytesOfAPage() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "x".repeat(240), 0, 2_000);
      final List<String> few = new ArrayList<>();
      page(client, "limit=3", null, few);
      assertEquals(3, few.size());
      final List<String> many = new ArrayList<>();
      final String cursor = page(client, "limit=1000", null, many);
      assertTrue(cursor != null && many.size() < 300, "24 KiB hold so many: " + many.size());
      assertEquals(2_000, all(client, "limit=1000").size());
    }
  }

  /** Others come, are counted and end meanwhile; those that stay are shown exactly once. */
  @Test
  void shouldShowWhatLivesThroughoutOnceWhileOthersComeAndGo() throws Exception {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "stays-", 0, 3_000);
      count(client, "goes-", 0, 3_000);
      final AtomicBoolean stop = new AtomicBoolean();
      final AtomicReference<Throwable> failure = new AtomicReference<>();
      final Thread other =
          new Thread(
              () -> {
                try (RawClient changer = server.connect()) {
                  for (int i = 0; !stop.get(); i++) {
                    count(changer, "comes-" + i + "-", 0, 50);
                    changer.exchange(
                        "DELETE /counter/goes-" + i % 3_000 + " HTTP/1.1\r\nHost: t\r\n\r\n");
                    changer.exchange(
                        RawClient.post("/counter/goes-" + i % 3_000 + "/increment", ""));
                  }
                } catch (final IOException | RuntimeException | Error ex) {
                  failure.set(ex);
                }
              });
      other.start();
      for (int round = 0; round < 5; round++) {
        final Map<String, Integer> shown = new HashMap<>();
        all(client, "limit=100").forEach(id -> shown.merge(id, 1, Integer::sum));
        for (int i = 0; i < 3_000; i++) {
          assertEquals(1, shown.get("stays-" + i + "=" + i), "stays-" + i);
        }
        shown.forEach(
            (id, times) -> assertTrue(id.startsWith("goes-") || times == 1, id + " " + times));
      }
      stop.set(true);
      other.join();
      assertNull(failure.get());
    }
  }

  @Test
  void shouldNotShowWhatHasEnded() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "a-", 0, 100);
      client.exchange("DELETE /counter/a-7 HTTP/1.1\r\nHost: t\r\n\r\n");
      final List<String> ids = all(client, "prefix=a-&limit=1000");
      assertEquals(99, ids.size());
      assertFalse(ids.contains("a-7=7"));
    }
  }

  @Test
  void shouldShowTheTimeLeftAndWhatIsUsedOfAQuota() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      client.exchange(RawClient.post("/counter/t/increment", "{\"ttl_ms\":100000000}"));
      client.exchange(
          RawClient.post("/counter/q/limit", "{\"limit\":1,\"window_ms\":1000000000,\"burst\":5}"));
      final String body = client.exchange(RawClient.get("/counters")).body();
      assertTrue(
          Pattern.compile("\\{\"counter_id\":\"t\",\"value\":1,\"ttl_ms\":(99|100)[0-9]+\\}")
              .matcher(body)
              .find(),
          body);
      assertTrue(body.contains("{\"counter_id\":\"q\",\"value\":1,\"ttl_ms\":"), body);
    }
  }

  /** Half of the shards are away: a page ends before such a one, and its cursor stays good. */
  @Test
  void shouldSayThatAShardIsAwayAndNeverLeaveItOut() throws IOException {
    try (CounterServer server =
            new CounterServer(
                LOOPS,
                true,
                SystemNanoClock.INSTANCE,
                context -> context.cluster(ClusterSettings.of(List.of("node-0", "node-1"))));
        RawClient client = server.connect()) {
      String cursor = null;
      Response response = client.exchange(RawClient.get("/counters"));
      while (response.status() == 200) {
        final Matcher next = NEXT.matcher(response.body());
        assertTrue(next.find(), response.body());
        cursor = next.group(1);
        response = client.exchange(RawClient.get("/counters?cursor=" + cursor));
      }
      for (int i = 0; i < 3; i++) {
        assertEquals(503, response.status(), response.body());
        assertTrue(response.body().startsWith("{\"type\":\"/problems/no-owner\""));
        response =
            client.exchange(
                RawClient.get("/counters" + (cursor == null ? "" : "?cursor=" + cursor)));
      }
    }
  }

  /** What the next shard refuses at once, while the answer of the one before is being read. */
  @Test
  void shouldAnswerFromWhateverShardAListBeginsWhileOthersAreAway() throws IOException {
    try (CounterServer server =
            new CounterServer(
                LOOPS,
                true,
                SystemNanoClock.INSTANCE,
                context -> context.cluster(ClusterSettings.of(List.of("node-0", "node-1"))));
        RawClient client = server.connect()) {
      final int shards = ClusterSettings.of(List.of("node-0")).shardCount();
      int pages = 0;
      int refusals = 0;
      for (int round = 0; round < 10; round++) {
        for (int shard = 0; shard < shards; shard++) {
          final byte[] cursor = new ScanCursor(shard, 0, 0).text(new byte[0]);
          final Response response =
              client.exchange(RawClient.get("/counters?cursor=" + new String(cursor, US_ASCII)));
          if (response.status() == 200) {
            pages++;
          } else {
            assertEquals(503, response.status(), response.body());
            refusals++;
          }
        }
      }
      assertTrue(pages > 0 && refusals > 0, pages + " pages, " + refusals + " refusals");
    }
  }

  /** Each shard takes a twentieth of the time that a request has; a turn asks four at most. */
  @Test
  void shouldEndAPageInTheFirstHalfOfTheTimeOfARequest() throws IOException {
    final SlowScans scans = new SlowScans(REQUEST_TIMEOUT_MS / 20, 0);
    try (CounterServer server = scans.launch();
        RawClient client = server.connect()) {
      final Response page = client.exchange(RawClient.get("/counters"));
      assertEquals(200, page.status(), page.body());
      assertTrue(NEXT.matcher(page.body()).find(), page.body());
      final int count = scans.count.get();
      assertTrue(count >= 10 && count <= 14, "asked " + count);
    }
  }

  /** However many shards have answered: the last one has what is left, and not as much again. */
  @Test
  void shouldGiveAllShardsOfAPageTheTimeOfOneRequest() throws IOException {
    final SlowScans scans = new SlowScans(REQUEST_TIMEOUT_MS / 20, REQUEST_TIMEOUT_MS * 37 / 40);
    try (CounterServer server = scans.launch();
        RawClient client = server.connect()) {
      final Response page = client.exchange(RawClient.get("/counters"));
      assertEquals(200, page.status(), page.body());
      assertTrue(NEXT.matcher(page.body()).find(), page.body());
      assertEquals(3, scans.count.get(), "the fourth would have come too late");
    }
  }

  /** Counters of which each page of a shard takes time: the third of all as long as is said. */
  private static final class SlowScans {
    final AtomicInteger count = new AtomicInteger();
    private final CachedNanoClock clock = new CachedNanoClock();
    private final long eachMs;
    private final long thirdMs;

    SlowScans(final long eachMs, final long thirdMs) {
      this.eachMs = eachMs;
      this.thirdMs = thirdMs == 0 ? eachMs : thirdMs;
      clock.update(1);
    }

    CounterServer launch() {
      final ServiceDefinition counters = new CounterDefinition(new CounterLimit(100));
      final ServiceDefinition slow =
          proxy(
              ServiceDefinition.class,
              (self, method, arguments) -> {
                final Object made = method.invoke(counters, arguments);
                return made instanceof ShardService service ? slow(service) : made;
              });
      return new CounterServer(
          1,
          true,
          clock,
          context ->
              context
                  .services(slow)
                  .settings(
                      EngineSettings.DEFAULT.withRequestTimes(
                          TimeUnit.MILLISECONDS.toNanos(REQUEST_TIMEOUT_MS),
                          TimeUnit.MILLISECONDS.toNanos(REQUEST_TIMEOUT_MS / 4))));
    }

    private ShardService slow(final ShardService service) {
      return proxy(
          ShardService.class,
          (self, method, arguments) -> {
            if (method.getName().equals("onCommand")
                && arguments[2].equals(ScanDecoder.TEMPLATE_ID)) {
              final long takesMs = count.incrementAndGet() == 3 ? thirdMs : eachMs;
              clock.advance(TimeUnit.MILLISECONDS.toNanos(takesMs));
            }
            return method.invoke(service, arguments);
          });
    }

    private static <T> T proxy(final Class<T> type, final InvocationHandler handler) {
      return type.cast(
          Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
  }

  @Test
  void shouldRefuseACursorOfALostIncarnation() throws IOException {
    final String cursor;
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "a-", 0, 100);
      cursor = page(client, "limit=1", null, new ArrayList<>());
    }
    try (CounterServer server =
            new CounterServer(
                LOOPS, true, SystemNanoClock.INSTANCE, context -> context.node("node-0", 42));
        RawClient client = server.connect()) {
      final Response gone = client.exchange(RawClient.get("/counters?cursor=" + cursor));
      assertEquals(410, gone.status(), gone.body());
      assertTrue(gone.body().startsWith("{\"type\":\"/problems/cursor-gone\""));
      assertEquals(200, client.exchange(RawClient.get("/problems/cursor-gone")).status());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /counters?limit=0 | invalid-page-limit
          /counters?limit=1001 | invalid-page-limit
          /counters?limit=1.5 | invalid-page-limit
          /counters?limit=1&limit=1 | unknown-parameter
          /counters?prefix=a&prefix=a | unknown-parameter
          /counters?prefix=%00 | invalid-id
          /counters?cursor= | invalid-cursor
          /counters?cursor=AQAAAAAAAAAAKQAAAAAAAAAA | invalid-cursor
          /counters?cursor=!!!!!!!!!!!!!!!!!!!!!!!!!! | invalid-cursor
          /counters?id=a&prefix=a | invalid-query
          /counters?id=a&limit=1 | invalid-query
          """)
  void shouldRefuseABadQuery(final String target, final String slug) throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      final Response refused = client.exchange(RawClient.get(target));
      assertEquals(400, refused.status(), refused.body());
      assertTrue(refused.body().startsWith("{\"type\":\"/problems/" + slug + "\""), refused.body());
    }
  }

  @Test
  void shouldTakeNoCursorThatWasChangedOrIsOfAnotherScan() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      count(client, "a-", 0, 100);
      final String cursor = page(client, "prefix=a-&limit=1", null, new ArrayList<>());
      final List<String> others = new ArrayList<>(List.of(cursor + "A", cursor.substring(1)));
      for (int i = 0; i < cursor.length(); i++) {
        for (final char other : new char[] {'A', 'B', '_', '9'}) {
          if (cursor.charAt(i) != other) {
            others.add(cursor.substring(0, i) + other + cursor.substring(i + 1));
          }
        }
      }
      for (final String other : others) {
        final Response refused =
            client.exchange(RawClient.get("/counters?prefix=a-&cursor=" + other));
        assertEquals(400, refused.status(), other);
      }
      assertEquals(400, client.exchange(RawClient.get("/counters?cursor=" + cursor)).status());
      assertEquals(
          Collections.emptyList(),
          others.stream().filter(cursor::equals).toList(),
          "each was another one");
      assertEquals(
          200, client.exchange(RawClient.get("/counters?prefix=a-&cursor=" + cursor)).status());
    }
  }
}
