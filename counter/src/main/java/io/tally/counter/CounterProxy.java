package io.tally.counter;

import io.tally.engine.EntityMessage;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;
import java.util.Objects;

/**
 * Typed entry to the counters for one event loop: encodes each call into a pending slot of that
 * loop's {@link Ingress}. Every call is answered through its handler exactly once, possibly before
 * the call returns. Not thread-safe.
 */
public final class CounterProxy {
  /** Bound of a counter's id in bytes. */
  public static final int MAX_ID_LENGTH = EntityMessage.MAX_ID_LENGTH;

  private final CounterMessages messages = new CounterMessages();
  private final Ingress ingress;
  private long refusal;

  /**
   * Creates a proxy.
   *
   * @param ingress of the same event loop.
   */
  public CounterProxy(final Ingress ingress) {
    this.ingress = ingress;
  }

  /**
   * Whether so many calls find room, if nothing else is called before.
   *
   * @param count of the calls.
   * @return false if one of them would be refused for want of room, or because the node closes.
   */
  public boolean hasRoom(final int count) {
    refusal = ingress.refusalOf(count);
    return refusal == 0;
  }

  /**
   * Tells a handler why {@link #hasRoom} was false when it was last asked.
   *
   * @param handler receives the refusal.
   * @param cookie is handed back with it.
   */
  public void refuse(final ReplyHandler handler, final long cookie) {
    Ingress.refuse(refusal, handler, cookie);
  }

  /**
   * Adds to a counter. The reply is the new value, or the unchanged one with a status that says
   * why.
   *
   * @param nowNs current time in nanoseconds.
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @param amount to add.
   * @param idempotencyKey holds the idempotency key.
   * @param idempotencyKeyOffset of the key.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void increment(
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final long amount,
      final byte[] idempotencyKey,
      final int idempotencyKeyOffset,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    incrementItem(
        nowNs,
        id,
        idOffset,
        idLength,
        amount,
        idempotencyKey,
        idempotencyKeyOffset,
        idempotencyKeyLength,
        0,
        handler,
        cookie);
  }

  /**
   * The same for one of several items for this counter, all under one idempotency key. The key of
   * an item is never taken for that of a request of its own.
   *
   * @param nowNs current time in nanoseconds.
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @param amount to add.
   * @param idempotencyKey holds the idempotency key.
   * @param idempotencyKeyOffset of the key.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param keyItem which of the items for this counter it is, from 1; 0 for a request of its own.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void incrementItem(
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final long amount,
      final byte[] idempotencyKey,
      final int idempotencyKeyOffset,
      final int idempotencyKeyLength,
      final int keyItem,
      final ReplyHandler handler,
      final long cookie) {
    final long correlationId =
        claimWrite(
            nowNs,
            id,
            idOffset,
            idLength,
            idempotencyKey,
            idempotencyKeyOffset,
            idempotencyKeyLength,
            keyItem,
            handler,
            cookie);
    if (correlationId < 0) {
      return;
    }
    final int offset = ingress.payloadOffset(correlationId);
    ingress.submit(
        correlationId,
        messages.increment(ingress.buffer(), offset, id, idOffset, idLength, amount));
  }

  /**
   * Asks for a write beyond the plain increment.
   *
   * @param operation what it does, and so what the reply is.
   * @param nowNs current time in nanoseconds.
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @param request holds what the operation reads, and is copied.
   * @param idempotencyKey holds the idempotency key.
   * @param idempotencyKeyOffset of the key.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void write(
      final CounterOperation operation,
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final CounterRequest request,
      final byte[] idempotencyKey,
      final int idempotencyKeyOffset,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    Objects.requireNonNull(operation); // Not to be found missing once there is a claim.
    final int item = request.keyItem;
    final long correlationId =
        claimWrite(
            nowNs,
            id,
            idOffset,
            idLength,
            idempotencyKey,
            idempotencyKeyOffset,
            idempotencyKeyLength,
            item,
            handler,
            cookie);
    if (correlationId < 0) {
      return;
    }
    final int offset = ingress.payloadOffset(correlationId);
    ingress.submit(
        correlationId,
        messages.write(operation, ingress.buffer(), offset, id, idOffset, idLength, request));
  }

  /**
   * Reads a counter.
   *
   * @param nowNs current time in nanoseconds.
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void get(
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final ReplyHandler handler,
      final long cookie) {
    checkLength("id", idLength, 1, MAX_ID_LENGTH);
    final long entityHash = StableHash.hash(id, idOffset, idLength);
    final long placementHash = StableHash.placement(id, idOffset, idLength, entityHash);
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash, entityHash, false, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return;
    }
    final int offset = ingress.payloadOffset(correlationId);
    ingress.submit(correlationId, messages.get(ingress.buffer(), offset, id, idOffset, idLength));
  }

  /** Has the handler told and returns a negative number if there is no slot. */
  private long claimWrite(
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final byte[] idempotencyKey,
      final int idempotencyKeyOffset,
      final int idempotencyKeyLength,
      final int keyItem,
      final ReplyHandler handler,
      final long cookie) {
    checkLength("id", idLength, 1, MAX_ID_LENGTH);
    checkLength("idempotency key", idempotencyKeyLength, 0, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH);
    final long entityHash = StableHash.hash(id, idOffset, idLength);
    final long placementHash = StableHash.placement(id, idOffset, idLength, entityHash);
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash, entityHash, true, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
    } else if (idempotencyKeyLength > 0) {
      ingress.idempotencyKey(
          correlationId, idempotencyKey, idempotencyKeyOffset, idempotencyKeyLength, keyItem);
    }
    return correlationId;
  }

  static void checkLength(final String what, final int length, final int min, final int max) {
    if (length < min || length > max) {
      throw new IllegalArgumentException(what + " length out of range: " + length);
    }
  }
}
