package io.tally.engine;

import io.tally.engine.internal.MessageLengths;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * Asks a service, for one event loop, for entities by their ids: each call is a message encoded
 * into a pending slot of that loop's {@link Ingress}. It is begun, gets its fields, and is
 * submitted. Every call is answered through its handler exactly once, possibly before {@link
 * #begin} or {@link #submit} returns. Not thread-safe.
 */
public final class ServiceProxy {
  private final Ingress ingress;
  private long correlationId;
  private int length;

  /**
   * Creates a proxy.
   *
   * @param ingress of the same event loop.
   */
  public ServiceProxy(final Ingress ingress) {
    this.ingress = ingress;
  }

  /**
   * Begins a call. If there is no room for it, the handler is told so. Its message is of the
   * version in which it got its latest field: an owner that knows that one, and the one in which
   * the message was added ({@link MessageType#since}), can take it.
   *
   * @param message is wrapped around the fields, which are to be set before {@link #submit}.
   * @param write whether it may change state.
   * @param nowNs current time in nanoseconds.
   * @param id holds the entity's id from its start. The bytes are copied.
   * @param idLength of the id in bytes, 1 to {@link EntityMessage#MAX_ID_LENGTH}.
   * @param key holds the idempotency key of a write from its start. The bytes are copied.
   * @param keyLength of the key in bytes, 0 (none) to {@link Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   * @return true if the call is to be submitted now, false if the handler has been told.
   * @throws IllegalArgumentException if the message has no room in a short payload, or a length is
   *     out of its range; the handler is not told then.
   */
  public boolean begin(
      final MessageEncoderFlyweight message,
      final boolean write,
      final long nowNs,
      final byte[] id,
      final int idLength,
      final byte[] key,
      final int keyLength,
      final ReplyHandler handler,
      final long cookie) {
    // Refused here, since a slot that is claimed must be submitted.
    EntityMessage.requireIdLength(idLength);
    if (keyLength < 0 || keyLength > Ingress.MAX_IDEMPOTENCY_KEY_LENGTH) {
      throw new IllegalArgumentException("idempotency key length out of range: " + keyLength);
    }
    final int payloadLength = EntityMessage.length(message, idLength);
    if (payloadLength > MessageLengths.SHORT_COMMAND_BOUND) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    final long entityHash = StableHash.hash(id, 0, idLength);
    final long placementHash = StableHash.placement(id, 0, idLength, entityHash);
    correlationId = ingress.tryClaim(nowNs, placementHash, entityHash, write, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return false;
    }
    if (keyLength > 0) {
      ingress.idempotencyKey(correlationId, key, 0, keyLength);
    }
    final int offset = ingress.payloadOffset(correlationId);
    final int version = MessageFields.of(message).version();
    length = EntityMessage.put(message, version, ingress.buffer(), offset, id, 0, idLength);
    return true;
  }

  /** Sends the call that was begun on its way. */
  public void submit() {
    ingress.submit(correlationId, length);
  }
}
