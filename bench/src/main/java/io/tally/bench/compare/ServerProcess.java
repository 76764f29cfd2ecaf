package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server started for a run, with the processes it starts itself. */
final class ServerProcess implements AutoCloseable {
  private static final long MICROS_PER_TICK = 10_000;
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final long STOP_SECONDS = 15;
  private static final long SAVE_SECONDS = 120;

  private final Process process;
  private final Path log;

  private ServerProcess(final Process process, final Path log) {
    this.process = process;
    this.log = log;
  }

  static ServerProcess start(final Site site, final List<String> command) throws IOException {
    final Path log = Files.createTempFile(site.workDir, "server", ".log");
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(site.workDir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TALLY_"));
    builder.environment().remove("NATS_URL");
    return new ServerProcess(builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  void checkAlive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "a server ended with " + process.exitValue() + ":\n" + Files.readString(log));
    }
  }

  /** All that it has printed. */
  String output() throws IOException {
    return Files.readString(log);
  }

  /** Sends a signal by its name, such as STOP. */
  void signal(final String name) throws IOException, InterruptedException {
    Command.run(List.of("kill", "-" + name, Long.toString(pid())));
  }

  /** Ends it in good order, with all the time that it needs to save what it holds. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(SAVE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("a server did not stop in good order:\n" + Files.readString(log));
    }
  }

  /** User and system time so far, with all descendants; ticks of the kernel are 10 ms. */
  long cpuMicros() throws IOException {
    long ticks = 0;
    for (final long pid : pids()) {
      final String stat;
      try {
        stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      } catch (final IOException ended) {
        continue;
      }
      final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      ticks += Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    }
    return ticks * MICROS_PER_TICK;
  }

  /** Resident set with all descendants. */
  long residentKib() throws IOException {
    long sum = 0;
    for (final long pid : pids()) {
      try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
        sum +=
            lines
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
      }
    }
    return sum;
  }

  @Override
  public void close() {
    final List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    descendants.forEach(ProcessHandle::destroy);
  }

  private long[] pids() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .mapToLong(ProcessHandle::pid)
        .toArray();
  }
}
