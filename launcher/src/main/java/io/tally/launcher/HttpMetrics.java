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
    addProblems(families);
    addShares(families);
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

  private void addProblems(final List<Family> families) {
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
    final Family busy =
        Family.counter(
            "tally_http_busy",
            "HTTP responses of the API with the problem type busy, by reason: busy, the shard could not take it"
                + " within --queue-limit; waited, it had waited to be read for longer than requests may take;"
                + " client-memory, beyond tally_http_client_bytes_limit; connections, beyond"
                + " tally_http_connections_limit.",
            "reason");
    final List<String> reasons = HttpCounters.busyReasons();
    for (int reason = 0; reason < reasons.size(); reason++) {
      busy.add(http.busy(reason), reasons.get(reason));
    }
    families.add(busy);
  }

  private void addShares(final List<Family> families) {
    final Family paused =
        Family.gauge(
            "tally_http_connections_paused",
            "Connections of the API that an event loop does not read on now: they have as many requests under way"
                + " as they may, do not take their answers, or the loop has no room.",
            "loop");
    final Family share =
        Family.gauge(
            "tally_http_requests_limit",
            "Requests that an event loop takes under way now, about what it answers in an eighth of a second; only"
                + " connections that have none may have one beyond it. The others wait unread.",
            "loop");
    for (int loop = 0; loop < http.loopCount(); loop++) {
      paused.add(http.connectionsPaused(loop), Integer.toString(loop));
      share.add(http.requestsLimit(loop), Integer.toString(loop));
    }
    families.add(paused);
    families.add(share);
  }
}
