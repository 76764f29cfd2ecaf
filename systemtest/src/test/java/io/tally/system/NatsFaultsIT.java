package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node says and does while its NATS server is away, or does not want it. */
@Tag("default-jdk")
@Timeout(180)
class NatsFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private NatsServer nats;

  @BeforeEach
  void prepare() {
    nats = NatsServer.prepare("-c", directory.resolve("nats.conf").toString());
  }

  @AfterEach
  void stop() {
    nats.close();
  }

  private void serve(final String settings) throws IOException {
    Files.writeString(directory.resolve("nats.conf"), settings);
    nats.restart();
  }

  private static String users(final String more) {
    return "authorization { users: [ { user: app, password: \"s@cret\"" + more + " } ] }\n";
  }

  private String url() {
    return "nats://app:s@cret@127.0.0.1:" + nats.port();
  }

  private TallyJar launch(final String id, final String... more) {
    final String[] all = new String[more.length + 4];
    all[0] = "node";
    all[1] = "--id=" + id;
    all[2] = "--nodes=a,b";
    all[3] = "--shards=8";
    System.arraycopy(more, 0, all, 4, more.length);
    return TallyJar.small().environment("TALLY_NATS", url()).start(all);
  }

  private static String readyz(final TallyJar node) throws IOException {
    return Http.tryGet(node.httpPort(), "/readyz").body();
  }

  private static void awaitReadyz(final TallyJar node, final String text) {
    Await.until(
        text,
        SOON,
        () -> readyz(node).contains(text),
        () -> Http.get(node.httpPort(), "/readyz").body() + "\n" + node.child().picture());
  }

  /** Each would be a disconnect, if attempts were counted with the connections that were lost. */
  private static void awaitFailedAttempts(final TallyJar node) {
    Await.until(
        "attempts to connect",
        SOON,
        () -> node.metrics().value("tally_nats_connect_failures_total") >= 3,
        node.child()::picture);
  }

  private static void assertServesItsOwn(final TallyJar node, final String id) {
    final List<String> own = Placement.of(node.httpPort(), 8).countersOf(id, "own-", 1);
    assertTrue(Http.increment(node.httpPort(), own.get(0)) > 0);
  }

  @Test
  void shouldBeNotReadyWhileCutOffAndSayWhyAndBeWholeAgain() throws IOException {
    serve(users(""));
    try (TallyJar a = launch("a");
        TallyJar b = launch("b")) {
      a.awaitReady();
      b.awaitReady();
      final List<String> theirs = Placement.of(a.httpPort(), 8).countersOf("b", "theirs-", 1);
      assertEquals(1, Http.increment(a.httpPort(), theirs.get(0)));
      assertEquals(0, a.metrics().value("tally_nats_disconnects_total"));
      assertEquals(1, a.metrics().value("tally_nats_connected"));
      assertEquals(1, a.metrics().value("tally_ready"));

      nats.close();
      awaitReadyz(a, "\"ready\":false,\"state\":\"cut_off\",\"reason\":\"NATS disconnected: ");
      assertEquals(503, Http.get(a.httpPort(), "/readyz").statusCode());
      assertEquals(200, Http.get(a.httpPort(), "/livez").statusCode());
      awaitFailedAttempts(a);
      assertEquals(1, a.metrics().value("tally_nats_disconnects_total"));
      assertEquals(0, a.metrics().value("tally_nats_connected"));
      assertEquals(0, a.metrics().value("tally_ready"));
      assertServesItsOwn(a, "a");

      serve(users("").replace("s@cret", "changed"));
      awaitReadyz(a, "NATS authorization violation: ");
      awaitReadyz(a, "refused the credentials of user app: Authorization Violation");
      awaitReadyz(b, "NATS authorization violation: ");
      assertServesItsOwn(a, "a");

      serve(users(", permissions: { subscribe: { deny: \"counter.hello\" } }"));
      awaitReadyz(a, "Permissions Violation for Subscription to \\\"counter.hello");

      serve(users("") + "max_payload: 300\n");
      awaitReadyz(a, "NATS max_payload too small: ");

      serve(users("") + "max_payload: 32768\n");
      for (final TallyJar node : List.of(a, b)) {
        awaitReadyz(node, "\"ready\":true,\"state\":\"ready\",\"node_id\"");
        node.awaitPeersUp(1);
      }
      assertEquals(2, Http.increment(a.httpPort(), theirs.get(0)));
      assertTrue(a.child().said("NATS disconnected"), a.child()::picture);
      assertTrue(a.child().said("NATS refused the credentials"), a.child()::picture);
      assertTrue(a.child().said("NATS connected"), a.child()::picture);
      assertFalse(a.child().picture().contains("s@cret"), a.child()::picture);
      assertFalse(a.child().picture().contains("cret@"), a.child()::picture);
    }
  }

  @Test
  void shouldWaitForNatsAtStartAndSayThatItDoes() throws IOException {
    try (TallyJar demo =
        TallyJar.small()
            .environment("NATS_URL", url())
            .start("--node-count=2", "--start-timeout=60s")) {
      demo.awaitSaid("waiting for NATS");
      assertTrue(demo.logged("waiting for NATS", "reason").contains("Connection refused"));
      assertEquals("nats://***@127.0.0.1:" + nats.port(), demo.logged("waiting for NATS", "url"));
      serve(users(""));
      demo.awaitReady();
      final long waits =
          demo.child().output().stream().filter(line -> line.contains("waiting for NATS")).count();
      assertEquals(1, waits, demo.child()::picture);
    }
  }

  @Test
  void shouldStopInGoodOrderWhileItWaits() {
    try (TallyJar node = launch("a", "--start-timeout=60s")) {
      node.awaitSaid("waiting for NATS");
      node.child().signal("TERM");
      assertEquals(0, node.child().awaitExit(SOON), node.child()::picture);
      assertTrue(node.child().said("stopped before it was ready"), node.child()::picture);
    }
  }

  @Test
  void shouldShowNoSecretInWhatItSaysOfTheCommandLine() {
    for (final String argument :
        List.of("--natss=" + url(), url(), "--nats=mqtt://app:s@cret@h", "-n=h1,app:s@cret@h2")) {
      try (TallyJar jar = TallyJar.small().run(argument)) {
        assertEquals(2, jar.child().awaitExit(SOON), jar.child()::picture);
        assertFalse(jar.child().picture().contains("cret@"), jar.child()::picture);
      }
    }
  }

  /** Those of a server behind another one too, which is where each part of a list begins. */
  @ParameterizedTest
  @ValueSource(strings = {"secret", "s@cret", "s//cret", "://s@cret", "%s?cret#"})
  void shouldShowNoSecretInWhatItSaysOfItself(final String password) throws IOException {
    serve("authorization { user: app, password: \"" + password + "\" }\n");
    final String server = "127.0.0.1:" + nats.port();
    final String login = "app:" + password + "@";
    final String urls = "nats://" + server + "," + login + server + ",nats://" + login + server;
    try (TallyJar demo = TallyJar.small().start("--node-count=2", "--nats=" + urls)) {
      demo.awaitReady();
      assertShowsNoSecret(demo, server);
      nats.close();
      awaitReadyz(demo, "NATS disconnected");
      assertShowsNoSecret(demo, server);
    }
  }

  private static void assertShowsNoSecret(final TallyJar demo, final String server) {
    final StringBuilder said = new StringBuilder(demo.child().picture());
    for (final String page : List.of("/", "/readyz", "/cluster")) {
      said.append(Http.get(demo.httpPort(), page).body());
    }
    said.append(demo.metrics().text());
    assertEquals(-1, said.indexOf("cret"), said::toString);
    assertTrue(said.indexOf("nats://***@" + server) > 0, said::toString);
  }

  @Test
  void shouldSayAtStartWhoIsRefusedAndWhatIsUnsafe() throws IOException {
    serve(users("").replace("s@cret", "changed"));
    try (TallyJar refused = launch("a", "--start-timeout=1s");
        TallyJar unsafe = launch("a", "--nats=opentls://127.0.0.1:" + nats.port())) {
      assertEquals(1, refused.child().awaitExit(SOON), refused.child()::picture);
      assertEquals(1, refused.child().errors().size(), refused.child()::picture);
      final String message = refused.child().errors().get(0);
      assertTrue(
          message.contains("refused the credentials of user app: Authorization Violation"),
          message);
      assertFalse(message.contains("cret@"), message);
      assertEquals(2, unsafe.child().awaitExit(SOON), unsafe.child()::picture);
      assertTrue(
          unsafe.child().errors().get(0).contains("--nats-tls-skip-verify"),
          unsafe.child()::picture);
    }
  }

  @Test
  void shouldSayAtStartWhichSubjectIsDenied() throws IOException {
    serve(users(", permissions: { subscribe: { deny: \"counter.hello\" } }"));
    try (TallyJar denied = launch("a")) {
      assertEquals(1, denied.child().awaitExit(SOON), denied.child()::picture);
      assertEquals(1, denied.child().errors().size(), denied.child()::picture);
      assertTrue(
          denied.child().errors().get(0).contains("Subscription to \"counter.hello"),
          denied.child()::picture);
    }
  }

  @Test
  void shouldTakeAPasswordThatNoProcessListShows() throws IOException {
    serve(users(""));
    final Path file = Files.writeString(directory.resolve("password"), "s@cret\n");
    final String server = "--nats=127.0.0.1:" + nats.port();
    try (TallyJar byFile =
            TallyJar.small()
                .start(server, "--nats-user=app", "--nats-password-file=" + file, "--cluster=f");
        TallyJar byVariable =
            TallyJar.small()
                .environment("TALLY_NATS_PASSWORD", "s@cret")
                .start(server, "--nats-user=app", "--cluster=v")) {
      for (final TallyJar demo : List.of(byFile, byVariable)) {
        demo.awaitReady();
        final String shown =
            Files.readString(Path.of("/proc", Long.toString(demo.child().pid()), "cmdline"));
        assertFalse(shown.contains("s@cret"), shown);
      }
    }
  }
}
