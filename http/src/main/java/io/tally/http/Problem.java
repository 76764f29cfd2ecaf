package io.tally.http;

/**
 * The kinds of failure that a client can meet: closed set, each with a page at {@code
 * /problems/<slug>}.
 */
enum Problem {
  BAD_REQUEST(
      "bad-request",
      "Malformed request",
      "The request could not be read as HTTP without doubt. Where the doubt is about its end or its target, the"
          + " connection is closed."),
  REQUEST_TIMEOUT(
      "request-timeout",
      "Request too slow",
      "The request did not arrive in full within its time limit. The connection is closed."),
  TOO_LARGE(
      "too-large",
      "Request too large",
      "A part of the request is longer than the server's limit: body, request line, headers or counter id."),
  UNSUPPORTED_ENCODING(
      "unsupported-encoding",
      "Unsupported encoding",
      "Compressed request bodies are not accepted."),
  EXPECTATION_FAILED(
      "expectation-failed",
      "Expectation failed",
      "The only expectation that can be met is 100-continue."),
  UNSUPPORTED_VERSION(
      "unsupported-version",
      "Unsupported HTTP version",
      "The server speaks HTTP/1.1 and HTTP/1.0."),
  NOT_FOUND("not-found", "Not found", "There is nothing at this path. GET / lists the endpoints."),
  METHOD_NOT_ALLOWED(
      "method-not-allowed",
      "Method not allowed",
      "The path exists, but not for this method. The Allow header names the methods that it has."),
  NOT_ACCEPTABLE(
      "not-acceptable",
      "Not acceptable",
      "What is at this path exists in none of the media types or codings that the request accepts."),
  INVALID_ID(
      "invalid-id",
      "Invalid counter id",
      "A counter id is one path segment of 1 to 256 bytes of UTF-8 after one percent-decoding, without control"
          + " characters, and neither . nor .. alone."),
  INVALID_JSON(
      "invalid-json",
      "Invalid JSON",
      "The body is not one JSON object as described at GET /. Nothing was counted."),
  INVALID_AMOUNT(
      "invalid-amount",
      "Invalid amount",
      "The amount is an integer from -9223372036854775808 to 9223372036854775807, without fraction or exponent."
          + " Nothing was counted."),
  UNKNOWN_MEMBER(
      "unknown-member",
      "Unknown member",
      "The body has a member that this server does not know. It is refused, because to ignore it might miscount."),
  UNKNOWN_PARAMETER(
      "unknown-parameter",
      "Unknown query parameter",
      "Counter paths take no query parameters. They are refused, because to ignore one might miscount."),
  INVALID_IDEMPOTENCY_KEY(
      "invalid-idempotency-key",
      "Invalid Idempotency-Key",
      "The key is 1 to 128 visible ASCII bytes, bare or as a quoted string, in one header. Nothing was counted."),
  IDEMPOTENCY_MISMATCH(
      "idempotency-mismatch",
      "Idempotency-Key reused",
      "This key was used for this counter with another amount. Nothing was counted for this request."),
  OVERFLOW(
      "overflow",
      "Overflow",
      "The sum would leave the range of a signed 64-bit integer. The counter keeps its value."),
  MEMORY_LIMIT(
      "memory-limit",
      "Counter limit reached",
      "The counter would be new, and the server holds as many counters as it was given memory for. Counters that"
          + " exist go on; none is ever evicted, so that only a restart with more memory or --max-counters makes room."),
  KEY_LIMIT(
      "key-limit",
      "Idempotency key limit reached",
      "The server remembers as many idempotency keys as it may. Nothing was counted; try again later."),
  BUSY(
      "busy",
      "Busy",
      "The request could not be handed over in time. Nothing was counted; try again."),
  NO_OWNER(
      "no-owner",
      "No owner",
      "The node that owns this counter is away. Nothing was counted; try again later."),
  STARTING(
      "starting",
      "Starting",
      "This node has not met its cluster yet. Nothing was counted; try again, or another node."),
  DRAINING("draining", "Draining", "This node is shutting down and takes no more requests."),
  INTERNAL(
      "internal",
      "Internal error",
      "The server failed while it handled the request. Whether an increment was counted is unknown; a repetition"
          + " with the same Idempotency-Key does not count it twice."),
  TIMEOUT(
      "timeout",
      "Timeout",
      "No answer came within the request's deadline. Whether an increment was counted is unknown; a repetition with"
          + " the same Idempotency-Key settles it.");

  private final String slug;
  private final String title;
  private final String explanation;

  Problem(final String slug, final String title, final String explanation) {
    this.slug = slug;
    this.title = title;
    this.explanation = explanation;
  }

  String slug() {
    return slug;
  }

  String title() {
    return title;
  }

  String explanation() {
    return explanation;
  }

  static Problem ofSlug(final String slug) {
    for (final Problem problem : values()) {
      if (problem.slug.equals(slug)) {
        return problem;
      }
    }
    return null;
  }
}
