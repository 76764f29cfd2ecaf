package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.edge.internal.Completion;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/** Answers words when a test says so, and how. */
final class ScriptedService {
  static final IllegalStateException FAULT = new IllegalStateException("injected");

  private final Map<String, Ask> asks = new HashMap<>();
  private final Queue<LineStream> streams = new ArrayDeque<>();
  private Later later;

  private record Ask(ReplyHandler replies, long cookie) {}

  /** Fails after it has taken a word that begins with an exclamation mark. */
  synchronized void ask(final String word, final ReplyHandler replies, final long cookie) {
    asks.put(word, new Ask(replies, cookie));
    if (word.startsWith("!")) {
      throw FAULT;
    }
  }

  /** An exchange that another thread completes. */
  record Later(LineExchange exchange, Completion completion) {
    void answer(final Supplier<String> text) {
      completion.complete(() -> exchange.answer(0, text.get()));
    }
  }

  synchronized void later(final LineExchange exchange) {
    later = new Later(exchange, exchange.later());
  }

  synchronized LineStream stream() {
    final LineStream stream = new LineStream();
    streams.add(stream);
    return stream;
  }

  /** The oldest stream that was asked for and not taken; null if there is none. */
  synchronized LineStream takeStream() {
    return streams.poll();
  }

  synchronized int askedCount() {
    return asks.size();
  }

  /** The exchange to be completed by the calling thread; null if there is none yet. */
  synchronized Later takeLater() {
    final Later taken = later;
    later = null;
    return taken;
  }

  /** Answers a word with itself in capitals; on the loop's thread. */
  void reply(final String word) {
    final byte[] bytes = word.toUpperCase(Locale.ROOT).getBytes(US_ASCII);
    reply(word, Outcome.ANSWERED, 0, bytes);
  }

  /** Answers a word with a reason of the service's own; on the loop's thread. */
  void reply(final String word, final int serviceCode) {
    reply(word, Outcome.ANSWERED, serviceCode, new byte[0]);
  }

  /** Ends the request for a word without an answer; on the loop's thread. */
  void refuse(final String word, final Outcome outcome) {
    reply(word, outcome, 0, new byte[0]);
  }

  private void reply(
      final String word, final Outcome outcome, final int serviceCode, final byte[] bytes) {
    final Ask ask = taken(word);
    ask.replies()
        .onReply(
            ask.cookie(), outcome, serviceCode, 7, false, new UnsafeBuffer(bytes), 0, bytes.length);
  }

  private synchronized Ask taken(final String word) {
    return asks.remove(word);
  }
}
