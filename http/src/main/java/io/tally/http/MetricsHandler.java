package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
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
 * Answers the metrics port. Only the rendering of metrics is left to another thread; the probes are
 * answered at once, however long a scrape takes.
 */
final class MetricsHandler implements RequestHandler {
  private static final RouteSet ROUTES =
      new RouteSet(
          Route.METRICS, Route.HELP, Route.READYZ, Route.LIVEZ, Route.PROBLEM, Route.SERVER);
  private static final Page HELP =
      Page.text(
          """
          Tally, the port for operators

            GET /metrics   Prometheus text, or OpenMetrics by Accept; ?name[]=NAME for these metrics alone
            GET /readyz    200 when ready, else 503 and what is missing
            GET /livez     200 when alive
          """);

  private final CollectorRegistry registry;
  private final Executor renderer;
  private final ErrorHandler errorHandler;
  private final Supplier<ProbeResult> readiness;
  private final Supplier<ProbeResult> liveness;

  MetricsHandler(
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

  @Override
  public void onRequest(
      final long nowNs,
      final Request request,
      final Exchange exchange,
      final Connection connection,
      final int slot) {
    if (ROUTES.admits(request, exchange)) {
      switch (request.route) {
        case METRICS -> metrics(request, exchange, connection, slot);
        case READYZ -> exchange.answer(Page.probe(readiness.get()));
        case LIVEZ -> exchange.answer(Page.probe(liveness.get()));
        case PROBLEM -> exchange.answer(Page.problem(request.target.problem()));
        default -> exchange.answer(HELP);
      }
    }
  }

  private void metrics(
      final Request request, final Exchange exchange, final Connection connection, final int slot) {
    final MetricsFormat format = MetricsFormat.choose(request.accept);
    final ContentCoding coding = ContentCoding.choose(request.acceptEncoding);
    if (format == null || coding == null) {
      exchange.refuse(Refusal.NOT_ACCEPTABLE);
      return;
    }
    final Set<String> names;
    try {
      names = names(request.target.query());
    } catch (final IllegalArgumentException malformed) {
      exchange.refuse(Refusal.QUERY);
      return;
    }
    try {
      renderer.execute(() -> connection.answerLater(slot, render(format, coding, names)));
    } catch (final RejectedExecutionException ex) {
      // Closing, or more scrapes are waiting than can be of use to anybody.
      exchange.refuse(Refusal.BUSY);
    }
  }

  private static Set<String> names(final String query) {
    return Set.copyOf(
        new QueryStringDecoder(query, UTF_8, false).parameters().getOrDefault("name[]", List.of()));
  }

  /** Null if a collector threw. */
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

  /** Whole metrics, by their name or by that of one of their series. */
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
