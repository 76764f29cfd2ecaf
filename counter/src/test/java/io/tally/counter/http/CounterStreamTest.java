package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.internal.ContextBuilder;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Counters watched over HTTP, with the watcher on one of two event loops and clients on both. */
@Timeout(120)
class CounterStreamTest {
  private static final String INCARNATION = Long.toHexString(CounterServer.INCARNATION);

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private static CounterServer launch(final Consumer<ContextBuilder> settings) {
    return new CounterServer(2, true, SystemNanoClock.INSTANCE, settings);
  }

  private static CounterServer launch() {
    return launch(context -> {});
  }

  private static String data(final String id, final long value) {
    return "{\"counter_id\":\"" + id + "\",\"value\":" + value + "}";
  }

  private static Response increment(final RawClient client, final String id) throws IOException {
    return client.exchange(RawClient.post("/counter/" + id + "/increment", ""));
  }

  private static String idOf(final Response response) {
    final String tag = response.header("ETag");
    return "id: " + tag.substring(1, tag.length() - 1);
  }

  @Test
  void shouldTellAValueAtOnceAndWhenItChanges() throws IOException {
    try (CounterServer server = launch();
        RawClient writer = server.connect();
        EventReader absent = EventReader.of(server.connect(), "/counter/c");
        EventReader other = EventReader.of(server.connect(), "/counter/c")) {
      final List<String> none =
          List.of("event: value", "id: " + INCARNATION + "-0", "data: " + data("c", 0));
      assertEquals(none, absent.next());
      assertEquals(none, other.next());
      for (int value = 1; value <= 3; value++) {
        final String id = idOf(increment(writer, "c"));
        final List<String> event = List.of("event: value", id, "data: " + data("c", value));
        assertEquals(event, absent.awaitData(data("c", value)));
        assertEquals(event, other.awaitData(data("c", value)));
      }
      try (EventReader late = EventReader.of(server.connect(), "/counter/c")) {
        assertEquals("data: " + data("c", 3), late.next().get(2));
      }
      writer.exchange("DELETE /counter/c HTTP/1.1\r\nHost: t\r\n\r\n");
      assertEquals(none, absent.awaitData(data("c", 0)));
    }
  }

  @Test
  void shouldSpareAClientWhatItHasSeen() throws IOException {
    try (CounterServer server = launch();
        RawClient writer = server.connect()) {
      final String first = idOf(increment(writer, "c"));
      final String headers = "Last-Event-ID: " + first.substring(4) + "\r\n";
      try (EventReader seen = EventReader.of(server.connect(), "/counter/c", headers)) {
        // It was asked for before, so it is told before.
        try (EventReader other = EventReader.of(server.connect(), "/counter/c")) {
          other.next();
        }
        increment(writer, "c");
        assertEquals("data: " + data("c", 2), seen.next().get(2));
      }
      try (EventReader behind = EventReader.of(server.connect(), "/counter/c", headers)) {
        assertEquals("data: " + data("c", 2), behind.next().get(2));
      }
    }
  }

  @Test
  void shouldTellHowLongACounterLives() throws IOException {
    try (CounterServer server = launch();
        RawClient writer = server.connect()) {
      writer.exchange(RawClient.post("/counter/c/increment", "{\"ttl_ms\":300000}"));
      try (EventReader reader = EventReader.of(server.connect(), "/counter/c")) {
        final String told = reader.next().get(2);
        final String prefix = "data: {\"counter_id\":\"c\",\"value\":1,\"ttl_ms\":";
        assertTrue(told.startsWith(prefix) && told.endsWith("}"), told);
        final long ttlMs = Long.parseLong(told.substring(prefix.length(), told.length() - 1));
        assertTrue(ttlMs > 0 && ttlMs <= 300_000, told);
      }
      writer.exchange(RawClient.post("/counter/short/increment", "{\"ttl_ms\":300}"));
      try (EventReader reader = EventReader.of(server.connect(), "/counter/short")) {
        reader.awaitData(data("short", 0));
      }
    }
  }

