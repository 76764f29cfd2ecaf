package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node inside a program of somebody else. */
@Timeout(60)
class TallyNodeTest {
  @Test
  void shouldCountFromLaunchToClose() throws Exception {
    final NodeConfig config = TestNodes.alone();
    for (int start = 0; start < 2; start++) {
      final String url;
      try (TallyNode node = TallyNode.launch(config)) {
        url = node.url();
        for (int count = 1; count <= 3; count++) {
          final HttpResponse<String> response =
              TestNodes.send("POST", url + "/counter/c/increment");
          assertEquals("{\"counter_id\":\"c\",\"value\":" + count + "}\n", response.body());
        }
        assertEquals(200, TestNodes.send("GET", url + "/readyz").statusCode());
        final String metrics = TestNodes.send("GET", node.metricsUrl() + "/metrics").body();
        assertTrue(metrics.contains("\ntally_counters_limit 1000.0\n"), metrics);
        assertEquals("", node.fault());
      }
      assertThrows(IOException.class, () -> TestNodes.send("GET", url + "/livez"));
    }
  }

  /** The log of a program that embeds a node knows nothing of Tally's format. */
  @Test
  void shouldTellItsPlanToAnyLog() throws Exception {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final Handler handler = new LinesHandler(lines);
    Log.LOGGER.addHandler(handler);
    try (TallyNode node = TallyNode.launch(TestNodes.alone())) {
      assertEquals("", node.fault());
    } finally {
      Log.LOGGER.removeHandler(handler);
    }
    final String all = String.join("", lines);
    final String caller = TallyNode.class.getName() + " launchNodes";
    for (final String part :
        List.of(
            "settings shards=64 ",
            " lane_window=4096 ",
            "limits max_command_bytes=",
            " max_counters=1000",
            " nodeID=node-0 shardCount=64 ",
            caller)) {
      assertTrue(all.contains(part), () -> part + " is missing in " + all);
    }
  }

  private static final class LinesHandler extends Handler {
    private final Formatter formatter = new SimpleFormatter();
    private final List<String> lines;

