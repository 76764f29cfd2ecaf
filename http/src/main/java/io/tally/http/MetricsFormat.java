package io.tally.http;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
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

  private static final List<AcceptField.Offer> OFFERS =
      Arrays.stream(values()).map(format -> format.offer).toList();

  private final AcceptField.Offer offer;
  private final String contentType;

  MetricsFormat(final String mediaType, final String version, final String contentType) {
    // The names of our metrics are plain, and so the same in every escaping.
    offer =
        new AcceptField.Offer(
            mediaType,
            Map.of(
                "version", Set.of(version),
                "charset", Set.of("utf-8"),
                "escaping", Set.of("allow-utf-8", "underscores", "dots", "values")));
    this.contentType = contentType;
  }

  abstract void write(Writer writer, Enumeration<MetricFamilySamples> families) throws IOException;

  String contentType() {
    return contentType;
  }

  /** The format that a client prefers; null if it accepts none. */
  static MetricsFormat choose(final List<String> acceptLines) {
    final int index = AcceptField.parse(acceptLines).choose(OFFERS);
    return index < 0 ? null : values()[index];
  }
}
