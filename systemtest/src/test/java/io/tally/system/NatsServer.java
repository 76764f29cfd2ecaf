package io.tally.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code nats-server} of the tests' own on free loopback ports, with its monitoring. The system
 * property {@code nats.server} names another binary than the one on the PATH.
 */
public final class NatsServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final int PORT_ATTEMPTS = 100;
  private static final int PORTS = 8_192;

  /** Of two JVMs that test side by side, each has ports of its own. */
  private static final int FIRST_PORT =
      16_384 + (Integer.getInteger("surefire.forkNumber", 0) & 1) * PORTS;

  private final int port;
  private final int monitoringPort;
  private final List<String> options;
  private Child child;

  private NatsServer(final int port, final int monitoringPort, final List<String> options) {
    this.port = port;
    this.monitoringPort = monitoringPort;
    this.options = options;
  }

  /** Starts a server with more options than its ports, and waits until it greets. */
  public static NatsServer start(final String... options) {
    final NatsServer server = prepare(options);
    server.restart();
    return server;
  }

  /** Chooses the ports of a server that is to be started later. */
  public static NatsServer prepare(final String... options) {
    return new NatsServer(freePort(), freePort(), List.of(options));
  }

  /**
   * A port that was free a moment ago. It is none of those that Linux gives to whoever asks for
   * any, nor one that tests beside this one choose. So it is free when its server starts, or starts
   * again.
   */
  public static int freePort() {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      final int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        return socket.getLocalPort();
      } catch (final IOException taken) {
        continue;
      }
    }
    throw new AssertionError("no free port");
  }

  /** Starts it again on the same ports, after it has ended. */
  public void restart() {
    close();
    final List<String> command =
        new ArrayList<>(
            List.of(
                binary(),
                "-a",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-m",
                Integer.toString(monitoringPort)));
    command.addAll(options);
    child = Child.start(command, environment -> environment.putIfAbsent("GOMAXPROCS", "2"));
    Await.until("nats-server greets", START_LIMIT, this::greets, child::picture);
  }

  private static String binary() {
    final String named = System.getProperty("nats.server");
    return named != null ? named : Child.find("nats-server");
  }

  private boolean greets() throws IOException {
    if (!child.isAlive()) {
      throw new AssertionError("nats-server ended:\n" + child.picture());
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      socket.setSoTimeout(1_000);
      return new String(socket.getInputStream().readNBytes(4)).equals("INFO")
          && Http.tryGet(monitoringPort, "/varz").statusCode() == 200;
    }
  }

  /** Where clients connect. */
  public int port() {
    return port;
  }

  /** Where clients connect. */
  public String url() {
    return "nats://127.0.0.1:" + port;
  }

  /** The process. */
  public Child child() {
    return child;
  }

  /** Version of the server. */
  public String version() {
    final Matcher matcher =
        Pattern.compile("\"version\":\\s*\"([^\"]+)\"")
            .matcher(Http.get(monitoringPort, "/varz").body());
    return matcher.find() ? matcher.group(1) : "?";
  }

  /** A number of its general monitoring page. */
  public long varz(final String name) {
    return numbers(Http.get(monitoringPort, "/varz").body(), name).get(0);
  }

  /** A number of each connection, if the server answers. */
  public List<Long> tryConnz(final String name) throws IOException {
    return numbers(Http.tryGet(monitoringPort, "/connz").body(), name);
  }

  private static List<Long> numbers(final String json, final String name) {
    final Matcher matcher = Pattern.compile("\"" + name + "\":\\s*([0-9]+)").matcher(json);
    final List<Long> numbers = new ArrayList<>();
    while (matcher.find()) {
      numbers.add(Long.valueOf(matcher.group(1)));
    }
    return numbers;
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
  }
}
