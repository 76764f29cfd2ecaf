package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MetricsIT {
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
      assertEquals(0, metrics.value("tally_requests_pending"));
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
      assertEquals("10", jar.logged("a limit is reached: what is beyond is refused", "value"));
      for (final String name :
          List.of("idempotency_keys", "http_connections", "requests_pending", "ring_depth")) {
        assertTrue(jar.metrics().value("tally_" + name + "_limit") > 0, name);
        jar.metrics().sum("tally_" + name);
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
