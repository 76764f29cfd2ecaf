package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Latency over percentiles on a logarithmic scale, one line for each series. */
final class LineChart {
  record Series(String label, int color, double[] valuesMs) {}

  private static final int WIDTH = 760;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 60;
  private static final int HEIGHT = 280;

  private final String title;
  private final String subtitle;
  private final List<String> points;

  LineChart(final String title, final String subtitle, final List<String> points) {
    this.title = title;
    this.subtitle = subtitle;
    this.points = points;
  }

  void write(final Path file, final List<Series> series) throws IOException {
    final double min = series.stream().mapToDouble(s -> least(s.valuesMs)).min().orElse(0.01);
    final double max = series.stream().mapToDouble(s -> most(s.valuesMs)).max().orElse(1);
    final int low = (int) Math.floor(Math.log10(min));
    final int high = Math.max(low + 1, (int) Math.ceil(Math.log10(max)));
    final Svg svg = new Svg(WIDTH);
    svg.text(12, 24, "title", "start", title);
    svg.text(12, 42, "small", "start", subtitle);
    for (int decade = low; decade <= high; decade++) {
      final double y = y(Math.pow(10, decade), low, high);
      svg.rule(LEFT, y, WIDTH - RIGHT, y);
      svg.text(LEFT - 8, y + 4, "small", "end", label(decade));
    }
    for (int i = 0; i < points.size(); i++) {
      svg.text(x(i), TOP + HEIGHT + 20, "small", "middle", points.get(i));
    }
    for (int i = 0; i < series.size(); i++) {
      final Series line = series.get(i);
      final double[] xs = new double[line.valuesMs.length];
      final double[] ys = new double[line.valuesMs.length];
      for (int j = 0; j < xs.length; j++) {
        xs[j] = x(j);
        ys[j] = y(line.valuesMs[j], low, high);
      }
      svg.path(xs, ys, Svg.color(line.color));
      svg.bar(WIDTH - RIGHT + 20, TOP + 20 * i, 12, 12, Svg.color(line.color));
      svg.text(WIDTH - RIGHT + 38, TOP + 20 * i + 10, "small", "start", line.label);
    }
    svg.write(file, TOP + HEIGHT + 36, title);
  }

  private double x(final int point) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (point + 0.5) / points.size();
  }

  private static double y(final double valueMs, final int low, final int high) {
    return TOP + HEIGHT * (1 - (Math.log10(valueMs) - low) / (high - low));
  }

  private static String label(final int decade) {
    return decade >= 0
        ? Math.round(Math.pow(10, decade)) + " ms"
        : Math.round(Math.pow(10, decade + 3)) + " µs";
  }

  private static double least(final double[] values) {
    return java.util.Arrays.stream(values).min().orElseThrow();
  }

  private static double most(final double[] values) {
    return java.util.Arrays.stream(values).max().orElseThrow();
  }
}
