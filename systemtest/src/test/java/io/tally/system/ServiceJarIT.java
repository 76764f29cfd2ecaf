package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The jar of a service beside that of Tally, run as the README and {@code ./run} do. */
@Timeout(120)
final class ServiceJarIT {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^java .*\\\\\n.* io\\.tally\\.launcher\\.Tally --service=lease$");

  @Test
  void shouldHostLeasesByTheCommandOfTheReadme() throws IOException {
    final Matcher command = COMMAND.matcher(Files.readString(ROOT.resolve("README.md")));
    assertTrue(command.find(), "no such command");
    assertHostsLeases("cd '" + ROOT + "'\nexec " + command.group());
  }

  /** What it does when it has built all. */
  @Test
  void shouldHostLeasesByRun() throws IOException {
    final String run = Files.readString(ROOT.resolve("run"));
    assertHostsLeases(
        "set -eu\nroot='" + ROOT + "'\n" + run.substring(run.indexOf("\nexec ")),
        "--service=lease");
  }

  private static void assertHostsLeases(final String script, final String... arguments) {
    try (TallyJar nodes = TallyJar.with().script(script, arguments)) {
      final int port = nodes.awaitReady().httpPort();
      final HttpResponse<String> early =
          Http.post(port, "/lease/leader/acquire", "{\"ttl_ms\":10000}");
      assertEquals(503, early.statusCode(), early.body());
      assertTrue(early.body().contains("/problems/leases-unknown"), early.body());
      assertEquals(1, Http.increment(port, "beside"));
    }
  }
}
