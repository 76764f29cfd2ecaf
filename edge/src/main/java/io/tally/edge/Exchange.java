package io.tally.edge;

import io.netty.buffer.ByteBuf;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/**
 * One request of a connection, from the moment it is read until its response is written. It is
 * complete when it was answered at once, or when all replies that it waits for have come. Then its
 * response is written as soon as those of all earlier requests of its connection are.
 *
 * <p>A protocol keeps in its own kind of exchange what a response needs. Exchanges are reused.
 * Belongs to its connection's event loop; only {@link #completeLater} may be called elsewhere.
 */
public abstract class Exchange {
  private static final int PART_SHIFT = 32;

  boolean ready;
  boolean linger;
  boolean counted;
  private boolean last;
  private int awaited;
  private Connection connection;
  private int slot;

  /** Creates an exchange that belongs to no request yet. */
  protected Exchange() {}

  final void begin(final Connection ofConnection, final int inSlot) {
    connection = ofConnection;
    slot = inSlot;
    ready = false;
    last = false;
    linger = false;
    counted = false;
    awaited = 1;
    reset();
  }

  final void endConnection(final boolean lingering) {
    last = true;
    linger = lingering;
  }

  static int slot(final long cookie) {
    return (int) cookie;
  }

  final void onReply(
      final long cookie,
      final Outcome outcome,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    onReply(
        (int) (cookie >>> PART_SHIFT), outcome, shardIncarnation, replayed, buffer, offset, length);
    // Even if this reply has decided the answer: the slot must not be free for another request
    // before the last reply has come.
    ready = --awaited == 0;
  }

  /** A reply came after the connection was closed. Returns whether it was the last one awaited. */
  final boolean drop() {
    ready = --awaited == 0;
    return ready;
  }

  /**
   * Sets how many replies complete this exchange; one, unless this is called. To be called before
   * the first of them is asked for.
   *
   * @param replies number of replies, at least 1.
   */
  public final void awaitReplies(final int replies) {
    awaited = replies;
  }

  /**
   * Marks it as answered. Once a reply was asked for, it may be called only from within {@code
   * onReply}.
   */
  protected final void complete() {
    ready = true;
  }

  /**
   * Whether it is complete.
   *
   * @return true once it only waits for its turn to be written.
   */
  public final boolean isComplete() {
    return ready;
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
  public final ReplyHandler replies() {
    return connection;
  }

  /**
   * What tells the reply to one part of this request from others.
   *
   * @param part number of the part, from 0; 0 where there is one only.
   * @return the cookie to ask with.
   */
  public final long cookie(final int part) {
    return (long) part << PART_SHIFT | slot;
  }

  /**
   * When the last bytes of this request were read.
   *
   * @return nanoseconds of the clock that the event loop's agents share.
   */
  public final long readNs() {
    return connection.nowNs();
  }

  /**
   * Completes this exchange from another thread, unless its connection is gone by then.
   *
   * @param answer puts the answer into this exchange, on the event loop.
   */
  public final void completeLater(final Runnable answer) {
    connection.completeLater(this, answer);
  }

  /** Forgets the last request. */
  protected abstract void reset();

  /**
   * Takes a reply. Its bytes are valid during the call only.
   *
   * @param part that was asked for.
   * @param outcome what became of it.
   * @param shardIncarnation of the shard that answered, or 0.
   * @param replayed whether an earlier answer under the same idempotency key was repeated.
   * @param buffer holds the service's reply, if it answered.
   * @param offset of the reply.
   * @param length of the reply in bytes.
   */
  protected abstract void onReply(
      int part,
      Outcome outcome,
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
   * Memory that this answer takes until it is written, beyond what every answer takes.
   *
   * @return bytes, which do not change once the exchange is complete.
   */
  protected abstract int answerBytes();
}