  /** The node has kept what the owner told before, which has changed by itself since. */
  @Test
  void shouldTellALaterClientWhatAReadShowsThen() throws IOException {
    final CachedNanoClock clock = new CachedNanoClock();
    clock.update(1);
    try (CounterServer server = new CounterServer(1, true, clock, context -> {});
        RawClient writer = server.connect()) {
      writer.exchange(
          RawClient.post(
              "/counter/r/limit", "{\"limit\":10,\"window_ms\":1000,\"burst\":20,\"cost\":9}"));
      writer.exchange(RawClient.post("/counter/t/increment", "{\"ttl_ms\":300}"));
      try (EventReader rate = EventReader.of(server.connect(), "/counter/r");
          EventReader timed = EventReader.of(server.connect(), "/counter/t")) {
        assertEquals("data: " + data("r", 9).replace("}", ",\"ttl_ms\":900}"), rate.next().get(2));
        assertEquals("data: " + data("t", 1).replace("}", ",\"ttl_ms\":300}"), timed.next().get(2));
        server.pass(clock, 250);
        assertToldAsRead(server, writer, "r", data("r", 7).replace("}", ",\"ttl_ms\":650}"));
        assertToldAsRead(server, writer, "t", data("t", 1).replace("}", ",\"ttl_ms\":50}"));
        // It has ended, and its owner has not said so yet.
        server.pass(clock, 50);
        assertToldAsRead(server, writer, "t", data("t", 0));
        server.pass(clock, 600);
        assertToldAsRead(server, writer, "r", data("r", 0));
      }
    }
  }

  private static void assertToldAsRead(
      final CounterServer server, final RawClient client, final String id, final String json)
      throws IOException {
    try (EventReader late = EventReader.of(server.connect(), "/counter/" + id)) {
      assertEquals("data: " + json, late.next().get(2));
    }
    assertEquals(json + "\n", client.exchange(RawClient.get("/counter/" + id)).body());
  }

  @Test
  void shouldReadAndWatchSeveralCounters() throws IOException {
    try (CounterServer server = launch();
        RawClient writer = server.connect()) {
      final StringBuilder target = new StringBuilder("/counters?");
      for (int i = 0; i < 100; i++) {
        target.append(i == 0 ? "" : "&").append("id=c").append(i);
      }
      increment(writer, "c7");
      increment(writer, "c%22");
      assertEquals(
          "{\"items\":[{\"counter_id\":\"c7\",\"value\":1},{\"counter_id\":\"no\",\"value\":0},"
              + "{\"counter_id\":\"c\\\"\",\"value\":1}]}\n",
          writer.exchange(RawClient.get("/counters?id=c7&id=no&id=c%22")).body());
      assertEquals(413, writer.exchange(RawClient.get(target + "&id=one")).status());
      assertEquals(400, writer.exchange(RawClient.get("/counters?id=")).status());
      final String items = writer.exchange(RawClient.get(target.toString())).body();
      assertEquals(100, items.split("counter_id", -1).length - 1);
      try (EventReader reader = EventReader.of(server.connect(), target.toString())) {
        final Set<String> told = new HashSet<>();
        for (int i = 0; i < 100; i++) {
          told.add(reader.next().get(2));
        }
        assertEquals(100, told.size());
        assertTrue(told.contains("data: " + data("c7", 1)));
        for (final int i : new int[] {0, 50, 99}) {
          increment(writer, "c" + i);
          reader.awaitData(data("c" + i, 1));
        }
      }
    }
  }

  @Test
  void shouldSayOfEachItemWhyItFailed() throws IOException {
    try (CounterServer server =
            new CounterServer(
                1,
                false,
                SystemNanoClock.INSTANCE,
                context ->
                    context.settings(
                        EngineSettings.DEFAULT.withRequestTimes(
                            TimeUnit.MILLISECONDS.toNanos(50),
                            TimeUnit.MILLISECONDS.toNanos(20))));
        RawClient client = server.connect()) {
      final Response response = client.exchange(RawClient.get("/counters?id=a&id=b"));
      assertEquals(200, response.status());
      assertEquals(
          "{\"items\":[{\"counter_id\":\"a\",\"status\":504,\"type\":\"/problems/timeout\"},"
              + "{\"counter_id\":\"b\",\"status\":504,\"type\":\"/problems/timeout\"}]}\n",
          response.body());
    }
  }

