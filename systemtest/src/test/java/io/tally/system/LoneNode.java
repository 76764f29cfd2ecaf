package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A process of one node, n, which is its whole cluster and keeps its state on disk. */
final class LoneNode {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private LoneNode() {}

  static TallyJar start(final Path directory, final String... options) {
    return start(TallyJar.small(), directory, options);
  }

  static TallyJar start(
      final TallyJar.Launch launch, final Path directory, final String... options) {
    return launch.start(
        Stream.concat(
                Stream.of("node", "--id=n", "--nodes=n", "--shards=1", "--data-dir=" + directory),
                Stream.of(options))
            .toArray(String[]::new));
  }

  static Answer call(final TallyJar jar, final byte[] request) throws IOException {
    try (HttpConnection connection = new HttpConnection(jar.httpPort(), LIMIT)) {
      return connection.call(request);
    }
  }

  static void stop(final TallyJar jar) {
    jar.child().signal("TERM");
    assertEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
    assertEquals(List.of(), jar.child().errors());
  }

  static void kill(final TallyJar jar) {
    jar.child().signal("KILL");
    jar.child().awaitExit(LIMIT);
  }

  /** It does not start, and says why in one line. */
  static void assertRefused(final TallyJar jar, final String reason) {
    try (jar) {
      assertNotEquals(0, jar.child().awaitExit(LIMIT), jar.child()::picture);
      assertEquals(1, jar.child().errors().size(), jar.child()::picture);
      assertTrue(jar.child().errors().get(0).contains(reason), jar.child()::picture);
      assertFalse(jar.child().said("=== Tally ready ==="));
    }
  }

  /** As an operator copies a folder. */
  static void copy(final Path from, final Path to) {
    final List<String> command = List.of("cp", "-r", from + "/.", to.toString());
    try (Child copying = Child.start(command, environment -> {})) {
      assertEquals(0, copying.awaitExit(LIMIT));
    }
  }

  /** All files of the node with their bytes, but for the lock. */
  static Map<Path, String> contents(final Path directory) throws IOException {
    final Path folder = directory.resolve("n");
    final Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("lock")) {
          contents.put(folder.relativize(file), HexFormat.of().formatHex(Files.readAllBytes(file)));
        }
      }
    }
    return contents;
  }
}
