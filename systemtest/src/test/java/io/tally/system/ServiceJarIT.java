package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The jar of a service beside that of Tally, run as the README and {@code ./run} do. */
@Timeout(180)
final class ServiceJarIT {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^java .*\\\\\n.* io\\.tally\\.launcher\\.Tally --service=lease$");

  /** From the first command that needs a grant to the last one that ends. */
  private static final Pattern LISTING = Pattern.compile("(?s)\n(token=\\$\\(curl .*?)\ncurl -N ");

  private static final Pattern ANSWERED = Pattern.compile("(?m)^curl .* # (\\{.*\\})");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void shouldHostLeasesByTheCommandOfTheReadme() throws IOException {
    final Matcher command = COMMAND.matcher(Files.readString(ROOT.resolve("README.md")));
    assertTrue(command.find(), "no such command");
    try (TallyJar node = hosting("cd '" + ROOT + "'\nexec " + command.group())) {
      final int port = node.awaitReady().httpPort();
      assertHostsLeases(port);
      LeaseHolders.awaitOpen(() -> port);
      assertAnswersAsTheReadmeSays(port);
    }
  }

  /** All that it asks once leases are granted, but for the stream, which has no end. */
  private static void assertAnswersAsTheReadmeSays(final int port) throws IOException {
    final Matcher listing = LISTING.matcher(Files.readString(ROOT.resolve("README.md")));
    assertTrue(listing.find(), "no such listing");
    final String commands = listing.group(1).replace("localhost:8181", "127.0.0.1:" + port);
    try (Child shell = Child.start(List.of("/bin/sh", "-euc", commands), variables -> {})) {
      assertEquals(0, shell.awaitExit(LIMIT), shell::picture);
      assertEquals(
          ANSWERED.matcher(commands).results().map(line -> shown(line.group(1))).toList(),
          shell.output().stream().map(ServiceJarIT::shown).toList());
    }
  }

  /** Tokens and what is left of a time are others each time. */
  private static String shown(final String answer) {
    return answer
        .replaceAll("\"[0-9a-f]+-[0-9a-f]+\"", "\"TOKEN\"")
        .replaceAll("\"ttl_ms\":[1-9][0-9]*", "\"ttl_ms\":LEFT");
  }

  /** What it does when it has built all. */
  @Test
  void shouldHostLeasesByRun() throws IOException {
    final String run = Files.readString(ROOT.resolve("run"));
    final String script = "set -eu\nroot='" + ROOT + "'\n" + run.substring(run.indexOf("\nexec "));
    try (TallyJar node = hosting(script, "--service=lease")) {
      assertHostsLeases(node.awaitReady().httpPort());
    }
  }

  private static TallyJar hosting(final String script, final String... arguments) {
    return TallyJar.with().script(script, arguments);
  }

  private static void assertHostsLeases(final int port) {
    final HttpResponse<String> early =
        Http.post(port, "/lease/leader/acquire", "{\"ttl_ms\":10000}");
    assertEquals(503, early.statusCode(), early.body());
    assertTrue(early.body().contains("/problems/leases-unknown"), early.body());
    assertEquals(1, Http.increment(port, "beside"));
  }
}
