package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import io.tally.edge.internal.Completion;
import io.tally.http.internal.ProbeResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.agrona.ErrorHandler;

/**
 * The endpoints of the metrics port. Only the rendering of metrics is left to another thread; the
 * probes are answered at once, however long a scrape takes.
 */
final class MetricsEndpoints {
  private static final String HELP =
      """
      Tally, the port for operators

      With ?name[]=NAME, /metrics shows the metrics of these names alone.
      """;

  private final CollectorRegistry registry;
  private final Executor renderer;
  private final ErrorHandler errorHandler;
  private final Supplier<ProbeResult> readiness;
  private final Supplier<ProbeResult> liveness;

  MetricsEndpoints(
      final CollectorRegistry registry,
      final Executor renderer,
      final ErrorHandler errorHandler,
      final Supplier<ProbeResult> readiness,
      final Supplier<ProbeResult> liveness) {
    this.registry = registry;
    this.renderer = renderer;
    this.errorHandler = errorHandler;
    this.readiness = readiness;
    this.liveness = liveness;
  }

  List<Endpoint> rows() {
    final List<Endpoint> rows =
        List.of(
            Endpoint.get("/metrics", "Prometheus text, or OpenMetrics by Accept")
                .open()
                .calls(this::metrics),
            Endpoint.page(
                "/readyz",
                "200 when ready, else 503 and what is missing",
                () -> Page.probe(readiness.get())),
            Endpoint.page("/livez", "200 when alive, else 503", () -> Page.probe(liveness.get())));
    final List<Endpoint> all = new ArrayList<>(rows);
    final Page help = HelpPage.of(rows, HELP);
    all.add(Endpoint.page("/", "", () -> help));
    return all;
  }

  private void metrics(final Request request, final HttpExchange exchange) {
    final MetricsFormat format =
        MetricsFormat.choose(request.headers.getAll(HttpHeaderNames.ACCEPT));
    final ContentCoding coding =
        ContentCoding.choose(request.headers.getAll(HttpHeaderNames.ACCEPT_ENCODING));
    if (format == null || coding == null) {
      exchange.refuse(Refusals.NOT_ACCEPTABLE);
      return;
    }
    final Set<String> names;
    try {
      names = names(request.query);
    } catch (final IllegalArgumentException malformed) {
      exchange.refuse(Refusals.QUERY);
      return;
    }
    final Completion completion = exchange.later();
    try {
      renderer.execute(() -> answer(completion, exchange, render(format, coding, names)));
    } catch (final RejectedExecutionException ex) {
      // Closing, or more scrapes are waiting than can be of use to anybody.
      completion.complete(() -> exchange.refuse(Refusals.BUSY));
    }
  }

  private static void answer(
      final Completion completion, final HttpExchange exchange, final Page page) {
    completion.complete(
        () -> {
          if (page == null) {
            exchange.refuse(Refusals.INTERNAL);
          } else {
            exchange.answer(page);
          }
        });
  }

  private static Set<String> names(final String query) {
    return Set.copyOf(
        new QueryStringDecoder(query, UTF_8, false).parameters().getOrDefault("name[]", List.of()));
  }

  /** Renders the metrics named; null if a collector threw. */
  private Page render(
      final MetricsFormat format, final ContentCoding coding, final Set<String> names) {
    final ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (OutputStream coded =
            coding == ContentCoding.GZIP ? new GZIPOutputStream(content) : content;
        Writer writer = new OutputStreamWriter(coded, UTF_8)) {
      format.write(writer, families(names));
    } catch (final IOException | RuntimeException ex) {
      errorHandler.onError(ex);
      return null;
    }
    return Page.of(
        "Content-Type: "
            + format.contentType()
            + "\r\nVary: Accept, Accept-Encoding\r\nCache-Control: no-store\r\n"
            + (coding == ContentCoding.GZIP ? "Content-Encoding: gzip\r\n" : ""),
        content.toByteArray());
  }

  /**
   * The metrics named, each with all its series. A metric may also be named by one of its series.
   */
  private Enumeration<MetricFamilySamples> families(final Set<String> names) {
    final Enumeration<MetricFamilySamples> all = registry.metricFamilySamples();
    if (names.isEmpty()) {
      return all;
    }
    return Collections.enumeration(
        Collections.list(all).stream()
            .filter(
                family ->
                    names.contains(family.name)
                        || List.of(family.getNames()).stream().anyMatch(names::contains))
            .toList());
  }
}
