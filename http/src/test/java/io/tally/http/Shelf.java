package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.engine.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A service of two kinds of write, reads in two forms, and a quota: numbers on a shelf, each with a
 * version. Answers before the call returns. Its rows use all that an {@link Endpoint} can declare.
 */
final class Shelf {
  static final int INCARNATION = 0x1f;

  private static final ProblemType INVALID =
      new ProblemType("invalid-thing", "Invalid thing", "Some things are none.");

  private static final PathId ID = new PathId("thing", "name of the thing", INVALID);

  private static final Refusal CROSSED = Refusal.of(INVALID, 400, "the wrong way round");

  private static final AnswerShape THING = AnswerShape.json(ID, "value").optional("before", "left");

  private static final int QUOTA = 1;
  private static final int GONE = 2;

  private final Map<String, long[]> things = new HashMap<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4 * Long.BYTES]);
  private long versions;
  final AtomicInteger callCount = new AtomicInteger();

  volatile String lastCondition = "";

  /** What the next answer says of the quota. */
  volatile long left;

  volatile long resetMs;

  List<Endpoint> rows() {
    return List.of(
        Endpoint.get("/shelf/{id}", "look at it")
            .id(ID)
            .conditional()
            .calls((request, exchange) -> answer(exchange, 0, false, 0))
            .answers(Shelf::read, THING, AnswerShape.text()),
        Endpoint.put("/shelf/{id}", "put it there")
            .id(ID)
            .keyed()
            .conditional()
            .members(
                IntegerParameter.required("value", -100, 100, INVALID),
                FlagParameter.member("twice", INVALID),
                WordParameter.member("unit", INVALID, "one", "dozen"))
            .calls(this::put)
            .answers(Shelf::read, THING)
            .refuses(CROSSED),
        Endpoint.delete("/shelf/{id}", "take it away")
            .id(ID)
            .conditional()
            .calls(this::delete)
            .answers(Shelf::read, THING),
        Endpoint.post("/shelf/{id}/use", "use it")
            .id(ID)
            .members(
                IntegerParameter.required("quota", 0, Long.MAX_VALUE, INVALID),
                IntegerParameter.required("window_ms", 1, Long.MAX_VALUE, INVALID))
            .calls(this::use)
            .answers(this::readUse, THING)
            .refuses(RateLimit.EXCEEDED));
  }

  private void put(final Request request, final HttpExchange exchange) {
    final long twice = request.member(1);
    if (request.membersGiven() == 0b111 && twice == 0) {
      exchange.refuse(CROSSED);
      return;
    }
    final long value = request.member(0) * (1 + twice) * (request.member(2) == 1 ? 12 : 1);
    final long[] before = things.get(name(exchange));
    if (!holds(request.precondition(), before)) {
      answer(exchange, GONE, false, 0);
      return;
    }
    things.put(name(exchange), new long[] {value, ++versions});
    answer(exchange, 0, before != null, before == null ? 0 : before[0]);
  }

  private void delete(final Request request, final HttpExchange exchange) {
    final boolean holds = holds(request.precondition(), things.get(name(exchange)));
    if (holds) {
      things.remove(name(exchange));
    }
    answer(exchange, holds ? 0 : GONE, false, 0);
  }

  private void use(final Request request, final HttpExchange exchange) {
    exchange.rateLimit().policy(request.member(0), request.member(1));
    answer(exchange, left == 0 ? QUOTA : 0, false, 0);
  }

  private boolean holds(final Precondition given, final long[] thing) {
    lastCondition = given.kind() + " " + given.incarnation() + " " + given.version();
    final boolean matches =
        thing != null && given.incarnation() == INCARNATION && given.version() == thing[1];
    return switch (given.kind()) {
      case NONE -> true;
      case IF_MATCH -> matches;
      case IF_EXISTS -> thing != null;
      case IF_ABSENT -> thing == null;
      case IF_NOT_MATCH -> !matches;
    };
  }

  private static String name(final HttpExchange exchange) {
    return new String(exchange.id(), 0, exchange.idLength(), UTF_8);
  }

  private void answer(
      final HttpExchange exchange, final int code, final boolean hasBefore, final long before) {
    callCount.incrementAndGet();
    final long[] thing = things.getOrDefault(name(exchange), new long[2]);
    buffer.putLong(0, thing[0]);
    buffer.putLong(Long.BYTES, thing[1]);
    buffer.putLong(2 * Long.BYTES, hasBefore ? 1 : 0);
    buffer.putLong(3 * Long.BYTES, before);
    exchange
        .replies()
        .onReply(
            exchange.cookie(),
            Outcome.ANSWERED,
            code,
            INCARNATION,
            false,
            buffer,
            0,
            buffer.capacity());
  }

  private static boolean read(
      final DirectBuffer reply, final int offset, final int length, final HttpExchange exchange) {
    exchange.integer(0, reply.getLong(offset));
    exchange.version(reply.getLong(offset + Long.BYTES));
    if (reply.getLong(offset + 2 * Long.BYTES) == 1) {
      exchange.integer(1, reply.getLong(offset + 3 * Long.BYTES));
    }
    if (exchange.serviceCode() == GONE) {
      exchange.refuse(Precondition.FAILED);
    } else if (exchange.serviceCode() == QUOTA) {
      exchange.refuse(RateLimit.EXCEEDED);
    }
    return true;
  }

  private boolean readUse(
      final DirectBuffer reply, final int offset, final int length, final HttpExchange exchange) {
    exchange.integer(2, left);
    exchange.rateLimit().state(left, resetMs);
    return read(reply, offset, length, exchange);
  }
}
