package io.tally.launcher;

import io.tally.edge.internal.EdgeCounters;
import io.tally.http.internal.HttpCounters;
import io.tally.http.internal.HttpServer;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** The metrics of the API's port. */
final class HttpMetrics {
  private final HttpCounters http;
  private final EdgeCounters edge;
  private final LongSupplier metricsAcceptFailures;
  private final List<String> loops;

  HttpMetrics(final HttpServer server, final LongSupplier metricsAcceptFailures) {
    http = server.counters();
    edge = server.edge().counters();
    this.metricsAcceptFailures = metricsAcceptFailures;
    loops = IntStream.range(0, edge.loopCount()).mapToObj(Integer::toString).toList();
  }

  void addTo(final List<Family> families) {
    addAnswers(families);
    addLoops(families);
    families.add(
        Family.gauge(
                "tally_http_connections",
                "Open connections of the API, at most tally_http_connections_limit.")
            .add(edge.connectionsOpen()));
    families.add(
        Family.counter(
                "tally_http_connections_accepted", "Connections of the API that were accepted.")
            .add(edge.connectionsAccepted()));
    families.add(
        Family.counter(
                "tally_http_connections_refused",
                "Connections of the API that were answered 503 because of the limit.")
            .add(edge.connectionsRefused()));
    families.add(
        Family.counter(
                "tally_http_connections_given_up",
                "Connections of the API that were refused or closed because clients made the process keep more"
                    + " than tally_http_client_bytes_limit.")
            .add(edge.connectionsGivenUp()));
    families.add(
        Family.gauge(
                "tally_http_streams",
                "Event streams of the API that are open, at most tally_http_streams_limit.")
            .add(edge.streamsOpen()));
    families.add(
        Family.counter(
                "tally_http_streams_refused",
                "Event streams of the API that were answered 503 because of the limit.")
            .add(edge.streamsRefused()));
    families.add(
        Family.counter(
                "tally_http_accept_failures",
                "Times that a connection of the API or of the metrics port could not be accepted, above all for"
                    + " want of file descriptors.")
            .add(edge.acceptFailures() + metricsAcceptFailures.getAsLong()));
    families.add(
        Family.counter(
                "tally_http_responses_dropped",
                "Answers whose client had gone before they could be sent.")
            .add(edge.responsesDropped()));
  }

  private void addAnswers(final List<Family> families) {
    final int[] statuses = http.statuses();
    families.add(
        each(
            Family.counter(
                "tally_http_responses", "HTTP responses of the API by status.", "status"),
            Arrays.stream(statuses).mapToObj(Integer::toString).toList(),
            index -> http.responses(statuses[index])));
    families.add(
        each(
            Family.counter(
                "tally_http_problems",
                "HTTP responses of the API that were no success, by problem type: what stands behind /problems/ in"
                    + " the answer and is explained there.",
                "type"),
            http.problemTypes(),
            http::problems));
    families.add(
        each(
            Family.counter(
                "tally_http_busy",
                "HTTP responses of the API with the problem type busy, by reason: busy, the shard could not take it"
                    + " within --queue-limit; waited, it had waited to be read for longer than requests may take;"
                    + " client-memory, beyond tally_http_client_bytes_limit; connections, beyond"
                    + " tally_http_connections_limit; streams, beyond tally_http_streams_limit; reply-memory, no room to keep the longest answer that the"
                    + " request may have.",
                "reason"),
            http.busyReasons(),
            http::busy));
  }

  private void addLoops(final List<Family> families) {
    families.add(
        each(
            Family.gauge(
                "tally_http_connections_paused",
                "Connections of the API that an event loop does not read on now: they have as many requests under way"
                    + " as they may, do not take their answers, or the loop has no room.",
                "loop"),
            loops,
            edge::connectionsPaused));
    families.add(
        each(
            Family.gauge(
                "tally_http_requests_limit",
                "Requests that an event loop takes under way now, about what it answers in an eighth of a second; only"
                    + " connections that have none may have one beyond it. The others wait unread.",
                "loop"),
            loops,
            edge::requestsLimit));
    families.add(
        each(
            Family.gauge(
                "tally_http_client_bytes",
                "Bytes that clients make an event loop keep: requests not complete, requests not answered, answers not"
                    + " read. At most tally_http_client_bytes_limit; beyond, the connections that keep most are given"
                    + " up.",
                "loop"),
            loops,
            edge::clientBytes));
  }

  private static Family each(
      final Family family, final List<String> labels, final IntToLongFunction value) {
    for (int index = 0; index < labels.size(); index++) {
      family.add(value.applyAsLong(index), labels.get(index));
    }
    return family;
  }
}
