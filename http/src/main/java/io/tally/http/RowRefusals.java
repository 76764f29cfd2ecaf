package io.tally.http;

import io.tally.engine.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Which refusals a request to an endpoint may meet: those that its row declares, those that follow
 * from what it declares, and those that HTTP itself has for any request.
 */
final class RowRefusals {
  /** Refusals of any request, some before its row is found. */
  static final List<Refusal> OF_HTTP =
      List.of(
          Refusals.MALFORMED,
          Refusals.LENGTH_AMBIGUOUS,
          Refusals.TRANSFER_ENCODING,
          Refusals.LINE_FOLDING,
          Refusals.TARGET,
          Refusals.HOST,
          Refusals.NOT_FOUND,
          Refusals.METHOD_NOT_ALLOWED,
          Refusals.HEAD_TIMEOUT,
          Refusals.BODY_TIMEOUT,
          Refusals.BODY_TOO_LARGE,
          Refusals.LINE_TOO_LONG,
          Refusals.CONTENT_ENCODING,
          Refusals.EXPECTATION,
          Refusals.HEADERS_TOO_LARGE,
          Refusals.INTERNAL,
          Refusals.WAITED,
          Refusals.CLIENT_MEMORY,
          Refusals.CONNECTIONS,
          Refusals.DRAINING,
          Refusals.VERSION);

  private RowRefusals() {}

  /** Refusals of a row, without those that any request may meet. */
  static List<Refusal> of(final Endpoint row) {
    final List<Refusal> all = new ArrayList<>(row.refusals());
    if (!row.query.isEmpty() || row.itemsQuery != null) {
      all.add(Refusals.QUERY);
      all.add(Refusals.UNKNOWN_PARAMETER);
    } else if (row.verb.mayWrite()) {
      all.add(Refusals.PARAMETER);
    }
    if (!row.members.isEmpty() || row.items != null) {
      all.add(Refusals.JSON_SYNTAX);
      all.add(Refusals.JSON_END);
      all.add(Refusals.JSON_TRAILING);
      all.add(Refusals.JSON_SHAPE);
    } else if (row.verb.mayWrite()) {
      all.add(Refusals.BODY);
    }
    if (row.verb.mayWrite() && !row.conditional) {
      all.add(Refusals.NO_CONDITION);
    }
    if (row.keyed) {
      all.add(Refusals.KEY);
      all.add(Refusals.KEY_REPEATED);
    }
    if (row.stream != null) {
      all.add(Refusals.STREAMS);
    }
    if (!row.open) {
      all.add(Refusals.STARTING);
    }
    if (row.reply != null) {
      for (final Outcome outcome : Outcome.values()) {
        if (row.keyed || outcome != Outcome.KEY_MISMATCH && outcome != Outcome.KEY_LIMIT) {
          all.add(Refusals.of(outcome));
        }
      }
    }
    return all;
  }
}
