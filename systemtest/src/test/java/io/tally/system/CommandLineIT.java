package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CommandLineIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void shouldTellItsVersionWithoutAnyWarning() {
    try (TallyJar jar = TallyJar.with().run("--version")) {
      assertEquals(0, jar.child().awaitExit(LIMIT));
      assertEquals(List.of(), jar.child().errors());
      assertTrue(jar.child().output().get(0).startsWith("tally "), jar.child()::picture);
    }
  }

  @Test
  void shouldExplainEveryOption() {
    try (TallyJar jar = TallyJar.small().run("--help")) {
      assertEquals(0, jar.child().awaitExit(LIMIT));
      final String help = String.join("\n", jar.child().output());
      for (final String option :
          List.of(
              "--node-count",
              "--shards",
              "--http-port",
              "--metrics-port",
              "--bind",
              "--request-timeout",
              "--queue-limit",
              "--drain-timeout",
              "--shutdown-delay",
              "--idle-timeout",
              "--start-timeout",
              "--ring-slots",
              "--loops",
              "--shard-threads",
              "--cluster",
              "--seed",
              "--max-counters",
              "--max-connections",
              "--max-streams",
              "--max-watches",
              "--transport",
              "--nats",
              "--nats-server",
              "--nats-user",
              "--nats-password-file",
              "--nats-token-file",
              "--nats-creds",
              "--nats-tls-skip-verify",
              "TALLY_HTTP_PORT")) {
        assertTrue(help.contains(option), () -> option + " is missing in " + help);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--no-such-flag",
        "--http-port=x",
        "--http-port=70000",
        "--request-timeout=5",
        "--ring-slots=1000",
        "--transport=carrier-pigeon",
        "--node-count=0",
        "surplus",
        "node",
        "node --id=node-0 --nodes=node-1,node-2 --nats=nats://127.0.0.1:1",
        "node --id=a/b --nodes=a/b --nats=nats://127.0.0.1:1",
      })
  void shouldRefuseAWrongCommandLineInOneLine(final String arguments) {
    try (TallyJar jar = TallyJar.small().run(arguments.split(" "))) {
      assertEquals(2, jar.child().awaitExit(LIMIT), jar.child()::picture);
      assertEquals(1, jar.child().errors().size(), jar.child()::picture);
      assertTrue(jar.child().errors().get(0).startsWith("tally: "), jar.child()::picture);
    }
  }

  @Test
  void shouldReadItsEnvironment() {
    try (TallyJar jar =
        TallyJar.small()
            .patient()
            .environment("TALLY_HTTP_PORT", "0")
            .environment("TALLY_METRICS_PORT", "0")
            .environment("TALLY_TRANSPORT", "inprocess")
            .environment("TALLY_NODE_COUNT", "2")
            .environment("TALLY_MAX_COUNTERS", "7")
            .run("--node-count=3")) {
      jar.awaitReady();
      assertEquals(7, Integer.parseInt(jar.logged("limits", "max_counters")));
      assertTrue(jar.child().said("nodeID=node-2"), "the command line goes before it");
      assertEquals(1, Http.increment(jar.httpPort(), "a"));
    }
  }

  /** In Persian and Arabic digits are others, and in Turkish the capital of i is not I. */
  @ParameterizedTest
  @ValueSource(strings = {"fa", "ar-EG", "tr"})
  void shouldSpeakOneLanguageEverywhere(final String tag) {
    final Locale locale = Locale.forLanguageTag(tag);
    try (TallyJar jar =
        TallyJar.small()
            .jvm("-Duser.language=" + locale.getLanguage(), "-Duser.country=" + locale.getCountry())
            .environment("TALLY_TRANSPORT", "inprocess")
            .start("--node-count=2", "--seed=\" level=ERROR")) {
      jar.awaitReady();
      jar.awaitSaid("Press Ctrl+C");
      assertEquals(1, Http.increment(jar.httpPort(), "a"));
      final String said =
          String.join("\n", jar.child().output())
              + Http.get(jar.httpPort(), "/").body()
              + Http.get(jar.httpPort(), "/readyz").body()
              + jar.metrics().text();
      assertTrue(said.chars().allMatch(c -> c < 0x80), said);
      assertTrue(said.contains(":" + jar.httpPort() + "/counter/my-counter"), said);
      assertEquals(
          List.of(),
          jar.child().output().stream()
              .filter(line -> line.contains(" level=ERROR") && !line.contains("\\\" level=ERROR"))
              .toList());
    }
  }

  /** The demo also prints what to try. */
  @Test
  void shouldWriteNothingButItsLogAsANode() {
    try (TallyJar jar = TallyJar.small().start("node", "--id=a", "--nodes=a")) {
      jar.awaitReady();
      jar.child().signal("TERM");
      assertEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
      assertEquals(
          List.of(),
          jar.child().output().stream().filter(line -> !line.startsWith("time=")).toList());
    }
  }

  /** As they may be given, and as they stand in a URL. */
  private static Stream<Arguments> addresses() throws IOException {
    final Stream<Arguments> always =
        Stream.of(arguments("127.0.0.2", "127.0.0.2"), arguments("0.0.0.0", "localhost"));
    return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) == null
        ? always
        : Stream.concat(
            always,
            Stream.of(
                arguments("::1", "[::1]"),
                arguments("[::1]", "[::1]"),
                arguments("0:0:0:0:0:0:0:1", "[::1]"),
                arguments("::", "localhost")));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void shouldPrintAddressesThatCanBeUsed(final String address, final String host) {
    try (TallyJar jar = TallyJar.small().start("--transport=inprocess", "--bind=" + address)) {
      jar.awaitReady();
      jar.awaitSaid("curl http://" + host + ":" + jar.metricsPort() + "/metrics");
      jar.awaitSaid("curl http://" + host + ":" + jar.httpPort() + "/counter/my-counter");
    }
  }

  @ParameterizedTest
  @CsvSource({"TALLY_SHARDS, many", "TALLY_SHARDS, 0", "TALLY_NODE_COUNT, 65"})
  void shouldNameAWrongVariableInOneLine(final String name, final String value) {
    try (TallyJar jar = TallyJar.small().environment(name, value).run("--transport=inprocess")) {
      assertEquals(2, jar.child().awaitExit(LIMIT), jar.child()::picture);
      assertEquals(1, jar.child().errors().size(), jar.child()::picture);
      assertTrue(jar.child().errors().get(0).contains(name), jar.child()::picture);
    }
  }

  @Test
  void shouldStartAmongTheVariablesOfKubernetesAndCompose() {
    final String address = "tcp://10.96.0.12:80";
    try (TallyJar jar =
        TallyJar.small()
            .environment("TALLY_METRICS_PORT", address)
            .environment("TALLY_METRICS_SERVICE_HOST", "10.96.0.12")
            .environment("TALLY_METRICS_PORT_80_TCP", address)
            .environment("TALLY_TRANSPORT", "inprocess")
            .environment("TALLY_SEED", "")
            .environment("NATS_URL", "")
            .environment("TALLY_MAX_COUNTER", "5")
            .run("node", "--id=a", "--nodes=a", "--http-port=0", "--bind=127.0.0.5")) {
      jar.awaitReady();
      assertEquals("counter-cluster", jar.logged("settings", "seed"));
      assertEquals(
          "TALLY_METRICS_PORT",
          jar.logged(
              "ignored what Kubernetes sets for a Service of this name; give the port on the command line",
              "variables"));
      assertEquals("TALLY_MAX_COUNTER", jar.logged("ignored unknown variables", "variables"));
      assertEquals(2121, jar.metricsPort());
      assertEquals(
          2, jar.child().output().stream().filter(line -> line.contains("level=WARN")).count());
    }
  }

  @Test
  void shouldSayWhichPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      final int port = taken.getLocalPort();
      for (final String[] ports :
          new String[][] {
            {"--http-port=" + port, "--metrics-port=0"}, {"--metrics-port=" + port, "--http-port=0"}
          }) {
        try (TallyJar jar = TallyJar.small().run("--transport=inprocess", ports[0], ports[1])) {
          assertEquals(1, jar.child().awaitExit(LIMIT), jar.child()::picture);
          assertEquals(1, jar.child().errors().size(), jar.child()::picture);
          assertTrue(
              jar.child().errors().get(0).contains(Integer.toString(port)), jar.child()::picture);
          assertFalse(jar.child().said("ready"), jar.child()::picture);
        }
      }
    }
  }

  @Test
  void shouldSayThatNatsCannotBeReached() {
    final String url = "nats://127.0.0.1:" + NatsServer.freePort();
    try (TallyJar byFlag = TallyJar.small().start("--nats=" + url);
        TallyJar byVariable = TallyJar.small().environment("NATS_URL", url).start()) {
      for (final TallyJar jar : List.of(byFlag, byVariable)) {
        assertEquals(1, jar.child().awaitExit(LIMIT), jar.child()::picture);
        assertEquals(1, jar.child().errors().size(), jar.child()::picture);
        assertTrue(jar.child().errors().get(0).contains(url), jar.child()::picture);
      }
    }
  }
}
