package io.tally;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An author tries a service on faulty clusters with few lines; all that is the same is given. */
class TutorialSizeTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/your-own-service.md");

  private static final Pattern LISTING =
      Pattern.compile("(?s)/HeartbeatsClusterTest\\.java`:\\n\\n```java\\n(.*?)```");

  /** About thirty. */
  private static final int MAX_LINES = 32;

  @Test
  void shouldTryAServiceOnFaultyClustersInFewLines() throws IOException {
    final Matcher listing = LISTING.matcher(Files.readString(PAGE));
    assertTrue(listing.find(), "no listing of the test");
    assertTrue(listing.group(1).contains("ClusterTest.of("), "another test");
    final List<String> lines =
        listing
            .group(1)
            .lines()
            .filter(line -> !line.isBlank() && !line.matches("(import|package) .*"))
            .toList();
    assertTrue(lines.size() <= MAX_LINES, lines.size() + " lines");
  }
}
