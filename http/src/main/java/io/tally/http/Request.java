package io.tally.http;

import java.util.List;

/**
 * A complete request as a front end hands it on: route, id, amount, key and flags. One for each
 * event loop, filled anew for each request; valid during the call that gets it.
 */
final class Request {
  final TargetParser target = new TargetParser();
  final IdempotencyKey key = new IdempotencyKey();
  Route route;
  Verb verb;
  long amount;
  boolean keepAlive;
  boolean oldVersion;

  /** Lines of these headers; only of a request for metrics. */
  List<String> accept = List.of();

  List<String> acceptEncoding = List.of();

  /** The first fault found, or null. */
  Refusal refusal;
}
