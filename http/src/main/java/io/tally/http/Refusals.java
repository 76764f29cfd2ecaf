package io.tally.http;

import io.tally.edge.internal.Cutoff;
import io.tally.engine.Outcome;
import io.tally.engine.WatchLoss;
import java.util.List;

/** The refusals that any service can have, and those of HTTP itself. */
final class Refusals {
  static final Refusal MALFORMED =
      Refusal.of(ProblemTypes.BAD_REQUEST, 400, "the request is malformed");

  static final Refusal LENGTH_AMBIGUOUS =
      Refusal.of(ProblemTypes.BAD_REQUEST, 400, "the length of the body is stated more than once");

  static final Refusal TRANSFER_ENCODING =
      Refusal.of(
          ProblemTypes.BAD_REQUEST,
          400,
          "the only transfer encoding accepted is chunked, alone and in HTTP/1.1");

  static final Refusal LINE_FOLDING =
      Refusal.of(ProblemTypes.BAD_REQUEST, 400, "folded header lines are not accepted");

  static final Refusal TARGET =
      Refusal.of(
          ProblemTypes.BAD_REQUEST, 400, "the request target has a control character or a #");

  static final Refusal HOST =
      Refusal.of(
          ProblemTypes.BAD_REQUEST,
          400,
          "HTTP/1.1 needs exactly one Host header, with a host and perhaps a port");

  static final Refusal CONTENT_ENCODING =
      Refusal.of(
          ProblemTypes.UNSUPPORTED_ENCODING, 415, "the only Content-Encoding accepted is identity");

  static final Refusal EXPECTATION =
      Refusal.of(
          ProblemTypes.EXPECTATION_FAILED, 417, "the only expectation accepted is 100-continue");

  static final Refusal VERSION =
      Refusal.of(
          ProblemTypes.UNSUPPORTED_VERSION, 505, "the version is neither HTTP/1.1 nor HTTP/1.0");

  static final Refusal HEAD_TIMEOUT =
      Refusal.of(ProblemTypes.REQUEST_TIMEOUT, 408, "the request's head did not arrive in time");

  static final Refusal BODY_TIMEOUT =
      Refusal.of(ProblemTypes.REQUEST_TIMEOUT, 408, "the request's body did not arrive in time");

  static final Refusal BODY_TOO_LARGE =
      Refusal.of(ProblemTypes.TOO_LARGE, 413, "the body is longer than the limit");

  static final Refusal LINE_TOO_LONG =
      Refusal.of(ProblemTypes.TOO_LARGE, 414, "the request line is longer than the limit");

  static final Refusal HEADERS_TOO_LARGE =
      Refusal.of(ProblemTypes.TOO_LARGE, 431, "the headers are longer or more than the limit");

  static final Refusal NOT_FOUND =
      Refusal.of(ProblemTypes.NOT_FOUND, 404, "nothing at this path; GET / lists the endpoints");

  static final Refusal METHOD_NOT_ALLOWED =
      Refusal.of(
          ProblemTypes.METHOD_NOT_ALLOWED, 405, "the path does not have this method; see Allow");

  static final Refusal NOT_ACCEPTABLE =
      Refusal.of(
          ProblemTypes.NOT_ACCEPTABLE,
          406,
          "metrics are text/plain or application/openmetrics-text, as they are or in gzip");

  static final Refusal QUERY =
      Refusal.of(
          ProblemTypes.BAD_REQUEST,
          400,
          "the query has a % that two hexadecimal digits do not follow");

  static final Refusal NO_CONDITION =
      Refusal.of(
          ProblemTypes.BAD_REQUEST, 400, "this write takes neither If-Match nor If-None-Match");

  static final Refusal PARAMETER =
      Refusal.of(ProblemTypes.UNKNOWN_PARAMETER, 400, "a write takes no query parameters");

  static final Refusal UNKNOWN_PARAMETER =
      Refusal.of(
          ProblemTypes.UNKNOWN_PARAMETER,
          400,
          "the query has a parameter that is not known here, or one twice");

  static final Refusal BODY =
      Refusal.of(ProblemTypes.BAD_REQUEST, 400, "this request takes no body");

  static final Refusal KEY =
      Refusal.of(
          ProblemTypes.INVALID_IDEMPOTENCY_KEY,
          400,
          "the key is not " + IdempotencyKey.FORM + ", bare or quoted");

  static final Refusal KEY_REPEATED =
      Refusal.of(
          ProblemTypes.INVALID_IDEMPOTENCY_KEY,
          400,
          "the request has more than one Idempotency-Key");

  static final Refusal JSON_SYNTAX =
      Refusal.of(ProblemTypes.INVALID_JSON, 400, "invalid JSON: unexpected character");

  static final Refusal JSON_END =
      Refusal.of(ProblemTypes.INVALID_JSON, 400, "invalid JSON: unexpected end");

  static final Refusal JSON_TRAILING =
      Refusal.of(ProblemTypes.INVALID_JSON, 400, "invalid JSON: something follows the value");

  static final Refusal JSON_SHAPE =
      Refusal.of(ProblemTypes.INVALID_JSON, 400, "invalid JSON: the body must be an object");

  static final Refusal TOO_MANY_ITEMS =
      Refusal.of(
          ProblemTypes.TOO_MANY_ITEMS,
          413,
          "the request has more than " + ItemList.MAX_ITEMS + " items");

  static final Refusal UNDECODABLE =
      Refusal.of(ProblemTypes.BAD_REQUEST, 400, "the owner could not read the request");

