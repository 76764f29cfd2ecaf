package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The whole service fits into few lines; what more it needs is the engine's. */
class SizeTest {
  private static final int MAX_LINES = 200;

  @Test
  void shouldTakeFewLinesOfJava() throws IOException {
    final List<Path> files;
    try (Stream<Path> tree = Files.walk(Path.of("src", "main", "java"))) {
      files = tree.filter(file -> file.toString().endsWith(".java")).toList();
    }
    final List<String> lines = new ArrayList<>();
    for (final Path file : files) {
      lines.addAll(Files.readAllLines(file));
    }
    lines.removeIf(line -> line.isBlank() || line.matches("(import|package) .*"));
    assertTrue(files.size() >= 3, files::toString);
    assertTrue(lines.size() <= MAX_LINES, lines.size() + " lines");
  }
}