  @Test
  void shouldShowANewLifeOfTheShard() throws IOException {
    try (CounterServer server = launch();
        RawClient writer = server.connect()) {
      increment(writer, "c");
      try (EventReader reader = EventReader.of(server.connect(), "/counter/c")) {
        assertEquals("data: " + data("c", 1), reader.next().get(2));
        for (int shard = 0; shard < server.engine.routingTable().shardCount(); shard++) {
          final int renewed = shard;
          Await.until("renewed", () -> server.engine.tryRenew(renewed, 0x77));
        }
        assertEquals(
            List.of("event: value", "id: 77-0", "data: " + data("c", 0)),
            reader.awaitData(data("c", 0)));
      }
    }
  }

  @Test
  void shouldEndWithAProblemWhereThereIsNoRoomForTheWatch() throws IOException {
    try (CounterServer server =
            launch(context -> context.settings(EngineSettings.DEFAULT.withWatches(0)));
        EventReader reader = EventReader.of(server.connect(), "/counter/c")) {
      final List<String> problem = reader.next();
      assertEquals("event: problem", problem.get(0));
      assertTrue(problem.get(1).contains("\"status\":503"), problem::toString);
      assertTrue(problem.get(1).endsWith("\"counter_id\":\"c\"}"), problem::toString);
      assertTrue(reader.isClosed());
    }
  }

  @Test
  void shouldMakeGoodWhatGotLost() throws IOException {
    try (CounterServer server = launch(context -> context.services(quietCounters()));
        RawClient writer = server.connect();
        EventReader reader = EventReader.of(server.connect(), "/counter/c")) {
      assertEquals("data: " + data("c", 0), reader.next().get(2));
      increment(writer, "c");
      assertEquals("data: " + data("c", 1), reader.next().get(2));
    }
  }

  /** Counters that keep their changes for themselves: as if each event got lost. */
  private static ServiceDefinition quietCounters() {
    final ServiceDefinition counters = new CounterDefinition(new CounterLimit(100));
    return proxy(
        ServiceDefinition.class,
        (self, method, arguments) -> {
          final Object made = method.invoke(counters, arguments);
          return made instanceof ShardService service ? quiet(service) : made;
        });
  }

  private static ShardService quiet(final ShardService service) {
    return proxy(
        ShardService.class,
        (self, method, arguments) -> {
          if (method.getName().equals("onStart")) {
            final ShardContext shard = (ShardContext) arguments[0];
            arguments[0] =
                proxy(
                    ShardContext.class,
                    (context, asked, values) ->
                        asked.getName().equals("changed") ? null : asked.invoke(shard, values));
          }
          return method.invoke(service, arguments);
        });
  }

  private static <T> T proxy(final Class<T> type, final InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void shouldTellAThousandOfOneHotCounter() throws IOException {
    final int clients = 1_000;
    final int increments = 5_000;
    final List<EventReader> readers = new ArrayList<>();
    try (CounterServer server = launch();
        RawClient writer = server.connect()) {
      try {
        for (int i = 0; i < clients; i++) {
          readers.add(EventReader.of(server.connect(), "/counter/hot"));
        }
        assertEquals(clients, server.http.edge().counters().streamsOpen());
        final String batch = RawClient.post("/counter/hot/increment", "").repeat(50);
        for (int i = 0; i < increments / 50; i++) {
          writer.send(batch);
          for (int answer = 0; answer < 50; answer++) {
            assertEquals(200, writer.read().status());
          }
        }
        for (final EventReader reader : readers) {
          reader.awaitData(data("hot", increments));
        }
        assertTrue(server.engine.registrationCount() <= 1, "one watch for all of them");
      } finally {
        for (final EventReader reader : readers) {
          reader.close();
        }
      }
      Await.until("ended", () -> server.http.edge().counters().streamsOpen() == 0);
    }
  }
}