  static final Refusal KEY_MISMATCH =
      Refusal.of(ProblemTypes.IDEMPOTENCY_MISMATCH, 422, "the key was used with another request");

  static final Refusal INTERNAL =
      Refusal.unknown(ProblemTypes.INTERNAL, 500, "the server failed while it handled the request");

  static final Refusal BUSY =
      Refusal.of(ProblemTypes.BUSY, 503, "the request could not be handed over in time");

  static final Refusal WAITED =
      Refusal.of(
          ProblemTypes.BUSY,
          503,
          "the request waited to be read for longer than requests may take");

  static final Refusal CLIENT_MEMORY =
      Refusal.of(ProblemTypes.BUSY, 503, "the server keeps as much for its clients as it may");

  static final Refusal CONNECTIONS =
      Refusal.of(ProblemTypes.BUSY, 503, "the server has as many connections as it may");

  static final Refusal STREAMS =
      Refusal.of(ProblemTypes.BUSY, 503, "the server has as many event streams as it may");

  static final Refusal WATCHES =
      Refusal.of(ProblemTypes.BUSY, 503, "this node or the owner keeps as many watches as it may");

  static final Refusal NO_OWNER =
      Refusal.of(ProblemTypes.NO_OWNER, 503, "the node that owns this id is away");

  /** Lasts as long as an upgrade, so it is worth another try, as 501 would not be. */
  static final Refusal UNSUPPORTED =
      Refusal.of(
          ProblemTypes.UNSUPPORTED, 503, "the node that owns this id does not know this request");

  static final Refusal REPLY_LIMIT =
      Refusal.of(ProblemTypes.BUSY, 503, "no room to keep the answer");

  static final Refusal MESSAGE_TOO_LONG =
      Refusal.of(
          ProblemTypes.TOO_LARGE, 413, "the request or its answer is too long to go between nodes");

  static final Refusal KEY_LIMIT =
      Refusal.of(ProblemTypes.KEY_LIMIT, 503, "no room for another idempotency key");

  static final Refusal STARTING =
      Refusal.of(ProblemTypes.STARTING, 503, "this node is not ready yet");

  static final Refusal DRAINING =
      Refusal.of(ProblemTypes.DRAINING, 503, "this node is shutting down");

  static final Refusal TIMEOUT =
      Refusal.unknown(ProblemTypes.TIMEOUT, 504, "no answer within the deadline");

  /** All of these. */
  static final List<Refusal> ALL =
      List.of(
          MALFORMED,
          LENGTH_AMBIGUOUS,
          TRANSFER_ENCODING,
          LINE_FOLDING,
          TARGET,
          HOST,
          CONTENT_ENCODING,
          EXPECTATION,
          VERSION,
          HEAD_TIMEOUT,
          BODY_TIMEOUT,
          BODY_TOO_LARGE,
          LINE_TOO_LONG,
          HEADERS_TOO_LARGE,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          NOT_ACCEPTABLE,
          QUERY,
          NO_CONDITION,
          PARAMETER,
          UNKNOWN_PARAMETER,
          BODY,
          KEY,
          KEY_REPEATED,
          JSON_SYNTAX,
          JSON_END,
          JSON_TRAILING,
          JSON_SHAPE,
          TOO_MANY_ITEMS,
          UNDECODABLE,
          KEY_MISMATCH,
          INTERNAL,
          BUSY,
          WAITED,
          CLIENT_MEMORY,
          CONNECTIONS,
          STREAMS,
          WATCHES,
          NO_OWNER,
          UNSUPPORTED,
          KEY_LIMIT,
          REPLY_LIMIT,
          MESSAGE_TOO_LONG,
          STARTING,
          DRAINING,
          TIMEOUT);

  private Refusals() {}

  /** What a client is told when the engine has no reply of the service. */
  static Refusal of(final Outcome outcome) {
    return switch (outcome) {
      case INVALID -> UNDECODABLE;
      case KEY_MISMATCH -> KEY_MISMATCH;
      case KEY_LIMIT -> KEY_LIMIT;
      case REPLY_LIMIT -> REPLY_LIMIT;
      case TOO_LONG -> MESSAGE_TOO_LONG;
      case BUSY -> BUSY;
      case NO_OWNER -> NO_OWNER;
      case UNSUPPORTED -> UNSUPPORTED;
      case CLOSING -> DRAINING;
      case TIMEOUT -> TIMEOUT;
      case ANSWERED, INTERNAL -> INTERNAL;
    };
  }

  /** What a client is told when an entity cannot be watched any longer. */
  static Refusal of(final WatchLoss loss) {
    return switch (loss) {
      case NO_OWNER -> NO_OWNER;
      case BUSY -> BUSY;
      case LIMIT -> WATCHES;
      case UNSUPPORTED -> UNSUPPORTED;
      case FAULT -> INTERNAL;
    };
  }

  /** What a client is told when the edge refuses a request. */
  static Refusal of(final Cutoff cutoff) {
    return switch (cutoff) {
      case CONNECTIONS -> CONNECTIONS;
      case STREAMS -> STREAMS;
      case DRAINING -> DRAINING;
      case CLIENT_MEMORY -> CLIENT_MEMORY;
      case HEAD_TIMEOUT -> HEAD_TIMEOUT;
      case BODY_TIMEOUT -> BODY_TIMEOUT;
      case FAULT -> INTERNAL;
    };
  }
}
