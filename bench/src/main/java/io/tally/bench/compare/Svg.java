package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A drawing that is written as it is made. Its colours can be read on light and on dark. */
final class Svg {
  private static final String[] COLORS = {
    "#8b949e", "#b08fd8", "#2f81f7", "#1f9e89", "#d9822b", "#c7457b", "#9a8c3c"
  };

  private final StringBuilder body = new StringBuilder();
  private final int width;

  Svg(final int width) {
    this.width = width;
  }

  static String color(final int index) {
    return COLORS[index % COLORS.length];
  }

  void text(
      final double x, final double y, final String style, final String anchor, final String text) {
    append(
        "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>%n",
        x, y, style, anchor, text.replace("&", "&amp;").replace("<", "&lt;"));
  }

  void bar(
      final double x,
      final double y,
      final double barWidth,
      final double height,
      final String fill) {
    append(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>%n",
        x, y, Math.max(1, barWidth), height, fill);
  }

  void rule(final double x1, final double y1, final double x2, final double y2) {
    append(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"rule\"/>%n", x1, y1, x2, y2);
  }

  void path(final double[] xs, final double[] ys, final String stroke) {
    final StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", xs[i], ys[i]));
      append("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n", xs[i], ys[i], stroke);
    }
    append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
        points.toString().strip(), stroke);
  }

  void write(final Path file, final double height, final String title) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$.0f" viewBox="0 0 %1$d %2$.0f" role="img">
            <title>%3$s</title>
            <style>
            text { font: 12px system-ui, sans-serif; fill: #57606a }
            .title { font-size: 16px; font-weight: 600 }
            .group { font-weight: 600 }
            .small { font-size: 11px }
            .rule { stroke: #8b949e; stroke-opacity: .35 }
            @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }
            </style>
            %4$s</svg>
            """,
            width,
            height,
            title,
            body));
  }

  private void append(final String format, final Object... values) {
    body.append(String.format(Locale.ROOT, format, values));
  }
}
