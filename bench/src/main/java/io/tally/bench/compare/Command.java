package io.tally.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs programs to their end, or to that of their time, and reads what they printed. */
final class Command {
  private static final long MOST_SECONDS = 300;

  private Command() {}

  static String run(final List<String> command) throws IOException, InterruptedException {
    return runTogether(List.of(command)).get(0);
  }

  /** Runs programs that print little, all at the same time. */
  static List<String> runTogether(final List<List<String>> commands)
      throws IOException, InterruptedException {
    final List<Process> processes = new ArrayList<>();
    final List<String> outputs = new ArrayList<>();
    try {
      for (final List<String> command : commands) {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS)
            .execute(process::destroyForcibly);
      }
      for (int i = 0; i < commands.size(); i++) {
        outputs.add(output(commands.get(i), processes.get(i)));
      }
      return outputs;
    } finally {
      processes.forEach(Process::destroy);
    }
  }

  private static String output(final List<String> command, final Process process)
      throws IOException, InterruptedException {
    process.getOutputStream().close();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.get(0) + " ended with " + process.exitValue() + ":\n" + output);
    }
    return output;
  }

  /** The groups of the first match. */
  static Matcher find(final String output, final String pattern) throws IOException {
    final Matcher matcher = Pattern.compile(pattern).matcher(output);
    if (!matcher.find()) {
      throw new IOException("no " + pattern + " in:\n" + output);
    }
    return matcher;
  }
}
