package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real servers do to a carrier: refuse, deny, shrink, name others, and show certificates. */
@Timeout(120)
@Tag("default-jdk")
class NatsFaultsTest {
  private static final String OPEN = "";
  private static final String SECRET = "authorization { user: app, password: secret }\n";
  private static final String CHANGED = "authorization { user: app, password: changed }\n";

  @TempDir private Path directory;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<CarrierState> states = new CopyOnWriteArrayList<>();
  private int port;

  @BeforeEach
  void choosePort() throws IOException {
    port = freePort();
  }

  @AfterEach
  void closeAll() {
    CloseHelper.closeAll(toClose);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private ConfiguredServer start(final int serverPort, final String settings) throws IOException {
    final ConfiguredServer server =
        ConfiguredServer.start(directory.resolve(serverPort + ".conf"), serverPort, settings);
    toClose.add(0, server);
    return server;
  }

  private NatsCarrier launch(final String urls, final NatsLogin login, final long minFrameBytes) {
    final NatsSession.Listener listener =
        new NatsSession.Listener() {
          @Override
          public void onStatus(final CarrierStatus status) {
            states.add(status.state());
          }
        };
    final NatsCarrier carrier =
        NatsCarrier.launch(
            NatsAddress.parse(urls, login), "test", minFrameBytes, listener, fault -> {});
    toClose.add(0, carrier);
    return carrier;
  }

  private NatsCarrier launch(final String user) {
    return launch("nats://" + user + "127.0.0.1:" + port, NatsLogin.NONE, 1000);
  }

  private static void awaitState(final NatsCarrier carrier, final CarrierState state) {
    try {
      Await.until(state.toString(), () -> carrier.status().state() == state);
    } catch (final AssertionError inVain) {
      throw new AssertionError(inVain.getMessage() + ", but " + carrier.status(), inVain);
    }
  }

  private static void assertCarries(final NatsCarrier carrier) throws IOException {
    final List<byte[]> frames = new CopyOnWriteArrayList<>();
    final FrameCarrier.Subscription subscription = carrier.subscribe("carried", frames::add);
    assertTrue(carrier.publish("carried", new byte[7], 7));
    carrier.flush();
    Await.until("carried", () -> frames.size() == 1);
    subscription.close();
  }

  @Test
  void shouldComeBackAfterAnyNumberOfRefusals() throws IOException {
    final ConfiguredServer server = start(port, SECRET);
    final NatsCarrier carrier = launch("app:secret@");
    awaitState(carrier, CarrierState.CONNECTED);
    final List<byte[]> frames = new CopyOnWriteArrayList<>();
    carrier.subscribe("kept", frames::add);

    server.restart(CHANGED);
    Await.until("refused again", () -> carrier.get(CarrierCounter.REFUSALS) >= 4);
    assertFalse(carrier.isConnected());
    assertEquals(
        "NATS authorization violation: nats://127.0.0.1:"
            + port
            + " refused the credentials of user app: Authorization Violation",
        carrier.fault());

    server.restart(SECRET);
    awaitState(carrier, CarrierState.CONNECTED);
    assertTrue(carrier.publish("kept", new byte[3], 3));
    carrier.flush();
    Await.until("subscribed again", () -> frames.size() == 1);
    assertTrue(states.contains(CarrierState.REFUSED), states::toString);
  }

  @Test
  void shouldTakeAPasswordThatWasChangedInItsFile() throws IOException {
    final Path file = Files.writeString(directory.resolve("password"), "secret\n");
    final ConfiguredServer server = start(port, SECRET);
    final NatsCarrier carrier =
        launch("127.0.0.1:" + port, NatsLogin.user("app", NatsLogin.Secret.inFile(file)), 1000);
    awaitState(carrier, CarrierState.CONNECTED);
    server.reload(CHANGED);
    awaitState(carrier, CarrierState.REFUSED);
    Files.writeString(file, "changed\n");
    awaitState(carrier, CarrierState.CONNECTED);
    assertCarries(carrier);
  }

  @Test
  void shouldUseServersThatAnotherOneNamedWithTheSameCredentials() throws IOException {
    final int second = freePort();
    final int route = freePort();
    final int secondRoute = freePort();
    final ConfiguredServer first =
        start(port, SECRET + "cluster { name: c, listen: \"127.0.0.1:" + route + "\" }\n");
    start(
        second,
        SECRET
            + "cluster { name: c, listen: \"127.0.0.1:"
            + secondRoute
            + "\", routes: [\"nats://127.0.0.1:"
            + route
            + "\"] }\n");
    final NatsCarrier carrier = launch("app:secret@");
    awaitState(carrier, CarrierState.CONNECTED);
    first.awaitSaid("Route connection created");
    assertCarries(carrier);
    first.close();
    Await.until("lost", () -> carrier.get(CarrierCounter.DISCONNECTS) == 1);
    awaitState(carrier, CarrierState.CONNECTED);
    assertCarries(carrier);
    assertEquals(0, carrier.get(CarrierCounter.REFUSALS));
  }

  @Test
  void shouldFollowTheLengthOfMessagesOfEachConnection() throws IOException {
    final ConfiguredServer server = start(port, OPEN);
    final NatsCarrier carrier = launch("");
    awaitState(carrier, CarrierState.CONNECTED);
    assertEquals(1 << 20, carrier.maxFrameBytes());

    server.restart("max_payload: 4096\n");
    Await.until("shorter", () -> carrier.isConnected() && carrier.maxFrameBytes() == 4096);
    assertFalse(carrier.publish("carried", new byte[4097], 4097));
    assertCarries(carrier);

    server.restart("max_payload: 999\n");
    awaitState(carrier, CarrierState.PAYLOAD_LIMIT);
    assertFalse(carrier.isConnected());
    server.restart("max_payload: 1000\n");
    awaitState(carrier, CarrierState.CONNECTED);
  }

  @Test
  void shouldFollowALengthOfMessagesThatARunningServerChanges() throws IOException {
    final ConfiguredServer server = start(port, OPEN);
    final NatsCarrier carrier = launch("");
    awaitState(carrier, CarrierState.CONNECTED);
    server.reload("max_payload: 4096\n");
    assertTrue(carrier.publish("carried", new byte[5000], 5000), "the server has told nobody");
    carrier.flush();
    Await.until("shorter", () -> carrier.isConnected() && carrier.maxFrameBytes() == 4096);
    assertCarries(carrier);
  }

  @Test
  void shouldShowAToken() throws IOException {
    start(port, "authorization { token: \"t@k/en\" }\n");
    final NatsCarrier byUrl = launch("t@k/en@");
    final NatsCarrier byLogin = launch("127.0.0.1:" + port, NatsLogin.token(() -> "t@k/en"), 1000);
    awaitState(byUrl, CarrierState.CONNECTED);
    awaitState(byLogin, CarrierState.CONNECTED);
  }

  @Test
  void shouldNameTheSubjectsThatAreDenied() throws IOException {
    final String publish = permissions("publish: { deny: \"b\" }");
    final ConfiguredServer server = start(port, publish);
    final NatsCarrier carrier = launch("app:secret@");
    awaitState(carrier, CarrierState.CONNECTED);
    carrier.publish("b", new byte[1], 1);
    carrier.flush();
    awaitState(carrier, CarrierState.DENIED);
    assertEquals(
        "NATS permissions violation: nats://127.0.0.1:"
            + port
            + " denies user app: Permissions Violation for Publish to \"b\"",
        carrier.fault());
    assertCarries(carrier);
    awaitState(carrier, CarrierState.CONNECTED);

    carrier.subscribe("b", frame -> {});
    server.reload(permissions("subscribe: { deny: \"b\" }"));
    awaitState(carrier, CarrierState.DENIED);
    assertTrue(carrier.fault().contains("Subscription to \"b"), carrier.fault());
    assertFalse(carrier.isConnected());
    server.reload(permissions("publish: \">\""));
    awaitState(carrier, CarrierState.CONNECTED);
    assertCarries(carrier);
  }

  private static String permissions(final String rule) {
    return "authorization { users: [ { user: app, password: secret, permissions: { "
        + rule
        + " } } ] }\n";
  }

  @Test
  void shouldCheckCertificatesAndTheNamesInThem() throws Exception {
    final Certificate named = Certificate.make(directory, "localhost", "dns:localhost");
    start(port, named.serverSettings());
    final NatsCarrier unknown = launch("tls://localhost:" + port, NatsLogin.NONE, 1000);
    awaitState(unknown, CarrierState.DISCONNECTED);
    assertTrue(
        unknown.fault().contains("certif") || unknown.fault().contains("PKIX"), unknown.fault());

    final NatsCarrier unverified =
        NatsCarrier.launch(
            List.of(
                NatsAddress.parse("tls://localhost:" + port, NatsLogin.NONE).get(0).unverified()),
            "test",
            1000,
            NatsSession.Listener.NONE,
            fault -> {});
    toClose.add(0, unverified);
    awaitState(unverified, CarrierState.CONNECTED);

    named.trusted(
        () -> {
          final NatsCarrier good = launch("tls://localhost:" + port, NatsLogin.NONE, 1000);
          awaitState(good, CarrierState.CONNECTED);
          assertCarries(good);
          final NatsCarrier other = launch("tls://127.0.0.1:" + port, NatsLogin.NONE, 1000);
          awaitState(other, CarrierState.DISCONNECTED);
          assertTrue(other.fault().contains("127.0.0.1 found"), other.fault());
        });
  }
}
