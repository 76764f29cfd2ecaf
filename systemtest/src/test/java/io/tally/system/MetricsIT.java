package io.tally.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("default-jdk")
class MetricsIT {
  private static final String REACHED = "a limit is reached: what is beyond waits or is refused";
  private static final String WRITES = "{message_type=\"Increment\",success=";

  @Test
  void shouldTellWhatFailedFromWhatWasDone() {
    try (TallyJar jar = node("--max-counters=10")) {
      for (int i = 0; i < 10; i++) {
        assertEquals(1, Http.increment(jar.httpPort(), "c" + i));
      }
      final String path = "/counter/c0/increment";
      assertEquals(
          409, Http.post(jar.httpPort(), path, "{\"amount\":" + Long.MAX_VALUE + "}").statusCode());
      assertEquals(503, Http.post(jar.httpPort(), "/counter/new/increment", "").statusCode());
      assertEquals(404, Http.get(jar.httpPort(), "/nothing").statusCode());

      final Metrics metrics = jar.metrics();
      for (final String name :
          List.of("tally_cluster_requests", "tally_cluster_handlers", "tally_actor_messages")) {
        assertEquals(10, metrics.value(name + "_total" + WRITES + "\"true\"}"), name);
        assertEquals(2, metrics.value(name + "_total" + WRITES + "\"false\"}"), name);
      }
      assertEquals(0, metrics.sum("tally_actor_panics_total"));
      assertEquals(1, metrics.value("tally_http_problems_total{type=\"overflow\"}"));
      assertEquals(1, metrics.value("tally_http_problems_total{type=\"memory-limit\"}"));
      assertEquals(1, metrics.value("tally_http_problems_total{type=\"not-found\"}"));
      assertEquals(3, metrics.sum("tally_http_problems_total"));
      assertEquals(12, metrics.value("tally_queue_wait_seconds_count"));
      assertEquals(0, metrics.sum("tally_requests_pending"));
      assertEquals(0, metrics.sum("tally_cluster_handlers_active"));
      assertEquals(1, metrics.value("tally_ready"));
      assertEquals(0, metrics.value("tally_draining"));
    }
  }

  @Test
  void shouldWarnBeforeALimitIsReachedAndWhenItIs() {
    try (TallyJar jar = node("--max-counters=10")) {
      for (int i = 0; i < 8; i++) {
        Http.increment(jar.httpPort(), "c" + i);
      }
      assertEquals("counters", jar.logged("a limit is near", "limit"));
      assertEquals("8", jar.logged("a limit is near", "value"));
      assertEquals("--max-counters", jar.logged("a limit is near", "raise"));
      assertEquals(8, jar.metrics().sum("tally_counters"));
      assertEquals(10, jar.metrics().value("tally_counters_limit"));
      Http.increment(jar.httpPort(), "c8");
      Http.increment(jar.httpPort(), "c9");
      assertEquals("10", jar.logged(REACHED, "value"));
      assertShown(
          jar,
          List.of(
              "counters",
              "idempotency_keys",
              "shard_idempotency_keys",
              "http_connections",
              "http_client_bytes",
              "requests_pending",
              "ring_depth",
              "lane_unresolved"));
    }
  }

  private static void assertShown(final TallyJar jar, final List<String> limits) {
    final Metrics metrics = jar.metrics();
    for (final String name : limits) {
      final long most = metrics.value("tally_" + name + "_limit");
      final long sum = metrics.sum("tally_" + name);
      assertTrue(sum >= 0 && sum <= most, () -> name + " " + sum + " of " + most);
    }
  }

  @Test
  void shouldWarnWhereOneShardRemembersAllTheKeysThatItMay() {
    try (TallyJar jar = node("--idempotency-keys=10")) {
      for (int i = 0; i < 10; i++) {
        if (i == 8) {
          assertEquals("shard_idempotency_keys", jar.logged("a limit is near", "limit"));
        }
        final String[] key = {"Idempotency-Key", "\"" + i + "\""};
        assertEquals(200, Http.post(jar.httpPort(), "/counter/a/increment", "", key).statusCode());
      }
      assertEquals("shard_idempotency_keys", jar.logged(REACHED, "limit"));
      assertEquals("--idempotency-keys", jar.logged(REACHED, "raise"));
      assertEquals(10, jar.metrics().value("tally_shard_idempotency_keys"));
    }
  }

  /** More writes than a lane takes, while the server in between stands still. */
  @Test
  void shouldWarnWhereAPeerDoesNotAnswerWhatItIsSent() throws IOException {
    try (Flood flood = new Flood();
        TallyJar demo =
            TallyJar.small()
                .start("--node-count=2", "--transport=nats", "--lane-window=64", "--loops=2")) {
      final int port = demo.awaitReady().httpPort();
      assertShown(
          demo,
          List.of(
              "lane_unresolved", "link_window_bytes", "link_queue_bytes", "link_inbound_bytes"));
      final String id = Placement.of(port, 64).countersOf("node-1", "stuck-", 1).get(0);
      final long server = Long.parseLong(demo.logged("started nats-server", "pid"));
      Child.signal("STOP", server);
      try {
        // One of a connection is always taken.
        final String request = "POST /counter/" + id + "/increment HTTP/1.1\r\nHost: t\r\n\r\n";
        flood.open(port, "127.0.0.1", 400, request.getBytes(US_ASCII));
        demo.awaitSaid(" limit=lane_unresolved ");
        assertEquals(
            "--lane-window, on all nodes", demo.logged(REACHED, "raise").replace("\"", ""));
      } finally {
        ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  @Test
  void shouldTellWhatIsHandledFromWhatWaits() throws IOException {
    try (Flood flood = new Flood();
        TallyJar jar = node("--loops=1")) {
      final String requests = "POST /counter/a/increment HTTP/1.1\r\nHost: t\r\n\r\n".repeat(1_000);
      flood.open(jar.httpPort(), "127.0.0.1", 200, requests.getBytes(US_ASCII));
      for (int i = 0; i < 50; i++) {
        assertTrue(jar.metrics().sum("tally_cluster_handlers_active") <= 1, "one loop applies one");
      }
    }
  }

  /** The text is what somebody reads who is woken by an alert. */
  @Test
  void shouldExplainEveryMetric() {
    try (TallyJar jar = node("--loops=1")) {
      final List<String> helps =
          jar.metrics()
              .text()
              .lines()
              .filter(line -> line.startsWith("# HELP tally_"))
              .map(line -> line.substring("# HELP ".length()))
              .toList();
      assertTrue(helps.size() > 60, () -> "metrics: " + helps.size());
      for (final String help : helps) {
        final String text = help.substring(help.indexOf(' ') + 1);
        assertTrue(text.length() > 25 && text.endsWith("."), help);
        assertEquals(1, helps.stream().filter(other -> other.endsWith(" " + text)).count(), help);
      }
    }
  }

  private static TallyJar node(final String option) {
    final TallyJar jar = TallyJar.small().start("node", "--id=a", "--nodes=a", option);
    return jar.awaitReady();
  }
}
