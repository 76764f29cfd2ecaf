package io.tally.http;

/** The text at {@code GET /}: all that a user of curl needs. */
final class HelpPage {
  private HelpPage() {}

  static Page of(final String url, final String metricsUrl) {
    final String text =
        """
        Tally: exact, distributed counters

        Endpoints
          POST /counter/{id}/increment   add to a counter and return its new value
          GET  /counter/{id}             return a counter's value, 0 if it was never incremented
          GET  /cluster                  nodes, their shards and state
          GET  /readyz, /livez           200 when ready or alive, else 503 and what is missing

        Examples
          curl -X POST URL/counter/my-counter/increment
          curl -X POST URL/counter/my-counter/increment -d '{"amount":5}'
          curl URL/counter/my-counter

        An id is one path segment, percent-encoded: 1 to 256 bytes of UTF-8. An amount is any 64-bit integer; 1 if absent.
        An Idempotency-Key header (1 to 128 characters) makes a repeated increment count once.
        Errors are application/problem+json; "outcome" says whether an increment was "not_applied" or is "unknown".
        """
            .replace("URL", url);
    return Page.text(metricsUrl.isEmpty() ? text : text + "\nMetrics\n  " + metricsUrl + "\n");
  }
}
