package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/**
 * One request of a connection, from the moment it is read until its response is written. It is
 * complete when it was answered at once, or when all has come that it waits for; then it is written
 * as soon as those before it on its connection are.
 *
 * <p>A protocol keeps in its own kind of exchange what a response needs. Exchanges are reused, but
 * what was asked for one request never reaches another: replies and completions know which request
 * they belong to. Belongs to its connection's event loop. What {@code toString} says stands in the
 * log where the request went wrong.
 */
public abstract class Exchange {
  /** Most replies that one request can wait for. */
  protected static final int MAX_PARTS = 1 << 16;

  // A cookie is the number of the part, and that of the request on its connection.
  private static final int PART_SHIFT = 32;

  boolean ready;
  boolean linger;

  /** What of {@link #answerBytes} its connection counts. */
  int countedBytes;

  private boolean last;
  private boolean answering;
  private int expected;
  private int asked;
  private int awaited;
  private Requests requests;
  private int number;

  /** Creates an exchange that belongs to no request yet. */
  protected Exchange() {}

  final void begin(final Requests ofConnection, final int requestNumber) {
    requests = ofConnection;
    number = requestNumber;
    ready = false;
    last = false;
    linger = false;
    countedBytes = 0;
    answering = false;
    expected = 1;
    awaited = 1;
    asked = 0;
    reset();
  }

  final void endConnection(final boolean lingering) {
    last = true;
    linger = lingering;
  }

  /** Number of the request that a cookie belongs to. */
  static int number(final long cookie) {
    return (int) cookie;
  }

  /** Number of its request. */
  final int number() {
    return number;
  }

  final boolean isOf(final int requestNumber) {
    return number == requestNumber;
  }

