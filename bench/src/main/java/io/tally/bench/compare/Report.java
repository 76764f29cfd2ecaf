package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Markdown file with sections between markers; writing a section replaces the one of its name.
 */
final class Report {
  private final Path file;

  Report(final Path file) {
    this.file = file.toAbsolutePath();
  }

  void section(final String name, final String markdown) throws IOException {
    System.out.println(markdown);
    final String begin = "<!-- begin " + name + " -->";
    final String end = "<!-- end " + name + " -->";
    final String block = begin + "\n" + markdown.strip() + "\n" + end;
    final String old = Files.exists(file) ? Files.readString(file) : "";
    final int from = old.indexOf(begin);
    final int to = old.indexOf(end);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        from >= 0 && to > from
            ? old.substring(0, from) + block + old.substring(to + end.length())
            : old + (old.isEmpty() ? "" : "\n") + block + "\n");
  }
}