    LinesHandler(final List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(final LogRecord record) {
      lines.add(formatter.format(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void shouldHostAllNodesOfAClusterInOneProcess() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.three())) {
      for (int i = 0; i < 50; i++) {
        final HttpResponse<String> response =
            TestNodes.send("POST", node.url() + "/counter/" + i + "/increment");
        assertEquals("{\"counter_id\":\"" + i + "\",\"value\":1}\n", response.body());
      }
      final String cluster = TestNodes.send("GET", node.url() + "/cluster").body();
      TestNodes.THREE_IDS.forEach(
          id -> assertTrue(cluster.contains("\"node_id\":\"" + id + "\""), cluster));
    }
  }

  @Test
  void shouldHostAServiceThatItNeverHeardOf() throws Exception {
    final NodeConfig config = TestNodes.alone(Turnstile.hosted());
    try (TallyNode node = TallyNode.launch(config)) {
      final String east = node.url() + "/turnstile/east";
      for (int count = 1; count <= Turnstile.PASSES; count++) {
        assertEquals(
            "{\"turnstile\":\"east\",\"passed\":" + count + "}\n",
            TestNodes.send("POST", east + "/pass").body());
      }
      final HttpResponse<String> shut = TestNodes.send("POST", east + "/pass");
      assertEquals(429, shut.statusCode());
      assertTrue(
          shut.body().endsWith(",\"turnstile\":\"east\",\"outcome\":\"not_applied\"}\n"),
          shut.body());
      assertTrue(TestNodes.send("GET", node.url() + "/problems/shut").body().startsWith("Shut\n"));
      assertEquals("{\"turnstile\":\"east\",\"passed\":3}\n", TestNodes.send("GET", east).body());
      assertEquals(404, TestNodes.send("GET", node.url() + "/counter/c").statusCode());
      final String help = TestNodes.send("GET", node.url() + "/").body();
      assertTrue(help.contains("POST /turnstile/{id}/pass"), help);
      final String metrics = TestNodes.send("GET", node.metricsUrl() + "/metrics").body();
      assertTrue(metrics.contains("tally_http_responses_total{status=\"429\",} 1.0"), metrics);
      assertTrue(metrics.contains("tally_http_problems_total{type=\"shut\",} 1.0"), metrics);
      assertTrue(metrics.contains("message_type=\"Pass\""), metrics);
    }
  }

  @Test
  void shouldHostTwoServicesBesideEachOther() throws Exception {
    final NodeConfig config = TestNodes.alone(TestNodes.COUNTERS, Turnstile.hosted());
    try (TallyNode node = TallyNode.launch(config)) {
      for (int count = 1; count <= 2; count++) {
        assertEquals(
            "{\"counter_id\":\"east\",\"value\":" + count + "}\n",
            TestNodes.send("POST", node.url() + "/counter/east/increment").body());
      }
      assertEquals(
          "{\"turnstile\":\"east\",\"passed\":1}\n",
          TestNodes.send("POST", node.url() + "/turnstile/east/pass").body());
      final String help = TestNodes.send("GET", node.url() + "/").body();
      assertTrue(help.contains("Turnstiles") && help.contains("exact, distributed counters"), help);
      final String metrics = TestNodes.send("GET", node.metricsUrl() + "/metrics").body();
      assertTrue(metrics.contains("\ntally_counters{node_id=\"node-0\",} 1.0\n"), metrics);
      assertTrue(
          metrics.contains("\ntally_turnstile_entities{node_id=\"node-0\",} 1.0\n"), metrics);
      assertTrue(
          metrics.contains(
              "\ntally_actor_messages_total{message_type=\"Increment\",success=\"true\",} 2.0\n"),
          metrics);
      assertTrue(
          metrics.contains(
              "\ntally_actor_messages_total{message_type=\"Pass\",success=\"true\",} 1.0\n"),
          metrics);
    }
  }

  @Test
  void shouldRefuseServicesThatCannotBeToldApart() {
    final StartException fault =
        assertThrows(
            StartException.class,
            () -> TallyNode.launch(TestNodes.alone(TestNodes.COUNTERS, TestNodes.COUNTERS)));
    assertEquals("two services have the name counter", fault.getMessage());
    assertThrows(IllegalArgumentException.class, NodeConfig::alone);
  }

  @Test
  void shouldSayInOneLineWhyItCannotStart() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.alone())) {
      final int taken = URI.create(node.url()).getPort();
      final StartException fault =
          assertThrows(
              StartException.class,
              () -> TallyNode.launch(NodeConfig.alone(TestNodes.COUNTERS).withPorts(taken, 0)));
      assertEquals("port " + taken + " on 127.0.0.1 is already in use", fault.getMessage());
      assertEquals(200, TestNodes.send("GET", node.url() + "/readyz").statusCode());
    }
    final NodeConfig alone = NodeConfig.alone(TestNodes.COUNTERS);
    assertThrows(IllegalArgumentException.class, () -> alone.withPorts(0, -1));
    assertThrows(IllegalArgumentException.class, () -> alone.withPorts(99, 99));
    assertEquals(3, alone.withLoops(3).loops());
    assertThrows(
        IllegalArgumentException.class,
        () -> alone.withLoops(ClusterSettings.DEFAULT_MAX_LOOPS + 1));
    final ClusterSettings ofTwoLoops = alone.cluster().withMaxLoops(2);
    assertEquals(
        2,
        alone
            .withLoops(3)
            .withCluster(ofTwoLoops, alone.localNodeIds(), CarrierSettings.IN_PROCESS)
            .loops());
    final long dayNs = TimeUnit.DAYS.toNanos(1);
    assertEquals(dayNs - 1, withTimeout(alone, dayNs - 1).engine().requestTimeoutNs());
    assertThrows(IllegalArgumentException.class, () -> withTimeout(alone, dayNs));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            alone.withCluster(
                ClusterSettings.of(TestNodes.THREE_IDS),
                List.of("a", "b"),
                CarrierSettings.IN_PROCESS));
  }

  @Test
  void shouldLeaveNothingOfAStartThatAServiceFails() throws Exception {
    final int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    final HostedService failing =
        new HostedService(
            TestNodes.COUNTERS.definition(),
            (ingress, watches) -> {
              throw new UnsupportedOperationException("a mistake");
            },
            "Mistakes\n",
            "");
    final StartException fault =
        assertThrows(
            StartException.class,
            () -> TallyNode.launch(NodeConfig.alone(failing).withPorts(0, port)));
    assertEquals("a mistake", fault.getMessage());
    TallyNode.launch(NodeConfig.alone(TestNodes.COUNTERS).withPorts(0, port)).close();
  }

  private static NodeConfig withTimeout(final NodeConfig config, final long timeoutNs) {
    return config.withEngine(config.engine().withRequestTimes(timeoutNs, 1));
  }

  @Test
  void shouldRefuseAllOnceAnotherProcessServesAsItsNode() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.alone())) {
      assertEquals(200, TestNodes.send("POST", node.url() + "/counter/c/increment").statusCode());
      node.onFatal("node-0 is already running");
      final HttpResponse<String> refused =
          TestNodes.send("POST", node.url() + "/counter/c/increment");
      assertEquals(503, refused.statusCode());
      assertTrue(refused.body().contains("\"outcome\":\"not_applied\""), refused.body());
      assertEquals(503, TestNodes.send("GET", node.url() + "/readyz").statusCode());
      assertEquals("node-0 is already running", node.fault());
    }
  }

  @Test
  void shouldStopInGoodOrderAlsoWhenInterrupted() throws Exception {
    final TallyNode node = TallyNode.launch(TestNodes.alone());
    final String url = node.url();
    assertEquals(200, TestNodes.send("POST", url + "/counter/c/increment").statusCode());
    Thread.currentThread().interrupt();
    node.close();
    assertTrue(Thread.interrupted());
    assertThrows(IOException.class, () -> TestNodes.send("GET", url + "/livez"));
  }
}
