package io.tally.transport.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One run of the shell script and of the {@code nats-server} in it. */
final class NatsServerChild {
  static final long STOP_TIMEOUT_MS = 5_000;

  // Signals sent to the launcher's whole group, by a terminal or a supervisor, must reach neither
  // the server, which the launcher needs while it drains, nor the watchdog, which must outlive the
  // launcher: so all of this gets a session of its own where that is possible. Descriptor 3 keeps
  // the pipe for the watchdog: a shell gives background jobs an empty input. The output belongs to
  // the server's process id alone; what the server writes, which may be sooner, goes to the errors.
  private static final String SCRIPT =
      """
      trap '' INT HUP QUIT
      exec 3<&0
      "$@" </dev/null 3<&- >&2 &
      server=$!
      echo "$server"
      { while read -r _ <&3; do :; done; kill -TERM "$server"; kill -CONT "$server"; } >/dev/null 2>&1 &
      watchdog=$!
      wait "$server"
      code=$?
      kill -KILL "$watchdog" 2>/dev/null
      exit "$code"
      """;

  private static final long START_TIMEOUT_NS = 10_000_000_000L;
  private static final long POLL_NS = 10_000_000L;

  private final Process script;
  final long serverPid;
  private final Thread reader;

  /** The last line that the server wrote, or an empty string. */
  volatile String lastLine = "";

  NatsServerChild(final Path binary, final int port) throws IOException {
    final ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "exec $(command -v setsid) /bin/sh -c \"$0\" \"$@\"",
            SCRIPT,
            "nats-server",
            binary.toString(),
            "-a",
            NatsServerProcess.HOST,
            "-p",
            Integer.toString(port));
    final Map<String, String> environment = builder.environment();
    if (Runtime.getRuntime().availableProcessors() <= 2) {
      // More of its threads only take turns with ours, on so few processors.
      environment.putIfAbsent("GOMAXPROCS", "1");
    }
    // It lives on little memory, and so would collect all the time when there is much to carry.
    environment.putIfAbsent("GOGC", "400");
    script = builder.start();
    reader = new Thread(() -> readLines(script.errorReader(UTF_8)), "nats-server-output");
    reader.setDaemon(true);
    reader.start();
    serverPid = readPid();
  }

  private long readPid() throws IOException {
    try (BufferedReader output = script.inputReader(UTF_8)) {
      final String line = output.readLine();
      if (line == null) {
        awaitExit();
        throw new IOException("nats-server could not be started: " + lastLine);
      }
      return Long.parseLong(line);
    }
  }

  private void readLines(final BufferedReader output) {
    try (output) {
      String line;
      while ((line = output.readLine()) != null) {
        lastLine = line;
      }
    } catch (final IOException e) {
      // The script has ended; its exit is seen elsewhere.
      return;
    }
  }

  void awaitAccepting(final int port) throws IOException {
    final long deadlineNs = System.nanoTime() + START_TIMEOUT_NS;
    while (System.nanoTime() - deadlineNs < 0) {
      if (!script.isAlive()) {
        awaitExit();
        throw new IOException("nats-server ended at once: " + lastLine);
      }
      // The greeting may be that of another process which has taken the port. Then this server ends
      // soon, or has ended.
      if (greets(port) && isServerAlive()) {
        return;
      }
      LockSupport.parkNanos(this, POLL_NS);
    }
    throw new IOException("nats-server did not accept connections in time: " + lastLine);
  }

  private boolean isServerAlive() {
    return ProcessHandle.of(serverPid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static boolean greets(final int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(NatsServerProcess.HOST, port), 1_000);
      socket.setSoTimeout(1_000);
      return new String(socket.getInputStream().readNBytes(4), US_ASCII).equals("INFO");
    } catch (final IOException e) {
      return false;
    }
  }

  int awaitExit() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          final int code = script.waitFor();
          reader.join(STOP_TIMEOUT_MS);
          return code;
        } catch (final InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void stop() {
    try {
      script.getOutputStream().close();
    } catch (final IOException e) {
      // The other end is gone already.
    }
    try {
      if (!script.waitFor(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (final InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  private void kill() {
    // The id belongs to the server as long as the script waits for it.
    if (script.isAlive()) {
      ProcessHandle.of(serverPid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
