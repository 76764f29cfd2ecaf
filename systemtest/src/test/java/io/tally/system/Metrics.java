package io.tally.system;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One reading of a metrics page: series by name and labels, as written there. */
public final class Metrics {
  private final String text;
  private final Map<String, Double> values = new HashMap<>();

  private Metrics(final String text) {
    this.text = text;
    text.lines()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .forEach(
            line -> {
              final int space = line.lastIndexOf(' ');
              values.put(
                  line.substring(0, space).replace(",}", "}"),
                  Double.valueOf(line.substring(space + 1)));
            });
  }

  static Metrics scrape(final int port) {
    final var response = Http.get(port, "/metrics");
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return new Metrics(response.body());
  }

  /** The page. */
  public String text() {
    return text;
  }

  /** Tally's own series. The JVM's are left out: its memory pools show some at their first GC. */
  public Set<String> series() {
    return values.keySet().stream()
        .filter(series -> series.startsWith("tally_"))
        .collect(Collectors.toSet());
  }

  /** Value of one series, which must exist. */
  public long value(final String series) {
    final Double value = values.get(series);
    if (value == null) {
      throw new AssertionError("no series " + series);
    }
    return value.longValue();
  }

  /** Sum over the labels of a metric, which must exist. */
  public long sum(final String name) {
    long sum = 0;
    boolean found = false;
    for (final Map.Entry<String, Double> entry : values.entrySet()) {
      final String series = entry.getKey();
      if (series.equals(name) || series.startsWith(name + "{")) {
        sum += entry.getValue().longValue();
        found = true;
      }
    }
    if (!found) {
      throw new AssertionError("no metric " + name);
    }
    return sum;
  }
}
