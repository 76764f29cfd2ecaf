package io.tally.engine;

import io.tally.engine.internal.CommandLayout;
import io.tally.engine.internal.MessageLengths;
import org.agrona.MutableDirectBuffer;

/**
 * Where requests enter the engine: one for each event loop, and only its thread may use it. To make
 * a request: claim, encode the payload at {@link #payloadOffset(long)} of {@link #buffer()}, {@link
 * #submit}. Each submitted request ends in exactly one call of its {@link ReplyHandler}.
 */
public abstract class Ingress {
  /** Result of a claim: no pending slot is free. Nothing was taken. */
  public static final long FULL = -1;

  /** Result of a claim: this node takes no more requests. */
  public static final long CLOSING = -2;

  /** Bound of an idempotency key in bytes. */
  public static final int MAX_IDEMPOTENCY_KEY_LENGTH = CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH;

  /** Bound of the number of an item under an idempotency key. */
  public static final int MAX_KEY_ITEM = CommandLayout.MAX_KEY_ITEM;

  /** Bound of a short payload in bytes. */
  public static final int MAX_SHORT_PAYLOAD_LENGTH = MessageLengths.SHORT_COMMAND_BOUND;

  /** Creates an ingress. The engine does, and tests of what asks one. */
  protected Ingress() {}

  /**
   * Claims a pending slot for one request whose payload is short: at most {@link
   * #MAX_SHORT_PAYLOAD_LENGTH} bytes.
   *
   * @param nowNs current time in nanoseconds, or an earlier one at which that began which this goes
   *     on with: the deadline is counted from here.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the addressed entity's
   *     id, from which its shard follows.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
  public abstract long tryClaim(
      long nowNs,
      long placementHash,
      long entityHash,
      boolean write,
      ReplyHandler handler,
      long cookie);

  /**
   * Claims a pending slot for one request with a payload of any length. One that is not short takes
   * of the bytes that the settings allow for long payloads.
   *
   * @param nowNs current time in nanoseconds, or an earlier one at which that began which this goes
   *     on with: the deadline is counted from here.
   * @param placementHash {@link StableHash#placement(byte[], int, int)} of the addressed entity's
   *     id, from which its shard follows.
   * @param entityHash {@link StableHash} of the id as a whole.
   * @param write whether the command may change state; a read may be applied any number of times.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   * @param payloadLength most bytes that the payload will have, at most {@link
   *     ServiceDefinition#maxCommandLength()}. It is to be written to {@link #buffer(long)}.
   * @return a correlation id, to be submitted or aborted at once; or {@link #FULL} or {@link
   *     #CLOSING}, and then the handler is not called.
   */
  public abstract long tryClaim(
      long nowNs,
      long placementHash,
      long entityHash,
      boolean write,
      ReplyHandler handler,
      long cookie,
      int payloadLength);

  /**
   * Whether so many requests with short payloads find a slot each, if they are claimed before
   * anything else is. If not, they count as one that was refused.
   *
   * @param count of the requests.
   * @return 0 if they do; else {@link #FULL} or {@link #CLOSING}, and none should be claimed.
   */
  public abstract long refusalOf(int count);

  /**
   * Holds the payloads of claimed slots, as far as they are short.
   *
   * @return the buffer; between claim and submit the slot's part of it belongs to the claimer.
   */
  public abstract MutableDirectBuffer buffer();

  /**
   * Holds the payload of a claimed slot, whatever its length.
   *
   * @param correlationId as claimed.
   * @return the buffer; as {@link #buffer()}.
   */
  public abstract MutableDirectBuffer buffer(long correlationId);

  /**
   * Where the payload of a claimed slot is to be written.
   *
   * @param correlationId as claimed.
   * @return offset in {@link #buffer(long)}, which is {@link #buffer()} for a short payload.
   */
  public abstract int payloadOffset(long correlationId);

  /**
   * Gives a claimed write an idempotency key. The bytes are copied.
   *
   * @param correlationId as claimed.
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes, 1 to {@link #MAX_IDEMPOTENCY_KEY_LENGTH}.
   */
  public abstract void idempotencyKey(long correlationId, byte[] bytes, int offset, int length);

  /**
   * Gives a claimed write the idempotency key of one of several items, which came under one key of
   * the client. No key without an item is ever taken for it. The bytes are copied.
   *
   * @param correlationId as claimed.
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes, 1 to {@link #MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param item which of the items for this entity under this key it is, from 1 to {@link
   *     #MAX_KEY_ITEM}; 0 for a request of its own.
   */
  public abstract void idempotencyKey(
      long correlationId, byte[] bytes, int offset, int length, int item);

  /**
   * Gives a claimed slot back unused.
   *
   * @param correlationId as claimed.
   */
  public abstract void abort(long correlationId);

  /**
   * Sends a claimed request on its way. Its handler may be called before this returns.
   *
   * @param correlationId as claimed.
   * @param payloadLength in bytes, at least an SBE header.
   */
  public abstract void submit(long correlationId, int payloadLength);

  /**
   * Shards of the cluster.
   *
   * @return the number.
   */
  public abstract int shardCount();

  /**
   * When a request ends that nobody answers, counted from the time that it was claimed with.
   *
   * @return positive nanoseconds.
   */
  public abstract long requestTimeoutNs();

  /**
   * Most requests that can be under way here; one more is refused as {@link #FULL}.
   *
   * @return the number.
   */
  public abstract int capacity();

  /**
   * Tells the handler of a request for which there was no place, as a proxy does that has no other
   * way to say so.
   *
   * @param code {@link #FULL} or {@link #CLOSING}, as {@link #tryClaim} returned it.
   * @param handler receives the end of the request.
   * @param cookie is handed back with it.
   */
  public static void refuse(final long code, final ReplyHandler handler, final long cookie) {
    final Outcome outcome = code == CLOSING ? Outcome.CLOSING : Outcome.BUSY;
    handler.onReply(cookie, outcome, 0, 0, false, null, 0, 0);
  }
}
