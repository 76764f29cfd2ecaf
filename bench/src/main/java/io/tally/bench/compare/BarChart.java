package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Horizontal bars in groups, each group to its own scale. */
final class BarChart {
  record Bar(String label, int color, double value) {}

  record Group(String title, List<Bar> bars) {}

  private static final int WIDTH = 760;
  private static final int LEFT = 200;
  private static final int RIGHT = 90;
  private static final int BAR = 14;
  private static final int STEP = 19;

  private final String title;
  private final String subtitle;
  private final String format;

  BarChart(final String title, final String subtitle, final String format) {
    this.title = title;
    this.subtitle = subtitle;
    this.format = format;
  }

  void write(final Path file, final List<Group> groups) throws IOException {
    final Svg svg = new Svg(WIDTH);
    svg.text(12, 24, "title", "start", title);
    svg.text(12, 42, "small", "start", subtitle);
    double y = 64;
    for (final Group group : groups) {
      svg.text(12, y + 4, "group", "start", group.title);
      y += 14;
      final double max = group.bars.stream().mapToDouble(Bar::value).max().orElse(1);
      for (final Bar bar : group.bars) {
        final double length = (WIDTH - LEFT - RIGHT) * bar.value / max;
        svg.text(LEFT - 8, y + BAR - 3, "small", "end", bar.label);
        svg.bar(LEFT, y, length, BAR, Svg.color(bar.color));
        svg.text(
            LEFT + length + 6,
            y + BAR - 3,
            "small",
            "start",
            String.format(Locale.ROOT, format, bar.value));
        y += STEP;
      }
      y += 16;
    }
    svg.write(file, y, title);
  }
}
