package io.tally.engine;

import io.tally.engine.internal.MessageLengths;
import java.util.List;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * Asks a service, for one event loop, for entities by their ids: each call is a message encoded
 * into a pending slot of that loop's {@link Ingress}. A message with fields is begun, gets them,
 * and is submitted; for one without there is {@link #ask}. Every call is answered through its
 * handler exactly once, possibly before {@link #begin}, {@link #submit} or {@link #ask} returns.
 * Not thread-safe.
 */
public final class ServiceProxy {
  private final Ingress ingress;
  private final int schemaId;
  private final List<MessageType> messages;
  private long correlationId;
  private int length;

  /**
   * Creates a proxy of a service whose messages all have encoders.
   *
   * @param ingress of the same event loop.
   */
  public ServiceProxy(final Ingress ingress) {
    this(ingress, 0, List.of());
  }

  /**
   * Creates a proxy that knows the messages of its service, and so asks with those without fields
   * by their template ids.
   *
   * @param ingress of the same event loop.
   * @param service says which messages there are.
   */
  public ServiceProxy(final Ingress ingress, final ServiceDefinition service) {
    this(ingress, service.schemaId(), List.copyOf(service.messages()));
  }

  private ServiceProxy(
      final Ingress ingress, final int schemaId, final List<MessageType> messages) {
    this.ingress = ingress;
    this.schemaId = schemaId;
    this.messages = messages;
  }

  /**
   * Finds a message without fields.
   *
   * @param templateId of the message.
   * @return what the service says of it.
   * @throws IllegalArgumentException if the service has no such message, or it has fields.
   */
  public MessageType message(final int templateId) {
    for (int i = 0; i < messages.size(); i++) {
      final MessageType message = messages.get(i);
      if (message.templateId() == templateId && message.minBlockLength() == 0) {
        return message;
      }
    }
    throw new IllegalArgumentException(
        "the service has no message " + templateId + " without fields");
  }

  /**
   * Asks with a message without fields: its header, and the id as an {@link EntityMessage} has it.
   * If there is no room for it, the handler is told so.
   *
   * @param templateId of the message, which says whether it writes.
   * @param nowNs current time in nanoseconds.
   * @param id holds the entity's id from its start. The bytes are copied.
   * @param idLength of the id in bytes, 1 to {@link EntityMessage#MAX_ID_LENGTH}.
   * @param idempotencyKey holds the idempotency key from its start, of which a read makes no use.
   *     The bytes are copied.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   * @throws IllegalArgumentException if the service has no such message, or a length is out of its
   *     range; the handler is not told then.
   */
  public void ask(
      final int templateId,
      final long nowNs,
      final byte[] id,
      final int idLength,
      final byte[] idempotencyKey,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    final MessageType message = message(templateId);
    requireLengths(idLength, idempotencyKeyLength);
    final int usedIdempotencyKeyLength = message.write() ? idempotencyKeyLength : 0;
    if (isClaimed(
        message.write(),
        nowNs,
        id,
        idLength,
        idempotencyKey,
        usedIdempotencyKeyLength,
        handler,
        cookie)) {
      length =
          EntityMessage.put(
              MessageHeaderWord.of(0, templateId, schemaId, message.sinceVersion()),
              ingress.buffer(),
              ingress.payloadOffset(correlationId),
              id,
              0,
              idLength);
      submit();
    }
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
   * @param idempotencyKey holds the idempotency key of a write from its start. The bytes are
   *     copied.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
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
      final byte[] idempotencyKey,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    requireLengths(idLength, idempotencyKeyLength);
    final int payloadLength = EntityMessage.length(message, idLength);
    if (payloadLength > MessageLengths.SHORT_COMMAND_BOUND) {
      throw new IllegalArgumentException("payload length out of range: " + payloadLength);
    }
    if (!isClaimed(
        write, nowNs, id, idLength, idempotencyKey, idempotencyKeyLength, handler, cookie)) {
      return false;
    }
    final int offset = ingress.payloadOffset(correlationId);
    final int version = MessageFields.of(message).version();
    length = EntityMessage.put(message, version, ingress.buffer(), offset, id, 0, idLength);
    return true;
  }

  /** Refused before the claim, since a slot that is claimed must be submitted. */
  private static void requireLengths(final int idLength, final int idempotencyKeyLength) {
    EntityMessage.requireIdLength(idLength);
    if (idempotencyKeyLength < 0 || idempotencyKeyLength > Ingress.MAX_IDEMPOTENCY_KEY_LENGTH) {
      throw new IllegalArgumentException(
          "idempotency key length out of range: " + idempotencyKeyLength);
    }
  }

  private boolean isClaimed(
      final boolean write,
      final long nowNs,
      final byte[] id,
      final int idLength,
      final byte[] idempotencyKey,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    final long entityHash = StableHash.hash(id, 0, idLength);
    final long placementHash = StableHash.placement(id, 0, idLength, entityHash);
    correlationId = ingress.tryClaim(nowNs, placementHash, entityHash, write, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return false;
    }
    if (idempotencyKeyLength > 0) {
      ingress.idempotencyKey(correlationId, idempotencyKey, 0, idempotencyKeyLength);
    }
    return true;
  }

  /** Sends the call that was begun on its way. */
  public void submit() {
    ingress.submit(correlationId, length);
  }
}
