package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** Counters in a map, or answers that a test gives at a time and with an outcome of its choice. */
final class ScriptedCounters implements CounterEntry {
  private static final long INCARNATION = 7;

  private final Map<String, Long> values = new HashMap<>();
  private final List<Call> held = new ArrayList<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterReplyEncoder encoder = new CounterReplyEncoder();
  private boolean holding;
  private Outcome outcome = Outcome.ANSWERED;
  private CounterStatus status = CounterStatus.OK;
  private boolean replayed;
  private String lastKey = "";
  private int callCount;

  /** A request that waits for its answer. */
  record Call(String id, long amount, ReplyHandler handler, long cookie) {}

  @Override
  public synchronized void increment(
      final long nowNs,
      final byte[] id,
      final int idLength,
      final long amount,
      final byte[] key,
      final int keyLength,
      final ReplyHandler handler,
      final long cookie) {
    lastKey = new String(key, 0, keyLength, UTF_8);
    accept(new Call(new String(id, 0, idLength, UTF_8), amount, handler, cookie));
  }

  @Override
  public synchronized void get(
      final long nowNs,
      final byte[] id,
      final int idLength,
      final ReplyHandler handler,
      final long cookie) {
    accept(new Call(new String(id, 0, idLength, UTF_8), 0, handler, cookie));
  }

  /** Answers wait for {@link #release}. */
  synchronized void hold() {
    holding = true;
  }

  synchronized void outcome(final Outcome next) {
    outcome = next;
  }

  synchronized void status(final CounterStatus next) {
    status = next;
  }

  synchronized void replayed(final boolean next) {
    replayed = next;
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
    if (outcome == Outcome.ANSWERED && status == CounterStatus.OK) {
      values.merge(call.id(), call.amount(), Long::sum);
    }
    if (holding) {
      held.add(call);
    } else {
      answer(call);
    }
  }

  private void answer(final Call call) {
    if (outcome != Outcome.ANSWERED) {
      call.handler().onReply(call.cookie(), outcome, 0, false, buffer, 0, 0);
      return;
    }
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .value(values.getOrDefault(call.id(), 0L))
        .status(status);
    final int length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    call.handler()
        .onReply(call.cookie(), Outcome.ANSWERED, INCARNATION, replayed, buffer, 0, length);
  }
}
