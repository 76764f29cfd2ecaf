package io.tally.counter;

import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;

/**
 * Typed entry to the counters for one event loop: encodes each call into a pending slot of that
 * loop's {@link Ingress}. Every call is answered through its handler exactly once, possibly before
 * the call returns. Not thread-safe.
 */
public final class CounterProxy {
  /** Bound of a counter's id in bytes. */
  public static final int MAX_ID_LENGTH = 256;

  // In which version of the schema each message last changed: an owner that knows it can take it.
  private static final int INCREMENT_VERSION = 0;
  private static final int GET_VALUE_VERSION = 0;

  private static final long INCREMENT_HEADER =
      MessageHeaderWord.of(
          IncrementEncoder.BLOCK_LENGTH,
          IncrementEncoder.TEMPLATE_ID,
          IncrementEncoder.SCHEMA_ID,
          INCREMENT_VERSION);

  private static final long GET_VALUE_HEADER =
      MessageHeaderWord.of(
          GetValueEncoder.BLOCK_LENGTH,
          GetValueEncoder.TEMPLATE_ID,
          GetValueEncoder.SCHEMA_ID,
          GET_VALUE_VERSION);

  private final IncrementEncoder increment = new IncrementEncoder();
  private final GetValueEncoder getValue = new GetValueEncoder();
  private final Ingress ingress;

  /**
   * Creates a proxy.
   *
   * @param ingress of the same event loop.
   */
  public CounterProxy(final Ingress ingress) {
    this.ingress = ingress;
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
   * @param key holds the idempotency key.
   * @param keyOffset of the key.
   * @param keyLength of the key in bytes, 0 (none) to 128.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void increment(
      final long nowNs,
      final byte[] id,
      final int idOffset,
      final int idLength,
      final long amount,
      final byte[] key,
      final int keyOffset,
      final int keyLength,
      final ReplyHandler handler,
      final long cookie) {
    checkLength("id", idLength, 1, MAX_ID_LENGTH);
    checkLength("idempotency key", keyLength, 0, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH);
    final long entityHash = StableHash.hash(id, idOffset, idLength);
    final long placementHash = StableHash.placement(id, idOffset, idLength, entityHash);
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash, entityHash, true, handler, cookie);
    if (correlationId < 0) {
      refuse(correlationId, handler, cookie);
      return;
    }
    if (keyLength > 0) {
      ingress.idempotencyKey(correlationId, key, keyOffset, keyLength);
    }
    final int offset = ingress.payloadOffset(correlationId);
    MessageHeaderWord.put(ingress.buffer(), offset, INCREMENT_HEADER);
    increment
        .wrap(ingress.buffer(), offset + MessageHeaderWord.ENCODED_LENGTH)
        .amount(amount)
        .putCounterId(id, idOffset, idLength);
    ingress.submit(correlationId, MessageHeaderWord.ENCODED_LENGTH + increment.encodedLength());
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
      refuse(correlationId, handler, cookie);
      return;
    }
    final int offset = ingress.payloadOffset(correlationId);
    MessageHeaderWord.put(ingress.buffer(), offset, GET_VALUE_HEADER);
    getValue
        .wrap(ingress.buffer(), offset + MessageHeaderWord.ENCODED_LENGTH)
        .putCounterId(id, idOffset, idLength);
    ingress.submit(correlationId, MessageHeaderWord.ENCODED_LENGTH + getValue.encodedLength());
  }

  private static void refuse(final long code, final ReplyHandler handler, final long cookie) {
    final Outcome outcome = code == Ingress.CLOSING ? Outcome.CLOSING : Outcome.BUSY;
    handler.onReply(cookie, outcome, 0, 0, false, null, 0, 0);
  }

  private static void checkLength(
      final String what, final int length, final int min, final int max) {
    if (length < min || length > max) {
      throw new IllegalArgumentException(what + " length out of range: " + length);
    }
  }
}
