package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the demo does, whatever its nodes talk over. One demo serves all tests of a class. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DemoContract {
  static final int SHARDS = 64;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  TallyJar demo;
  int port;

  abstract TallyJar launch();

  @BeforeAll
  void start() {
    demo = launch().awaitReady();
    port = demo.httpPort();
  }

  @AfterAll
  void stop() {
    demo.close();
  }

  @Test
  void shouldLogItsMilestones() {
    for (int node = 0; node < 7; node++) {
      final Pattern line = Pattern.compile(".*nodeID=node-" + node + " shardCount=(9|10) .*");
      assertEquals(
          1,
          demo.child().output().stream().filter(l -> line.matcher(l).matches()).count(),
          demo.child()::picture);
    }
    assertTrue(demo.child().said("max_counters="), demo.child()::picture);
  }

  @Test
  void shouldAnswerTheCommandsItSuggests() {
    // The block is printed after the line that says "ready".
    demo.awaitSaid("Press Ctrl+C");
    final List<String> commands =
        demo.child().output().stream()
            .map(String::strip)
            .filter(l -> l.startsWith("curl"))
            .toList();
    assertEquals(4, commands.size(), demo.child()::picture);
    final String[] expected = {
      "{\"counter_id\":\"my-counter\",\"value\":1}",
      "{\"counter_id\":\"my-counter\",\"value\":6}",
      "{\"counter_id\":\"my-counter\",\"value\":6}",
      "# TYPE tally_counters gauge",
    };
    for (int i = 0; i < expected.length; i++) {
      final String command = commands.get(i).replaceFirst("curl", "curl -sS");
      try (Child curl = Child.start(List.of("/bin/sh", "-c", command), environment -> {})) {
        assertEquals(0, curl.awaitExit(LIMIT), curl::picture);
        assertTrue(curl.output().contains(expected[i]), curl::picture);
      }
    }
  }

  @Test
  void shouldAnswerWithTheBytesOfTheSeed() {
    final HttpResponse<String> first = Http.post(port, "/counter/seed/increment", "");
    assertEquals("{\"counter_id\":\"seed\",\"value\":1}\n", first.body());
    assertEquals("application/json", first.headers().firstValue("content-type").orElse(""));
    final HttpResponse<String> second =
        Http.post(
            port,
            "/counter/seed/increment",
            "{\"amount\": 5}",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertEquals("{\"counter_id\":\"seed\",\"value\":6}\n", second.body());
    final HttpResponse<String> read = Http.get(port, "/counter/seed");
    assertEquals("{\"counter_id\":\"seed\",\"value\":6}\n", read.body());
    assertEquals(
        "{\"counter_id\":\"seed-unknown\",\"value\":0}\n",
        Http.get(port, "/counter/seed-unknown").body());
    final HttpResponse<String> head = Http.call(port, "HEAD", "/counter/seed");
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    assertEquals(
        read.headers().firstValue("content-length"), head.headers().firstValue("content-length"));
  }

  @Test
  void shouldExplainItself() {
    final HttpResponse<String> help = Http.get(port, "/");
    assertEquals(200, help.statusCode());
    assertEquals("text/plain", help.headers().firstValue("content-type").orElse(""));
    for (final String text :
        List.of(
            "POST   /counter/{id}/increment",
            "GET    /counter/{id}",
            "localhost:" + port,
            "http://localhost:" + demo.metricsPort() + "/metrics")) {
      assertTrue(help.body().contains(text), help::body);
    }
    assertEquals(9, help.body().lines().filter(line -> line.contains("curl")).count(), help::body);
    assertEquals(200, Http.get(port, "/livez").statusCode());
    assertEquals(200, Http.get(port, "/readyz").statusCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST | /counter/e/increment | {\"amount\":0}                   | 200 |",
        "POST | /counter/e/increment | {\"amount\":null}                | 200 |",
        "POST | /counter/e/increment | {                                | 400 | invalid-json",
        "POST | /counter/e/increment | {\"amount\":1}x                  | 400 | invalid-json",
        "POST | /counter/e/increment | {\"amount\":1,\"amount\":1}      | 400 | invalid-json",
        "POST | /counter/e/increment | {\"amount\":1.0}                 | 400 | invalid-amount",
        "POST | /counter/e/increment | {\"amount\":1e3}                 | 400 | invalid-amount",
        "POST | /counter/e/increment | {\"amount\":\"1\"}               | 400 | invalid-amount",
        "POST | /counter/e/increment | {\"amount\":9223372036854775808} | 400 | invalid-amount",
        "POST | /counter/e/increment | {\"amuont\":1}                   | 400 | unknown-member",
        "POST | /counter/%00/increment |                                | 400 | invalid-id",
        "POST | /counter//increment  |                                  | 400 | invalid-id",
        "GET  | /counter/            |                                  | 404 | not-found",
        "GET  | /favicon.ico         |                                  | 404 | not-found",
        "GET  | /counter/e/increment |                                  | 405 | method-not-allowed",
        "PATCH | /counter/e          |                                  | 405 | method-not-allowed",
      })
  void shouldAnswerErrorsWithAProblem(
      final String method,
      final String path,
      final String body,
      final int status,
      final String slug) {
    final HttpResponse<String> response =
        method.equals("POST")
            ? Http.post(port, path, body == null ? "" : body)
            : Http.call(port, method, path);
    assertEquals(status, response.statusCode(), response::body);
    if (slug != null) {
      assertEquals(
          "application/problem+json", response.headers().firstValue("content-type").orElse(""));
      assertTrue(
          response.body().startsWith("{\"type\":\"/problems/" + slug + "\","), response::body);
      assertEquals(!method.equals("GET"), response.body().contains("\"outcome\":\"not_applied\""));
      assertEquals(status == 405, response.headers().firstValue("allow").isPresent());
    }
  }

  @Test
  void shouldRefuseOverflowAndKeepTheValue() {
    final String path = "/counter/overflow/increment";
    assertEquals(
        Long.MAX_VALUE, Http.value(Http.post(port, path, "{\"amount\":9223372036854775807}")));
    final HttpResponse<String> refused = Http.post(port, path, "{\"amount\":1}");
    assertEquals(409, refused.statusCode());
    assertTrue(refused.body().contains("\"outcome\":\"not_applied\""), refused::body);
    assertEquals(Long.MAX_VALUE, Http.read(port, "overflow"));
    assertEquals(-1, Http.value(Http.post(port, path, "{\"amount\":-9223372036854775808}")));
  }

  @Test
  void shouldCountARepeatedRequestOnceByItsKey() {
    final String path = "/counter/keyed/increment";
    final String[] key = {"Idempotency-Key", "\"5d3b\""};
    assertEquals(3, Http.value(Http.post(port, path, "{\"amount\":3}", key)));
    final HttpResponse<String> again = Http.post(port, path, "{\"amount\":3}", key);
    assertEquals(3, Http.value(again));
    assertEquals("true", again.headers().firstValue("idempotency-replayed").orElse(""));
    assertEquals(422, Http.post(port, path, "{\"amount\":4}", key).statusCode());
    assertEquals(3, Http.read(port, "keyed"));
  }

  @Test
  void shouldCountExactlyOverManyCounters() throws IOException {
    final int counters = 10_000;
    final int[] depths = {1, 1, 4, 16, 16};
    final ClosedLoop load =
        new ClosedLoop(port, IntStream.range(0, counters).mapToObj(i -> "many-" + i).toList());
    load.run(1, depths);
    assertEquals(counters * depths.length, load.answers(200), load::statuses);
    load.checkExact(depths.length);
  }

  @Test
  void shouldAnswerOrdinaryLoadWithNothingBut200() throws IOException {
    final int[] closedLoop = new int[200];
    Arrays.fill(closedLoop, 1);
    final int[] pipelined = new int[8];
    Arrays.fill(pipelined, 16);
    final ClosedLoop hot = new ClosedLoop(port, List.of("hot"));
    hot.run(2_000, pipelined);
    hot.run(100, closedLoop);
    assertEquals(36_000, hot.answers(200), hot::statuses);
    hot.checkExact(36_000);
    final ClosedLoop spread =
        new ClosedLoop(port, IntStream.range(0, 1_000).mapToObj(i -> "spread-" + i).toList());
    spread.run(2, pipelined);
    assertEquals(16_000, spread.answers(200), spread::statuses);
    spread.checkExact(16);
  }

  @Test
  void shouldShowMetricsThatPromtoolAccepts(@TempDir final Path directory) throws IOException {
    Http.increment(port, "metrics");
    final Path page = directory.resolve("metrics.txt");
    Files.writeString(page, demo.metrics().text());
    final String command = Child.find("promtool") + " check metrics <" + page;
    try (Child promtool = Child.start(List.of("/bin/sh", "-c", command), environment -> {})) {
      assertEquals(0, promtool.awaitExit(LIMIT), promtool::picture);
      assertEquals(List.of(), promtool.errors());
    }
  }

  @Test
  void shouldTimeTheWayToEachPeerAndTheLoops() {
    for (int i = 0; i < 200; i++) {
      Http.increment(port, "timed-" + i);
    }
    final Metrics metrics = demo.metrics();
    for (int peer = 1; peer < 7; peer++) {
      final String labels = "{node_id=\"node-0\",peer=\"node-" + peer + "\"}";
      assertTrue(metrics.value("tally_link_round_trip_seconds_count" + labels) > 0, labels);
      assertEquals(1, metrics.value("tally_link_up" + labels));
    }
    assertTrue(metrics.sum("tally_loop_lag_seconds_count") > 0);
  }

  @Test
  void shouldNotGrowSeriesWithCounters() {
    Http.increment(port, "series");
    Http.read(port, "series");
    final Metrics before = demo.metrics();
    for (int i = 0; i < 100; i++) {
      Http.increment(port, "series-" + i);
    }
    final Metrics after = demo.metrics();
    assertEquals(before.series(), after.series());
    assertEquals(before.sum("tally_counters") + 100, after.sum("tally_counters"));
  }
}
