package io.tally.system;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A process that a test started, with all that it wrote. Ends with {@link #close()}. */
public final class Child implements AutoCloseable {
  private static final long REAP_MS = 5_000;

  private final Process process;
  private final List<String> outputLines = new ArrayList<>();
  private final List<String> errorLines = new ArrayList<>();
  private final Thread outputReader;
  private final Thread errorReader;

  private Child(final Process process) {
    this.process = process;
    Reaper.add(process.pid());
    outputReader = read(process.inputReader(), outputLines);
    errorReader = read(process.errorReader(), errorLines);
  }

  /** Starts a command; the environment is the caller's to change. */
  public static Child start(
      final List<String> command, final Consumer<Map<String, String>> environment) {
    final ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + ":" + more);
    environment.accept(builder.environment());
    try {
      return new Child(builder.start());
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /** Finds a program that the tests need. */
  public static String find(final String program) {
    for (final String directory :
        (System.getenv("PATH") + ":/usr/sbin").split(File.pathSeparator)) {
      final Path candidate = Path.of(directory.isEmpty() ? "." : directory, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return candidate.toString();
      }
    }
    throw new AssertionError(program + " is not installed; ./test installs it");
  }

  private static Thread read(final BufferedReader from, final List<String> lines) {
    final Thread thread =
        new Thread(
            () -> {
              try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                  synchronized (lines) {
                    lines.add(line);
                  }
                }
              } catch (final IOException closed) {
                // The process has ended and its pipe with it.
                return;
              }
            },
            "child-output");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs, or is stopped. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal by its name, such as TERM. */
  public void signal(final String name) {
    signal(name, pid());
  }

  /** Sends a signal to processes that this one started; returns when STOP has stopped them. */
  public static void signal(final String name, final long... pids) {
    final String command =
        LongStream.of(pids)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(" ", "kill -" + name + " ", ""));
    try (Child kill = start(List.of("/bin/sh", "-c", command), environment -> {})) {
      if (kill.awaitExit(Duration.ofSeconds(30)) != 0) {
        throw new AssertionError(command + ": " + kill.errors());
      }
    }
    for (final long pid : pids) {
      if (name.equals("STOP")) {
        Await.until("all threads stand still", Duration.ofSeconds(30), () -> isStopped(pid));
      }
    }
  }

  private static boolean isStopped(final long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (final Path thread : threads.toList()) {
        final String stat = Files.readString(thread.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    }
    return true;
  }

  /** Waits for the end, and returns the exit code. */
  public int awaitExit(final Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "still running after " + limit.toMillis() + " ms; it wrote:\n" + picture());
      }
      outputReader.join(REAP_MS);
      errorReader.join(REAP_MS);
      return process.exitValue();
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Lines of standard output so far. */
  public List<String> output() {
    synchronized (outputLines) {
      return List.copyOf(outputLines);
    }
  }

  /** Lines of standard error so far. */
  public List<String> errors() {
    synchronized (errorLines) {
      return List.copyOf(errorLines);
    }
  }

  /** Whether a line of standard output contains a text. */
  public boolean said(final String text) {
    return output().stream().anyMatch(line -> line.contains(text));
  }

  /** All that it wrote, for the message of a failed assertion. */
  public String picture() {
    return String.join("\n", output()) + "\nstandard error:\n" + String.join("\n", errors());
  }

  /** Kills it, if it runs. Idempotent. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(REAP_MS, TimeUnit.MILLISECONDS);
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Reaper.remove(process.pid());
  }
}
