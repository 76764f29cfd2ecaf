package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Counters in a map, or answers that a test gives at a time and with an outcome of its choice. */
final class ScriptedCounters {
  static final PathId ID =
      new PathId(
          "counter_id",
          "counter id",
          new ProblemType("invalid-id", "Invalid counter id", "Some ids are none."));

  static final IntegerParameter AMOUNT =
      IntegerParameter.member(
          "amount",
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          1,
          new ProblemType("invalid-amount", "Invalid amount", "Some amounts are none."));

  private static final Refusal OVERFLOW =
      Refusal.of(new ProblemType("overflow", "Overflow", "It is too much."), 409, "too much");

  private static final Refusal MEMORY_LIMIT =
      Refusal.lasting(
          new ProblemType("memory-limit", "Counter limit reached", "There are too many."),
          503,
          "too many");

  private static final long INCARNATION = 7;
  private static final int REPLY_BYTES = Long.BYTES + 1;

  private final Map<String, Long> values = new HashMap<>();
  private final List<Call> held = new ArrayList<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[REPLY_BYTES]);
  private boolean holding;
  private Outcome outcome = Outcome.ANSWERED;
  private Status status = Status.OK;
  private boolean replayed;
  private RuntimeException fault;
  private String lastKey = "";
  private int callCount;

  /** What a reply says of the request. */
  enum Status {
    OK,
    OVERFLOW,
    MEMORY_LIMIT
  }

  /** A request that waits for its answer. */
  record Call(String id, long amount, ReplyHandler handler, long cookie) {}

  /** The same rows as the real counters have. */
  List<Endpoint> rows() {
    return List.of(
        Endpoint.post("/counter/{id}/increment", "add to a counter and return its new value")
            .id(ID)
            .members(AMOUNT)
            .keyed()
            .calls(this::increment)
            .answers(ScriptedCounters::onReply, AnswerShape.json(ID, "value"))
            .refuses(OVERFLOW, MEMORY_LIMIT),
        Endpoint.get("/counter/{id}", "return a counter's value, 0 if it was never incremented")
            .id(ID)
            .calls(this::get)
            .answers(ScriptedCounters::onReply, AnswerShape.json(ID, "value")));
  }

  private synchronized void increment(final Request request, final HttpExchange exchange) {
    lastKey = new String(request.idempotencyKey(), 0, request.idempotencyKeyLength(), UTF_8);
    accept(call(request.member(0), exchange));
  }

  private synchronized void get(final Request request, final HttpExchange exchange) {
    accept(call(0, exchange));
  }

  private static Call call(final long amount, final HttpExchange exchange) {
    final String id = new String(exchange.id(), 0, exchange.idLength(), UTF_8);
    return new Call(id, amount, exchange.replies(), exchange.cookie());
  }

  private static boolean onReply(
      final DirectBuffer reply, final int offset, final int length, final HttpExchange exchange) {
    if (length != REPLY_BYTES) {
      return false;
    }
    exchange.integer(0, reply.getLong(offset));
    final Status told = Status.values()[reply.getByte(offset + Long.BYTES)];
    if (told != Status.OK) {
      exchange.refuse(told == Status.OVERFLOW ? OVERFLOW : MEMORY_LIMIT);
    }
    return true;
  }

  /** Answers wait for {@link #release}. */
  synchronized void hold() {
    holding = true;
  }

  synchronized void outcome(final Outcome next) {
    outcome = next;
  }

  synchronized void status(final Status next) {
    status = next;
  }

  synchronized void replayed(final boolean next) {
    replayed = next;
  }

  /** Requests are taken, and what hands them over fails then. */
  synchronized void failWith(final RuntimeException next) {
    fault = next;
  }

  synchronized String lastKey() {
    return lastKey;
  }

  synchronized int callCount() {
    return callCount;
  }

  synchronized int heldCount() {
    return held.size();
  }

  synchronized long value(final String id) {
    return values.getOrDefault(id, 0L);
  }

  /** Answers one of the calls held; on the loop's thread. */
  synchronized void release(final int index) {
    answer(held.remove(index));
  }

  /** Answers all calls held, the last one first; on the loop's thread. */
  synchronized void releaseBackwards() {
    holding = false;
    while (!held.isEmpty()) {
      answer(held.remove(held.size() - 1));
    }
  }

  private void accept(final Call call) {
    callCount++;
    if (outcome == Outcome.ANSWERED && status == Status.OK) {
      values.merge(call.id(), call.amount(), Long::sum);
    }
    if (holding) {
      held.add(call);
    } else {
      answer(call);
    }
    if (fault != null) {
      throw fault;
    }
  }

  private void answer(final Call call) {
    if (outcome != Outcome.ANSWERED) {
      call.handler().onReply(call.cookie(), outcome, 0, 0, false, buffer, 0, 0);
      return;
    }
    buffer.putLong(0, values.getOrDefault(call.id(), 0L));
    buffer.putByte(Long.BYTES, (byte) status.ordinal());
    call.handler()
        .onReply(call.cookie(), Outcome.ANSWERED, 0, INCARNATION, replayed, buffer, 0, REPLY_BYTES);
  }
}
