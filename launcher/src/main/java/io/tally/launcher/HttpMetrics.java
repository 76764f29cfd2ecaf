package io.tally.launcher;

import io.tally.http.HttpCounters;
import java.util.List;
import java.util.function.LongSupplier;

/** The metrics of the API's port. */
final class HttpMetrics {
  private final HttpCounters http;
  private final LongSupplier metricsAcceptFailures;

  HttpMetrics(final HttpCounters http, final LongSupplier metricsAcceptFailures) {
    this.http = http;
    this.metricsAcceptFailures = metricsAcceptFailures;
  }

  void addTo(final List<Family> families) {
    final Family responses =
        Family.counter("tally_http_responses", "HTTP responses of the API by status.", "status");
    for (final int code : HttpCounters.statuses()) {
      responses.add(http.responses(code), Integer.toString(code));
    }
    families.add(responses);
    final Family problems =
        Family.counter(
            "tally_http_problems",
            "HTTP responses of the API that were no success, by problem type: what stands behind /problems/ in"
                + " the answer and is explained there.",
            "type");
    final List<String> types = HttpCounters.problemTypes();
    for (int type = 0; type < types.size(); type++) {
      problems.add(http.problems(type), types.get(type));
    }
    families.add(problems);
    families.add(
        Family.gauge(
                "tally_http_connections",
                "Open connections of the API, at most tally_http_connections_limit.")
            .add(http.connectionsOpen()));
    families.add(
        Family.counter(
                "tally_http_connections_accepted", "Connections of the API that were accepted.")
            .add(http.connectionsAccepted()));
    families.add(
        Family.counter(
                "tally_http_connections_refused",
                "Connections of the API that were answered 503 because of the limit.")
            .add(http.connectionsRefused()));
    final Family bytes =
        Family.gauge(
            "tally_http_client_bytes",
            "Bytes that clients make an event loop keep: requests not complete, requests not answered, answers not"
                + " read. At most tally_http_client_bytes_limit; beyond, the connections that keep most are given"
                + " up.",
            "loop");
    for (int loop = 0; loop < http.loopCount(); loop++) {
      bytes.add(http.clientBytes(loop), Integer.toString(loop));
    }
    families.add(bytes);
    families.add(
        Family.counter(
                "tally_http_connections_given_up",
                "Connections of the API that were refused or closed because clients made the process keep more"
                    + " than tally_http_client_bytes_limit.")
            .add(http.connectionsGivenUp()));
    families.add(
        Family.counter(
                "tally_http_accept_failures",
                "Times that a connection of the API or of the metrics port could not be accepted, above all for"
                    + " want of file descriptors.")
            .add(http.acceptFailures() + metricsAcceptFailures.getAsLong()));
    families.add(
        Family.counter(
                "tally_http_responses_dropped",
                "Answers whose client had gone before they could be sent.")
            .add(http.responsesDropped()));
  }
}
