package io.tally.rig;

import io.tally.system.NatsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The servers through which the nodes talk; they ask for a password, and know each other. */
final class RigNats implements AutoCloseable {
  private static final Duration MAINTENANCE_LIMIT = Duration.ofSeconds(60);
  private static final String USER = "rig";
  private static final String PASSWORD = "secret";

  private final List<NatsServer> servers = new ArrayList<>();
  private final Path config;

  RigNats(final int count) throws IOException {
    config = Files.createTempFile("rig-nats", ".conf");
    writeConfig(PASSWORD);
    try {
      final List<String> routes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        final String route = "nats://127.0.0.1:" + NatsServer.freePort();
        final List<String> options = new ArrayList<>(List.of("-c", config.toString()));
        if (count > 1) {
          options.addAll(List.of("-cluster", route, "-cluster_name", USER));
        }
        if (i > 0) {
          options.addAll(List.of("-routes", String.join(",", routes)));
        }
        routes.add(route);
        servers.add(NatsServer.start(options.toArray(new String[0])));
      }
    } catch (final Throwable failed) {
      close();
      throw failed;
    }
  }

  /** The least that a server allows for maintenance; it takes a second for each client, no more. */
  private void writeConfig(final String password) {
    try {
      Files.writeString(
          config,
          """
          authorization { user: "%s", password: "%s" }
          lame_duck_duration: "30s"
          lame_duck_grace_period: "100ms"
          """
              .formatted(USER, password));
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  static String url(final int port) {
    return "nats://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port;
  }

  /** The one to which a node connects first. */
  NatsServer of(final int node) {
    return servers.get(node % servers.size());
  }

  List<NatsServer> all() {
    return servers;
  }

  /** The one that most clients use. */
  NatsServer busiest() {
    return servers.stream().max(Comparator.comparingInt(RigNats::clientCount)).orElseThrow();
  }

  private static int clientCount(final NatsServer server) {
    try {
      return server.tryConnz("pending_bytes").size();
    } catch (final IOException away) {
      return 0;
    }
  }

  /** No client is let in any more, and those that are in are sent away. */
  void changePassword() {
    setPassword("not-" + PASSWORD);
  }

  void restorePassword() {
    setPassword(PASSWORD);
  }

  private void setPassword(final String password) {
    writeConfig(password);
    servers.forEach(server -> server.child().signal("HUP"));
  }

  /** Sends all clients of a server away one by one, as before maintenance, until it has ended. */
  static void retire(final NatsServer server) {
    server.child().signal("USR2");
    server.child().awaitExit(MAINTENANCE_LIMIT);
  }

  @Override
  public void close() throws IOException {
    servers.forEach(NatsServer::close);
    Files.deleteIfExists(config);
  }
}
