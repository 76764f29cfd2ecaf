package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NatsServerProcessTest {
  private static boolean isAlive(final long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void shouldServeUntilItIsClosed() throws IOException {
    final NatsServerProcess server = TestServer.launch(NatsServerProcess.Listener.NONE);
    final long pid = server.pid();
    try (NatsCarrier carrier = TestServer.connect(server.url())) {
      assertTrue(isAlive(pid));
      assertFalse(carrier.serverVersion().isEmpty());
    } finally {
      server.close();
    }
    server.close();
    Await.until("the server ends", () -> !isAlive(pid));
  }

  @Test
  void shouldStartAServerThatDiedAgainOnTheSamePort() throws IOException {
    final List<String> events = new CopyOnWriteArrayList<>();
    final NatsServerProcess.Listener listener =
        new NatsServerProcess.Listener() {
          @Override
          public void onExit(final int exitCode, final String lastLine) {
            events.add("exit " + exitCode);
          }

          @Override
          public void onRestart(final long pid) {
            events.add("restart " + pid);
          }
        };
    try (NatsServerProcess server = TestServer.launch(listener)) {
      final String url = server.url();
      for (int i = 1; i <= 2; i++) {
        final int count = i;
        final long pid = server.pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Await.until("restarted", () -> events.size() == 2 * count);
        assertNotEquals(pid, server.pid());
        assertEquals("exit 137", events.get(2 * i - 2));
        assertEquals("restart " + server.pid(), events.get(2 * i - 1));
        assertEquals(url, server.url());
        TestServer.connect(url).close();
      }
    }
  }

  @Test
  void shouldEndWithAParentThatIsKilled() throws IOException {
    final Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                NatsServerParent.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = parent.inputReader(StandardCharsets.UTF_8)) {
      final long pid = Long.parseLong(output.readLine());
      assertTrue(isAlive(pid));
      parent.destroyForcibly();
      Await.until("the server ends", () -> !isAlive(pid));
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void shouldSayWhyABinaryDoesNotServe(@TempDir final Path directory) throws IOException {
    final Path broken =
        TestServer.script(directory.resolve("nats-server"), "echo out of order\nexit 3\n");
    final IOException failure =
        assertThrows(
            IOException.class,
            () -> NatsServerProcess.launch(broken, NatsServerProcess.Listener.NONE));
    assertEquals("nats-server ended at once: out of order", failure.getMessage());
    assertThrows(
        IOException.class,
        () ->
            NatsServerProcess.launch(directory.resolve("absent"), NatsServerProcess.Listener.NONE));
  }

  /** A number that it says could otherwise come first, and be taken for its process id. */
  @Test
  void shouldGiveTheProcessIdAPipeOfItsOwn(@TempDir final Path directory) throws IOException {
    final Path hasty =
        TestServer.script(
            directory.resolve("nats-server"),
            "if [ $(readlink /proc/$PPID/fd/1) = $(readlink /proc/$$/fd/1) ]\n"
                + "then echo one pipe for both\n"
                + "else echo 4711\n"
                + "fi\n"
                + "exit 3\n");
    final IOException failure =
        assertThrows(
            IOException.class,
            () -> NatsServerProcess.launch(hasty, NatsServerProcess.Listener.NONE));
    assertEquals("nats-server ended at once: 4711", failure.getMessage());
  }
}
