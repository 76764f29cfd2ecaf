package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.engine.internal.ContextBuilder;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The counters over HTTP, with a real engine of one node whose shards live on the two event loops.
 */
@Timeout(60)
class CounterEndpointsTest {
  private static final int LOOPS = 2;
  private static final String PATH = "/counter/c/increment";

  /** The fewest that take the longest command. */
  private static final int RING_SLOTS = 64;

  private CounterServer server;

  private void launch(final boolean steppingShards, final Consumer<ContextBuilder> settings) {
    server = new CounterServer(LOOPS, steppingShards, SystemNanoClock.INSTANCE, settings);
  }

  private RawClient connect() throws IOException {
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

  private static long valueOf(final Response response) {
    assertEquals(200, response.status(), response.body());
    final String body = response.body();
    return Long.parseLong(body.substring(body.lastIndexOf(':') + 1, body.length() - 2));
  }

  @Test
  void shouldCountExactlyOverManyConnectionsAndCounters() throws Exception {
    launch(true, context -> {});
    final int clients = 8;
    final int rounds = 250;
    final int counters = 16;
    final ExecutorService pool = Executors.newFixedThreadPool(clients);
    final Set<String> distinct = ConcurrentHashMap.newKeySet();
    final List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      final Callable<Void> client =
          () -> {
            try (RawClient connection = connect()) {
              for (int round = 0; round < rounds; round++) {
                pipeline(connection, counters, distinct);
              }
            }
            return null;
          };
      running.add(pool.submit(client));
    }
    for (final Future<Void> client : running) {
      client.get(60, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertEquals(clients * rounds * counters, distinct.size());
    try (RawClient connection = connect()) {
      for (int i = 0; i < counters; i++) {
        assertEquals(
            clients * rounds, valueOf(connection.exchange(RawClient.get("/counter/c" + i))));
      }
    }
    assertEquals(counters, server.engine.entityCount());
  }

  /** One increment of each counter in a single write; the answers must come in that order. */
  private static void pipeline(
      final RawClient connection, final int counters, final Set<String> distinct)
      throws IOException {
    final StringBuilder requests = new StringBuilder();
    for (int i = 0; i < counters; i++) {
      requests.append(RawClient.post("/counter/c" + i + "/increment", ""));
    }
    connection.send(requests.toString());
    for (int i = 0; i < counters; i++) {
      final Response response = connection.read();
      assertTrue(response.body().startsWith("{\"counter_id\":\"c" + i + "\","), response.body());
      distinct.add(i + "=" + valueOf(response));
    }
  }

  @Test
  void shouldReplayAKeyedIncrement() throws IOException {
    launch(true, context -> {});
    try (RawClient client = connect()) {
      final String keyed = "Idempotency-Key: \"k\"\r\n";
      final Response first = client.exchange(RawClient.post(PATH, keyed, "{\"amount\":5}"));
      assertEquals(5, valueOf(first));
      assertNull(first.header("Idempotency-Replayed"));
      assertEquals("41", first.header("Tally-Incarnation"));
      final Response again = client.exchange(RawClient.post(PATH, keyed, "{\"amount\": 5}"));
      assertEquals(5, valueOf(again));
      assertEquals("true", again.header("Idempotency-Replayed"));
      final Response other = client.exchange(RawClient.post(PATH, keyed, "{\"amount\":6}"));
      assertEquals(422, other.status());
      assertTrue(other.body().contains("not_applied"));
      assertEquals(5, valueOf(client.exchange(RawClient.get("/counter/c"))));
    }
  }

  @Test
  void shouldRefuseOverflowAndTooManyCounters() throws IOException {
    launch(true, context -> context.services(new CounterDefinition(new CounterLimit(1))));
    try (RawClient client = connect()) {
      final String most = "{\"amount\":" + Long.MAX_VALUE + "}";
      assertEquals(Long.MAX_VALUE, valueOf(client.exchange(RawClient.post(PATH, most))));
      final Response overflow = client.exchange(RawClient.post(PATH, ""));
      assertEquals(409, overflow.status());
      assertTrue(overflow.body().contains("not_applied"));
      assertEquals(Long.MAX_VALUE, valueOf(client.exchange(RawClient.get("/counter/c"))));
      final Response full = client.exchange(RawClient.post("/counter/d/increment", ""));
      assertEquals(503, full.status());
      assertTrue(full.body().contains("/problems/memory-limit"));
      assertEquals("1", full.header("Retry-After"), "a deletion makes room");
      client.exchange("DELETE /counter/c HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(1, valueOf(client.exchange(RawClient.post("/counter/d/increment", ""))));
      client.exchange("DELETE /counter/d HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(0, valueOf(client.exchange(RawClient.get("/counter/d"))));
    }
  }

  @Test
  void shouldEndWhatNobodyAnswersAtItsDeadline() throws IOException {
    launch(
        false,
        context ->
            context.settings(
                EngineSettings.DEFAULT
                    .withRingSlots(RING_SLOTS)
                    .withRequestTimes(
                        TimeUnit.MILLISECONDS.toNanos(300), TimeUnit.MILLISECONDS.toNanos(50))));
    try (RawClient client = connect()) {
      final String items =
          String.join(",", Collections.nCopies(RING_SLOTS - 2, "{\"counter_id\":\"c\"}"));
      client.send(RawClient.post("/counters/increment", "{\"items\":[" + items + "]}"));
      client.send(RawClient.post(PATH, "").repeat(4));
      assertEquals(Integer.toString(RING_SLOTS - 2), client.read().header("Tally-Failed-Items"));
      for (int i = 0; i < 4; i++) {
        final Response response = client.read();
        // The copies of two have filled the ring; the others were never handed over.
        assertEquals(i < 2 ? 504 : 503, response.status(), response.body());
        assertTrue(response.body().contains(i < 2 ? "unknown" : "not_applied"));
      }
    }
  }

  @Test
  void shouldSayThatTheOwnerIsAway() throws IOException {
    launch(true, context -> context.cluster(ClusterSettings.of(List.of("node-0", "node-1"))));
    try (RawClient client = connect()) {
      int awayCount = 0;
      for (int i = 0; i < 64; i++) {
        final Response response =
            client.exchange(RawClient.post("/counter/" + i + "/increment", ""));
        if (response.status() == 503) {
          assertTrue(response.body().contains("/problems/no-owner"));
          assertTrue(response.body().contains("not_applied"));
          awayCount++;
        }
      }
      assertTrue(awayCount > 0 && awayCount < 64, "away: " + awayCount);
    }
  }

  @Test
  void shouldSayThatTheNodeIsClosing() throws IOException {
    launch(true, context -> {});
    try (RawClient client = connect()) {
      assertEquals(1, valueOf(client.exchange(RawClient.post(PATH, ""))));
      for (int i = 0; i < LOOPS; i++) {
        server.engine.ingress(i).close();
      }
      final Response response = client.exchange(RawClient.post(PATH, ""));
      assertEquals(503, response.status());
      assertTrue(response.body().contains("/problems/draining"));
      assertEquals("close", response.header("Connection"));
      assertTrue(client.isClosed());
    }
  }

  @Test
  void shouldExplainAndCountEachProblemThatItsRowsDocument() throws IOException {
    launch(true, context -> context.services(new CounterDefinition(new CounterLimit(1))));
    try (RawClient client = connect()) {
      final String most = "{\"amount\":" + Long.MAX_VALUE + "}";
      assertEquals(Long.MAX_VALUE, valueOf(client.exchange(RawClient.post(PATH, most))));
      assertExplained(client, "overflow", 409, RawClient.post(PATH, ""));
      assertExplained(client, "memory-limit", 503, RawClient.post("/counter/d/increment", ""));
      assertExplained(client, "invalid-id", 400, RawClient.get("/counter/%zz"));
      assertExplained(client, "invalid-amount", 400, RawClient.post(PATH, "{\"amount\":1.5}"));
      assertExplained(client, "unknown-member", 400, RawClient.post(PATH, "{\"most\":1}"));
      assertExplained(client, "invalid-value", 400, RawClient.request("PUT", "/counter/c", "", ""));
      assertExplained(client, "invalid-ttl", 400, RawClient.post(PATH, "{\"ttl_ms\":0}"));
      assertExplained(
          client, "invalid-limit", 400, RawClient.post("/counter/c/limit", "{\"limit\":1}"));
      assertExplained(
          client,
          "precondition-failed",
          412,
          RawClient.request("DELETE", "/counter/c", "If-None-Match: *\r\n", ""));
      assertExplained(client, "too-large", 414, RawClient.get("/counter/" + "a".repeat(257)));
      for (final String slug : server.http.counters().problemTypes()) {
        assertEquals(200, client.exchange(RawClient.get("/problems/" + slug)).status(), slug);
      }
    }
  }

  private void assertExplained(
      final RawClient client, final String slug, final int status, final String request)
      throws IOException {
    final long before = server.http.counters().responses(status);
    final Response refused = client.exchange(request);
    assertEquals(status, refused.status(), refused::body);
    assertTrue(refused.body().startsWith("{\"type\":\"/problems/" + slug + "\""), refused::body);
    final Response page = client.exchange(RawClient.get("/problems/" + slug));
    final String title = page.body().substring(0, page.body().indexOf("\n\n"));
    assertTrue(refused.body().contains("\"title\":\"" + title + "\""), refused::body);
    assertEquals(before + 1, server.http.counters().responses(status));
    assertEquals(
        1, server.http.counters().problems(server.http.counters().problemTypes().indexOf(slug)));
  }

  /** So an owner of an older version takes it, and its key is the same as before an upgrade. */
  @Test
  void shouldSendAnIncrementThatUsesNothingNewAsEver() throws IOException {
    final List<Integer> templates = new CopyOnWriteArrayList<>();
    launch(true, context -> context.services(telling(templates)));
    try (RawClient client = connect()) {
      for (final String body :
          List.of(
              "", "null", "{}", "{\"amount\":5}", "{\"amount\":null,\"max\":null,\"ttl\":null}")) {
        assertEquals(200, client.exchange(RawClient.post(PATH, body)).status());
        assertEquals(IncrementDecoder.TEMPLATE_ID, templates.remove(0), body);
      }
      for (final String body :
          List.of("{\"max\":5}", "{\"min\":5}", "{\"ttl\":\"none\"}", "{\"ttl_ms\":5}")) {
        assertEquals(200, client.exchange(RawClient.post(PATH, body)).status());
        assertEquals(IncrementWithDecoder.TEMPLATE_ID, templates.remove(0), body);
      }
      final String exists = "If-Match: *\r\n";
      assertEquals(
          412, client.exchange(RawClient.post("/counter/d/increment", exists, "")).status());
      assertEquals(IncrementWithDecoder.TEMPLATE_ID, templates.remove(0));
      assertEquals(List.of(), templates);
    }
  }

  /** The counters, whose shards tell of each message that they are given. */
  private static ServiceDefinition telling(final List<Integer> templates) {
    final ServiceDefinition counters = new CounterDefinition(new CounterLimit(100));
    return proxy(
        ServiceDefinition.class,
        (self, method, args) -> {
          final Object result = method.invoke(counters, args);
          return result instanceof ShardService
              ? telling((ShardService) result, templates)
              : result;
        });
  }

  private static ShardService telling(final ShardService shard, final List<Integer> templates) {
    return proxy(
        ShardService.class,
        (self, method, args) -> {
          if (method.getName().equals("onCommand")) {
            templates.add((Integer) args[2]);
          }
          return method.invoke(shard, args);
        });
  }

  private static <T> T proxy(final Class<T> type, final InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void shouldSayInTheHelpPageHowItIsCalled() throws IOException {
    launch(true, context -> {});
    try (RawClient client = connect()) {
      final String help = client.exchange(RawClient.get("/")).body();
      assertTrue(help.startsWith("Tally: exact, distributed counters\n\nEndpoints\n"), help);
      assertTrue(help.contains("\n  POST   /counter/{id}/increment   add to a counter"), help);
      assertTrue(help.contains("\n  GET    /counter/{id}             return a counter's"), help);
      assertTrue(help.contains("\n  curl " + server.http.url() + "/counter/my-counter\n"), help);
      assertTrue(help.contains("\n\nExamples\n"), help);
    }
  }
}
