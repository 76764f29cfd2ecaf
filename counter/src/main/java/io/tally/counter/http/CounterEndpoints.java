package io.tally.counter.http;

import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.engine.Ingress;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.HttpExchange;
import io.tally.http.IntegerParameter;
import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.http.Request;
import java.util.List;
import org.agrona.DirectBuffer;

/** The counters over HTTP, on one event loop. Not thread-safe. */
public final class CounterEndpoints {
  /** Commands to try the counters with, for a server at {@code URL}. */
  public static final String EXAMPLES =
      """
        curl -X POST URL/counter/my-counter/increment
        curl -X POST URL/counter/my-counter/increment -d '{"amount":5}'
        curl URL/counter/my-counter
        hey -n 100000 -c 200 -m POST URL/counter/bench/increment
      """;

  /** What the help page says of the counters, title first. */
  public static final String HELP =
      "Tally: exact, distributed counters\n\nExamples\n"
          + EXAMPLES
          + """

      An id is one path segment, percent-encoded: 1 to 256 bytes of UTF-8. An amount is any 64-bit integer; 1 if absent.
      An Idempotency-Key header (1 to 128 characters) makes a repeated increment count once.
      Errors are application/problem+json; "outcome" says whether an increment was "not_applied" or is "unknown".
      """;

  private static final PathId ID =
      new PathId(
          "counter_id",
          "counter id",
          new ProblemType(
              "invalid-id",
              "Invalid counter id",
              "A counter id is one path segment of 1 to 256 bytes of UTF-8 after one percent-decoding, without control"
                  + " characters, and neither . nor .. alone."));

  private static final IntegerParameter AMOUNT =
      IntegerParameter.member(
          "amount",
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          1,
          new ProblemType(
              "invalid-amount",
              "Invalid amount",
              "The amount is an integer from -9223372036854775808 to 9223372036854775807, without fraction or exponent."
                  + " Nothing was counted."));

  private static final Refusal OVERFLOW =
      Refusal.of(
          new ProblemType(
              "overflow",
              "Overflow",
              "The sum would leave the range of a signed 64-bit integer. The counter keeps its value."),
          409,
          "the sum is outside the range of 64 bits; the value is unchanged");

  /** Counters are never evicted: only a restart makes room for others. */
  private static final Refusal MEMORY_LIMIT =
      Refusal.lasting(
          new ProblemType(
              "memory-limit",
              "Counter limit reached",
              "The counter would be new, and the server holds as many counters as it was given memory for. Counters that"
                  + " exist go on; none is ever evicted, so that only a restart with more memory or --max-counters makes"
                  + " room."),
          503,
          "no room for another counter");

  private static final AnswerShape VALUE = AnswerShape.json(ID, "value");

  private final CounterProxy counters;
  private final CounterReplyAdapter reply = new CounterReplyAdapter();

  private CounterEndpoints(final CounterProxy counters) {
    this.counters = counters;
  }

  /**
   * The endpoints of the counters on one event loop.
   *
   * @param ingress of that loop.
   * @return a row for each operation.
   */
  public static List<Endpoint> of(final Ingress ingress) {
    return new CounterEndpoints(new CounterProxy(ingress)).rows();
  }

  private List<Endpoint> rows() {
    return List.of(
        Endpoint.post("/counter/{id}/increment", "add to a counter and return its new value")
            .id(ID)
            .members(AMOUNT)
            .keyed()
            .calls(this::increment)
            .answers(this::onValue, VALUE)
            .refuses(OVERFLOW, MEMORY_LIMIT),
        Endpoint.get("/counter/{id}", "return a counter's value, 0 if it was never incremented")
            .id(ID)
            .calls(this::get)
            .answers(this::onValue, VALUE));
  }

  private void increment(final Request request, final HttpExchange exchange) {
    counters.increment(
        exchange.readNs(),
        exchange.id(),
        0,
        exchange.idLength(),
        request.member(0),
        request.key(),
        0,
        request.keyLength(),
        exchange.replies(),
        exchange.cookie());
  }

  private void get(final Request request, final HttpExchange exchange) {
    counters.get(
        exchange.readNs(),
        exchange.id(),
        0,
        exchange.idLength(),
        exchange.replies(),
        exchange.cookie());
  }

  private boolean onValue(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    if (!reply.wrap(buffer, offset, length)) {
      return false;
    }
    exchange.integer(0, reply.value());
    switch (reply.status()) {
      case OK:
        return true;
      case OVERFLOW:
        exchange.refuse(OVERFLOW);
        return true;
      case MEMORY_LIMIT:
        exchange.refuse(MEMORY_LIMIT);
        return true;
      default:
        return false;
    }
  }
}
