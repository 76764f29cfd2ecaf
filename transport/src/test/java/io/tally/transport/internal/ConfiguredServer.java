package io.tally.transport.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A nats-server on a given port whose settings the test changes. */
final class ConfiguredServer implements AutoCloseable {
  private final Path settings;
  private final Path log;
  private final int port;
  private Process process;

  private ConfiguredServer(final Path settings, final int port) {
    this.settings = settings;
    this.port = port;
    log = settings.resolveSibling(settings.getFileName() + ".log");
  }

  static ConfiguredServer start(final Path settings, final int port, final String lines)
      throws IOException {
    final ConfiguredServer server = new ConfiguredServer(settings, port);
    server.restart(lines);
    return server;
  }

  void restart(final String lines) throws IOException {
    close();
    Files.writeString(settings, lines);
    process =
        new ProcessBuilder(
                TestServer.binary().toString(),
                "-a",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-c",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Await.until("the server listens", this::listens);
  }

  private boolean listens() {
    if (!process.isAlive()) {
      throw new AssertionError("nats-server ended: " + said());
    }
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      return socket.isConnected();
    } catch (final IOException e) {
      return false;
    }
  }

  /** Changes the settings of the running server. */
  void reload(final String lines) throws IOException {
    Files.writeString(settings, lines, StandardOpenOption.TRUNCATE_EXISTING);
    final int before = said().split("Reloaded server configuration", -1).length;
    new ProcessBuilder("/bin/sh", "-c", "kill -HUP " + process.pid()).start();
    Await.until(
        "reloaded", () -> said().split("Reloaded server configuration", -1).length > before);
  }

  void awaitSaid(final String text) {
    Await.until("said " + text, () -> said().contains(text));
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (final IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      Await.until("the server has ended", () -> !process.isAlive());
    }
  }
}
