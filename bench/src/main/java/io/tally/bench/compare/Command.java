package io.tally.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a program to its end and reads what it printed. */
final class Command {
  private Command() {}

  static String run(final List<String> command) throws IOException, InterruptedException {
    final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      final String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(
            command.get(0) + " ended with " + process.exitValue() + ":\n" + output);
      }
      return output;
    } finally {
      process.destroy();
    }
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