  final void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    answering = true;
    try {
      onReply(
          (int) (cookie >>> PART_SHIFT),
          outcome,
          serviceCode,
          shardIncarnation,
          replayed,
          buffer,
          offset,
          length);
    } catch (final RuntimeException ex) {
      onFault(ex);
    }
    onPartDone();
  }

  final void onCompletion(final Runnable answer) {
    answering = true;
    try {
      answer.run();
    } catch (final RuntimeException ex) {
      onFault(ex);
    }
    onPartDone();
  }

  private void onFault(final RuntimeException fault) {
    requests.onFault(fault);
    refuse(Cutoff.FAULT);
  }

  private void onPartDone() {
    answering = false;
    // Whatever was answered: it is not over before the last part has come.
    ready = --awaited == 0;
  }

  /** A part came when the connection was closed; returns whether it was the last. */
  final boolean drop() {
    ready = --awaited == 0;
    return ready;
  }

  /** Whether its dispatch is over, and nothing will ever answer it. */
  final boolean isForgotten() {
    return !ready && asked < expected;
  }

  /** Refuses it although parts may yet come, which find another request or none. */
  final void abort(final Cutoff cutoff) {
    asked = 0;
    refuse(cutoff);
  }

  /**
   * Waits for so many parts before it is complete; for one, unless this is called. To be called
   * before the first of them is asked for. Each counts among the requests that the event loop has
   * under way, as a request of its own would, but not among those of the connection.
   *
   * @param parts replies and completions, from 1 to {@link #MAX_PARTS}.
   * @throws IllegalArgumentException if the number is out of range.
   * @throws IllegalStateException if one was asked for.
   */
  protected final void awaitParts(final int parts) {
    if (parts < 1 || parts > MAX_PARTS) {
      throw new IllegalArgumentException("number of parts out of range: " + parts);
    }
    checkNotAsked();
    requests.onParts(parts - expected);
    expected = parts;
    awaited = parts;
  }

  /**
   * Waits for one more part than before, which has to complete it. To be called while a part is
   * taken, which is not the last one then.
   *
   * @throws IllegalStateException if none is taken now.
   */
  protected final void awaitMore() {
    if (!answering) {
      throw new IllegalStateException("no part is being taken");
    }
    requests.onParts(1);
    // An answer that is there already must not end it: the part may come before this returns.
    ready = false;
    expected++;
    awaited++;
  }

  /** What it counts for among the requests under way. */
  final int parts() {
    return expected;
  }

  /**
   * Marks it as answered: at once, or by the part that is just taken.
   *
   * @throws IllegalStateException if a part is to come that was asked for.
   */
  protected final void complete() {
    if (!answering) {
      checkNotAsked();
    }
    ready = true;
  }

  /**
   * Answers with a response that goes on: {@link #write} writes its beginning, and the stream the
   * rest. To be called while the request is dispatched, and only for a connection's last request:
   * nothing that the client sends behind it is looked at. When the client ends its side, the stream
   * ends.
   *
   * @param stream the rest, which is told of its end from now on.
   * @return null if it goes on, and is complete; else why it cannot, and it is to be refused.
   * @throws IllegalStateException if a part is to come that was asked for, or requests behind this
   *     one were read.
   */
  protected final Cutoff goOn(final ResponseStream stream) {
    checkNotAsked();
    final Cutoff cutoff = requests.goOn(this, stream);
    if (cutoff == null) {
      complete();
    }
    return cutoff;
  }

  private void checkNotAsked() {
    if (asked > 0) {
      throw new IllegalStateException("something was asked for that will answer this request");
    }
  }

  /**
   * Whether the connection ends with its response.
   *
   * @return true if the response should say so, where the protocol can.
   */
  protected final boolean isLast() {
    return last;
  }

  /**
   * Who takes the replies to this request.
   *
   * @return the handler to ask with, together with {@link #cookie}.
   */
  protected ReplyHandler replies() {
    return requests;
  }

  /**
   * What tells the reply to one part of this request from all others. Each is to be asked with, as
   * the exchange waits for it from now on.
   *
   * @param part number of the part, from 0; handed back with the reply.
   * @return the cookie to ask with.
   */
  protected final long cookie(final int part) {
    asked++;
    return (long) part << PART_SHIFT | number & 0xFFFF_FFFFL;
  }

  /**
   * Has the answer come from another thread, in place of a reply.
   *
   * @return what completes this exchange, to be called once.
   */
  protected Completion later() {
    return new Completion(requests, cookie(0));
  }

  /**
   * The time of the event loop's turn: while the request is dispatched, when its last bytes were
   * read.
   *
   * @return nanoseconds of the clock that the event loop's agents share.
   */
  protected long readNs() {
    return requests.nowNs();
  }

  /** Forgets the last request. */
  protected abstract void reset();

  /**
   * Takes a reply. Its bytes are valid during the call only.
   *
   * @param part that was asked for.
   * @param outcome what became of it.
   * @param serviceCode why the service refused, by its own numbers; 0 if it did not.
   * @param shardIncarnation of the shard that answered, or 0.
   * @param replayed whether an earlier answer under the same idempotency key was repeated.
   * @param buffer holds the service's reply, if it answered.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   */
  protected abstract void onReply(
      int part,
      Outcome outcome,
      int serviceCode,
      long shardIncarnation,
      boolean replayed,
      DirectBuffer buffer,
      int offset,
      int length);

  /**
   * Answers the request with a refusal, which completes it. The request was not handed over to a
   * service; only after a {@link Cutoff#FAULT} it may have been.
   *
   * @param cutoff why.
   */
  protected abstract void refuse(Cutoff cutoff);

  /**
   * Appends the response, and frees what the answer kept. Called once, when the exchange is
   * complete.
   *
   * @param out the connection's buffer, which stays its own.
   * @param nowNs current time in nanoseconds.
   */
  protected abstract void write(ByteBuf out, long nowNs);

  /**
   * Memory that this request takes until its answer is written, beyond what every request takes.
   *
   * @return bytes, as of now. They change only while the request is dispatched, and when it becomes
   *     complete.
   */
  protected abstract int answerBytes();
}
