package io.tally.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Counters of other nodes, and the cluster, as a client of one node watches them. */
@Timeout(60)
class TallyNodeStreamTest {
  private static final int COUNTERS = 30;

  private BufferedReader watch(final String url) throws IOException, InterruptedException {
    final HttpResponse<InputStream> response =
        TestNodes.CLIENT.send(
            TestNodes.request(url).header("Accept", "text/event-stream").build(),
            BodyHandlers.ofInputStream());
    assertEquals(200, response.statusCode());
    return new BufferedReader(new InputStreamReader(response.body(), UTF_8));
  }

  private static String nextData(final BufferedReader events) throws IOException {
    String line = events.readLine();
    while (!line.startsWith("data: ")) {
      line = events.readLine();
    }
    return line.substring("data: ".length());
  }

  @Test
  void shouldTellOfCountersOnAllNodes() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.three())) {
      final StringBuilder ids = new StringBuilder();
      final Set<String> expected = new HashSet<>();
      for (int i = 0; i < COUNTERS; i++) {
        ids.append(i == 0 ? "?" : "&").append("id=c").append(i);
        expected.add("{\"counter_id\":\"c" + i + "\",\"value\":1}");
      }
      try (BufferedReader events = watch(node.url() + "/counters" + ids)) {
        for (int i = 0; i < COUNTERS; i++) {
          assertTrue(nextData(events).endsWith("\"value\":0}"));
        }
        final Set<String> owners = new HashSet<>();
        for (int i = 0; i < COUNTERS; i++) {
          TestNodes.send("POST", node.url() + "/counter/c" + i + "/increment");
          final String cluster = TestNodes.send("GET", node.url() + "/cluster?id=c" + i).body();
          owners.add(cluster.replaceAll("(?s).*\"entity\":\\{\"shard\":\\d+,\"owner\":", ""));
        }
        assertEquals(TestNodes.THREE_IDS.size(), owners.size(), owners::toString);
        while (!expected.isEmpty()) {
          expected.remove(nextData(events));
        }
      }
    }
  }

  @Test
  void shouldTellOfTheCluster() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.three());
        BufferedReader events = watch(node.url() + "/cluster")) {
      final String first = nextData(events);
      assertTrue(first.startsWith("{\"node\":\"a\",\"time_ms\":"), first);
      assertTrue(first.contains("{\"id\":\"c\",\"state\":\"up\",\"incarnation\":\""), first);
      assertFalse(first.contains("\"rate\""), "nothing came before it");
      TestNodes.send("POST", node.url() + "/counter/c/increment");
      TestNodes.send("GET", node.url() + "/nowhere");
      String next = nextData(events);
      while (!next.contains("\"writes\":1,") || !next.contains("\"refused\":1,")) {
        assertTrue(next.contains("\"unknown\":0}"), next);
        TestNodes.send("POST", node.url() + "/counter/c/increment");
        TestNodes.send("GET", node.url() + "/nowhere");
        next = nextData(events);
      }
      assertTrue(next.contains("\"p50_us\":") && next.contains("\"p99_us\":"), next);
      assertTrue(next.contains("\"rate\":1,\"depth\":0}"), next);
    }
  }

  @Test
  void shouldEndStreamsAtAStop() throws Exception {
    final TallyNode node = TallyNode.launch(TestNodes.alone());
    try (BufferedReader counter = watch(node.url() + "/counter/c");
        BufferedReader same = watch(node.url() + "/counters?id=c&id=d");
        BufferedReader cluster = watch(node.url() + "/cluster")) {
      nextData(counter);
      nextData(same);
      nextData(cluster);
      final String metrics = TestNodes.send("GET", node.metricsUrl() + "/metrics").body();
      assertTrue(metrics.contains("\ntally_http_streams 3.0\n"), metrics);
      assertTrue(
          metrics.contains("\ntally_watches 3.0\n"), "each once for each stream: " + metrics);
      node.close();
      for (final BufferedReader ended : new BufferedReader[] {counter, same, cluster}) {
        while (ended.readLine() != null) {
          // What had been sent before.
          continue;
        }
      }
    }
  }
}
