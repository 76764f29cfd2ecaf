package io.tally.http;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.Writer;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The formats in which metrics are served, and the choice between them by an Accept field. */
enum MetricsFormat {
  /** First, and so chosen for clients without a preference: they are people, who read it. */
  TEXT("text/plain", "0.0.4", TextFormat.CONTENT_TYPE_004) {
    @Override
    void write(final Writer writer, final Enumeration<MetricFamilySamples> families)
        throws IOException {
      TextFormat.write004(writer, families);
    }
  },
  OPENMETRICS("application/openmetrics-text", "1.0.0", TextFormat.CONTENT_TYPE_OPENMETRICS_100) {
    @Override
    void write(final Writer writer, final Enumeration<MetricFamilySamples> families)
        throws IOException {
      TextFormat.writeOpenMetrics100(writer, families);
    }
  };

  private final String mediaType;
  private final Map<String, Set<String>> parameters;
  private final String contentType;

  MetricsFormat(final String mediaType, final String version, final String contentType) {
    this.mediaType = mediaType;
    // The names of our metrics are plain, and so the same in every escaping.
    this.parameters =
        Map.of(
            "version", Set.of(version),
            "charset", Set.of("utf-8"),
            "escaping", Set.of("allow-utf-8", "underscores", "dots", "values"));
    this.contentType = contentType;
  }

  abstract void write(Writer writer, Enumeration<MetricFamilySamples> families) throws IOException;

  String contentType() {
    return contentType;
  }

  /**
   * The format that a client prefers; of two with the same weight, the one that it names more
   * specifically. Null if it accepts none.
   */
  static MetricsFormat choose(final List<String> acceptLines) {
    final AcceptField accept = AcceptField.parse(acceptLines);
    if (accept.isEmpty()) {
      return TEXT;
    }
    MetricsFormat best = null;
    AcceptField.Range bestRange = null;
    for (final MetricsFormat format : values()) {
      final AcceptField.Range range = accept.rangeFor(format.mediaType, format.parameters);
      if (range != null && range.weight() > 0 && (best == null || isBetter(range, bestRange))) {
        best = format;
        bestRange = range;
      }
    }
    return best;
  }

  private static boolean isBetter(final AcceptField.Range range, final AcceptField.Range than) {
    return range.weight() > than.weight()
        || range.weight() == than.weight() && range.specificity() > than.specificity();
  }
}
