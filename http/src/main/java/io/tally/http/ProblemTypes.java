package io.tally.http;

import java.util.List;

/** The kinds of failure that any service can have, and those of HTTP itself. */
final class ProblemTypes {
  static final ProblemType BAD_REQUEST =
      new ProblemType(
          "bad-request",
          "Malformed request",
          "The request could not be read as HTTP without doubt. Where the doubt is about its end or its target, the"
              + " connection is closed.");

  static final ProblemType REQUEST_TIMEOUT =
      new ProblemType(
          "request-timeout",
          "Request too slow",
          "The request did not arrive in full within its time limit. The connection is closed.");

  static final ProblemType TOO_LARGE =
      new ProblemType(
          "too-large",
          "Request too large",
          "A part of the request is longer than the server's limit: body, request line, headers or an id in the path. Or"
              + " the request, or the longest answer that it may have, is too long to go to the node that owns the id.");

  static final ProblemType UNSUPPORTED_ENCODING =
      new ProblemType(
          "unsupported-encoding",
          "Unsupported encoding",
          "Compressed request bodies are not accepted.");

  static final ProblemType EXPECTATION_FAILED =
      new ProblemType(
          "expectation-failed",
          "Expectation failed",
          "The only expectation that can be met is 100-continue.");

  static final ProblemType UNSUPPORTED_VERSION =
      new ProblemType(
          "unsupported-version",
          "Unsupported HTTP version",
          "The server speaks HTTP/1.1 and HTTP/1.0.");

  static final ProblemType NOT_FOUND =
      new ProblemType(
          "not-found", "Not found", "There is nothing at this path. GET / lists the endpoints.");

  static final ProblemType METHOD_NOT_ALLOWED =
      new ProblemType(
          "method-not-allowed",
          "Method not allowed",
          "The path exists, but not for this method. The Allow header names the methods that it has.");

  static final ProblemType NOT_ACCEPTABLE =
      new ProblemType(
          "not-acceptable",
          "Not acceptable",
          "What is at this path exists in none of the media types or codings that the request accepts.");

  static final ProblemType INVALID_JSON =
      new ProblemType(
          "invalid-json",
          "Invalid JSON",
          "The body is not one JSON object as described at GET /. Nothing was applied.");

  static final ProblemType UNKNOWN_MEMBER =
      new ProblemType(
          "unknown-member",
          "Unknown member",
          "The body has a member that this server does not know. It is refused, and not just ignored.");

  static final ProblemType NO_ITEMS =
      new ProblemType(
          "no-items",
          "No items",
          "The body names no item: its member items is an array of 1 to "
              + ItemList.MAX_ITEMS
              + " objects. Nothing was applied.");

  static final ProblemType TOO_MANY_ITEMS =
      new ProblemType(
          "too-many-items",
          "Too many items",
          "A request has at most "
              + ItemList.MAX_ITEMS
              + " items, of which each counts as a request. Nothing was applied; send them in"
              + " several requests.");

  static final ProblemType UNKNOWN_PARAMETER =
      new ProblemType(
          "unknown-parameter",
          "Unknown query parameter",
          "This path does not take such a query parameter, or takes it once. It is refused, and not just ignored.");

  static final ProblemType INVALID_IDEMPOTENCY_KEY =
      new ProblemType(
          "invalid-idempotency-key",
          "Invalid Idempotency-Key",
          "The key is "
              + IdempotencyKey.FORM
              + ", bare or as a quoted string, in one header. Nothing was applied.");

  static final ProblemType IDEMPOTENCY_MISMATCH =
      new ProblemType(
          "idempotency-mismatch",
          "Idempotency-Key reused",
          "This key was used at this path with another request. Nothing was applied for this one.");

  static final ProblemType KEY_LIMIT =
      new ProblemType(
          "key-limit",
          "Idempotency key limit reached",
          "The server remembers as many idempotency keys as it may. Nothing was applied; try again later.");

  static final ProblemType BUSY =
      new ProblemType(
          "busy",
          "Busy",
          "The server has no room or no time for the request now. Nothing was applied; try again.");

  static final ProblemType NO_OWNER =
      new ProblemType(
          "no-owner",
          "No owner",
          "The node that owns this id is away. Nothing was applied; try again later.");

  static final ProblemType UNSUPPORTED =
      new ProblemType(
          "unsupported",
          "Not supported yet",
          "The node that owns this id is of an older version, which does not know this request. Nothing was applied;"
              + " try again when all nodes are of one version.");

  static final ProblemType STARTING =
      new ProblemType(
          "starting",
          "Starting",
          "This node has not met its cluster yet. Nothing was applied; try again, or another node.");

  static final ProblemType DRAINING =
      new ProblemType(
          "draining", "Draining", "This node is shutting down and takes no more requests.");

  static final ProblemType INTERNAL =
      new ProblemType(
          "internal",
          "Internal error",
          "The server failed while it handled the request. Whether it was applied is unknown; a repetition"
              + " with the same Idempotency-Key does not apply it twice.");

  static final ProblemType TIMEOUT =
      new ProblemType(
          "timeout",
          "Timeout",
          "No answer came within the request's deadline. Whether it was applied is unknown; a repetition with"
              + " the same Idempotency-Key settles it.");

  /** All of these. */
  static final List<ProblemType> ALL =
      List.of(
          BAD_REQUEST,
          REQUEST_TIMEOUT,
          TOO_LARGE,
          UNSUPPORTED_ENCODING,
          EXPECTATION_FAILED,
          UNSUPPORTED_VERSION,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          NOT_ACCEPTABLE,
          INVALID_JSON,
          UNKNOWN_MEMBER,
          UNKNOWN_PARAMETER,
          TOO_MANY_ITEMS,
          INVALID_IDEMPOTENCY_KEY,
          IDEMPOTENCY_MISMATCH,
          KEY_LIMIT,
          BUSY,
          NO_OWNER,
          UNSUPPORTED,
          STARTING,
          DRAINING,
          INTERNAL,
          TIMEOUT);

  private ProblemTypes() {}
}
