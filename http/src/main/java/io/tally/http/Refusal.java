package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Every answer other than success: its problem, status and detail, with the bytes of its response
 * made once.
 */
enum Refusal {
  MALFORMED(Problem.BAD_REQUEST, 400, "the request is malformed"),
  LENGTH_AMBIGUOUS(Problem.BAD_REQUEST, 400, "the length of the body is stated more than once"),
  TRANSFER_ENCODING(
      Problem.BAD_REQUEST,
      400,
      "the only transfer encoding accepted is chunked, alone and in HTTP/1.1"),
  LINE_FOLDING(Problem.BAD_REQUEST, 400, "folded header lines are not accepted"),
  TARGET(Problem.BAD_REQUEST, 400, "the request target has a control character or a #"),
  HOST(
      Problem.BAD_REQUEST,
      400,
      "HTTP/1.1 needs exactly one Host header, with a host and perhaps a port"),
  CONTENT_ENCODING(
      Problem.UNSUPPORTED_ENCODING, 415, "the only Content-Encoding accepted is identity"),
  EXPECTATION(Problem.EXPECTATION_FAILED, 417, "the only expectation accepted is 100-continue"),
  VERSION(Problem.UNSUPPORTED_VERSION, 505, "the version is neither HTTP/1.1 nor HTTP/1.0"),
  HEAD_TIMEOUT(Problem.REQUEST_TIMEOUT, 408, "the request's head did not arrive in time"),
  BODY_TIMEOUT(Problem.REQUEST_TIMEOUT, 408, "the request's body did not arrive in time"),
  BODY_TOO_LARGE(Problem.TOO_LARGE, 413, "the body is longer than the limit"),
  LINE_TOO_LONG(Problem.TOO_LARGE, 414, "the request line is longer than the limit"),
  ID_TOO_LONG(Problem.TOO_LARGE, 414, "the counter id is longer than 256 bytes"),
  HEADERS_TOO_LARGE(Problem.TOO_LARGE, 431, "the headers are longer or more than the limit"),

  NOT_FOUND(Problem.NOT_FOUND, 404, "nothing at this path; GET / lists the endpoints"),
  METHOD_NOT_ALLOWED(
      Problem.METHOD_NOT_ALLOWED, 405, "the path does not have this method; see Allow"),

  NOT_ACCEPTABLE(
      Problem.NOT_ACCEPTABLE,
      406,
      "metrics are text/plain or application/openmetrics-text, as they are or in gzip"),
  QUERY(Problem.BAD_REQUEST, 400, "the query has a % that two hexadecimal digits do not follow"),

  ID_EMPTY(Problem.INVALID_ID, 400, "the counter id is empty"),
  ID_DOTS(Problem.INVALID_ID, 400, "the counter id is . or .."),
  ID_ESCAPE(
      Problem.INVALID_ID, 400, "the counter id has a % that two hexadecimal digits do not follow"),
  ID_CONTROL(Problem.INVALID_ID, 400, "the counter id has a control character"),
  ID_UTF8(Problem.INVALID_ID, 400, "the counter id is not valid UTF-8"),
  PARAMETER(Problem.UNKNOWN_PARAMETER, 400, "a write takes no query parameters"),
  KEY(
      Problem.INVALID_IDEMPOTENCY_KEY,
      400,
      "the key is not 1 to 128 visible ASCII bytes, bare or quoted"),
  KEY_REPEATED(
      Problem.INVALID_IDEMPOTENCY_KEY, 400, "the request has more than one Idempotency-Key"),

  JSON_SYNTAX(Problem.INVALID_JSON, 400, "invalid JSON: unexpected character"),
  JSON_END(Problem.INVALID_JSON, 400, "invalid JSON: unexpected end"),
  JSON_TRAILING(Problem.INVALID_JSON, 400, "invalid JSON: something follows the value"),
  JSON_DUPLICATE(Problem.INVALID_JSON, 400, "invalid JSON: amount is given twice"),
  JSON_SHAPE(Problem.INVALID_JSON, 400, "invalid JSON: the body must be an object"),
  AMOUNT_TYPE(Problem.INVALID_AMOUNT, 400, "invalid JSON: amount must be an integer or null"),
  AMOUNT_FRACTION(
      Problem.INVALID_AMOUNT,
      400,
      "invalid JSON: amount must be an integer without fraction or exponent"),
  AMOUNT_RANGE(Problem.INVALID_AMOUNT, 400, "invalid JSON: amount is outside the range of 64 bits"),
  MEMBER(Problem.UNKNOWN_MEMBER, 400, "invalid JSON: the only member known is amount"),

  UNDECODABLE(Problem.BAD_REQUEST, 400, "the owner of the counter could not read the request"),
  OVERFLOW(
      Problem.OVERFLOW, 409, "the sum is outside the range of 64 bits; the value is unchanged"),
  KEY_MISMATCH(Problem.IDEMPOTENCY_MISMATCH, 422, "the key was used with another amount"),
  INTERNAL(Problem.INTERNAL, 500, "the server failed while it handled the request"),
  BUSY(Problem.BUSY, 503, "the request could not be handed over in time"),
  WAITED(Problem.BUSY, 503, "the request waited to be read for longer than requests may take"),
  CLIENT_MEMORY(Problem.BUSY, 503, "the server keeps as much for its clients as it may"),
  CONNECTIONS(Problem.BUSY, 503, "the server has as many connections as it may"),
  NO_OWNER(Problem.NO_OWNER, 503, "the node that owns this counter is away"),
  MEMORY_LIMIT(Problem.MEMORY_LIMIT, 503, "no room for another counter"),
  KEY_LIMIT(Problem.KEY_LIMIT, 503, "no room for another idempotency key"),
  STARTING(Problem.STARTING, 503, "this node is not ready yet"),
  DRAINING(Problem.DRAINING, 503, "this node is shutting down"),
  TIMEOUT(Problem.TIMEOUT, 504, "no answer within the deadline");

  private final Problem problem;
  private final int status;
  private final boolean unknown;
  private final byte[] head;
  private final byte[] json;

  Refusal(final Problem problem, final int status, final String detail) {
    this.problem = problem;
    this.status = status;
    this.unknown = problem == Problem.INTERNAL || problem == Problem.TIMEOUT;
    this.head =
        (ResponseWriter.statusLine(HttpResponseStatus.valueOf(status))
                + "Content-Type: application/problem+json\r\n"
                + (isWorthRetrying() ? "Retry-After: 1\r\n" : "")
                + (status == 415 ? "Accept-Encoding: identity\r\n" : ""))
            .getBytes(US_ASCII);
    this.json =
        ("{\"type\":\"/problems/"
                + problem.slug()
                + "\",\"title\":\""
                + problem.title()
                + "\",\"status\":"
                + status
                + ",\"detail\":\""
                + detail
                + "\"")
            .getBytes(US_ASCII);
  }

  /** Counters are never evicted: only a restart makes room for others. */
  private boolean isWorthRetrying() {
    return status == 503 && problem != Problem.MEMORY_LIMIT;
  }

  Problem problem() {
    return problem;
  }

  int status() {
    return status;
  }

  /** Whether a write that ended so may or may not have been applied. */
  boolean isUnknown() {
    return unknown;
  }

  /** Status line and the headers that are always the same. */
  byte[] head() {
    return head;
  }

  /** The JSON object up to and with its detail, not closed. */
  byte[] json() {
    return json;
  }
}
