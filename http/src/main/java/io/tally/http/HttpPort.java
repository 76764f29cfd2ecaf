package io.tally.http;

import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.agrona.concurrent.EpochClock;

/** A port that speaks HTTP: its endpoints on each event loop, and a page for each problem type. */
final class HttpPort {
  private final EventLoops eventLoops;
  private final HttpSettings settings;
  private final EdgePort edge;
  private ResponseCounters counters;

  /** Binds the port. Connections wait until {@link #accept}. */
  HttpPort(final EventLoops eventLoops, final HttpSettings settings) {
    this.eventLoops = eventLoops;
    this.settings = settings;
    edge = new EdgePort(eventLoops, settings.host(), settings.port(), settings.edge());
  }

  /**
   * Begins to serve.
   *
   * @param rows of each event loop.
   */
  void accept(
      final List<List<Endpoint>> rows,
      final BooleanSupplier serving,
      final LongSupplier requestTimeoutNs,
      final Consumer<IOException> acceptFailureHandler,
      final EpochClock clock) {
    final List<Refusal> refusals = refusals(rows);
    counters = new ResponseCounters(eventLoops.loopCount(), refusals);
    final List<Endpoint> pages = problemPages(rows);
    final List<HttpProtocol> protocols =
        IntStream.range(0, eventLoops.loopCount())
            .mapToObj(loop -> protocol(loop, rows.get(loop), pages, serving, clock))
            .toList();
    edge.accept(protocols::get, requestTimeoutNs, acceptFailureHandler);
  }

  private HttpProtocol protocol(
      final int loop,
      final List<Endpoint> rows,
      final List<Endpoint> pages,
      final BooleanSupplier serving,
      final EpochClock clock) {
    final List<Endpoint> all = new ArrayList<>(rows);
    all.addAll(pages);
    return new HttpProtocol(
        loop,
        new EndpointTable(all, serving),
        settings.maxBodyBytes(),
        counters,
        eventLoops.errorHandler(),
        clock);
  }

  private static List<Refusal> refusals(final List<List<Endpoint>> rows) {
    return rows.stream()
        .flatMap(List::stream)
        .flatMap(row -> row.refusals().stream())
        .distinct()
        .toList();
  }

  /**
   * The types of problem that rows of all event loops may tell of, in the order of their slugs.
   *
   * @throws IllegalArgumentException if two of them have the same slug.
   */
  static Collection<ProblemType> problemTypes(final List<List<Endpoint>> rows) {
    final Map<String, ProblemType> bySlug = new TreeMap<>();
    ProblemTypes.ALL.forEach(type -> bySlug.put(type.slug(), type));
    for (final Refusal refusal : refusals(rows)) {
      final ProblemType type = refusal.type();
      final ProblemType known = bySlug.putIfAbsent(type.slug(), type);
      if (known != null && !known.equals(type)) {
        throw new IllegalArgumentException("two types of problem are called " + type.slug());
      }
    }
    return bySlug.values();
  }

  private static List<Endpoint> problemPages(final List<List<Endpoint>> rows) {
    final List<Endpoint> pages = new ArrayList<>();
    for (final ProblemType type : problemTypes(rows)) {
      final Page page = Page.problem(type);
      pages.add(Endpoint.page("/problems/" + type.slug(), "", () -> page));
    }
    return pages;
  }

  EdgePort edge() {
    return edge;
  }

  ResponseCounters counters() {
    return counters;
  }

  /** URL of the port, without a slash at its end. */
  String url() {
    return "http://" + edge.host() + ":" + edge.port();
  }
}
