package io.tally.engine;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A service that is given payloads by a test as its shard would give them. */
public final class CheckedService implements ShardContext {
  private final ServiceMessages messages;
  private final ShardService service;
  private final ServiceReply reply = new ServiceReply();

  /**
   * Makes the service of one shard.
   *
   * @param definition of the service.
   */
  public CheckedService(final ServiceDefinition definition) {
    messages = new ServiceMessages(definition, 0);
    service = definition.create(0);
    service.onStart(this);
  }

  /**
   * Checks a payload, and has the service apply it if it is a message of its own.
   *
   * @param entityHash of the addressed entity.
   * @param buffer holds the payload.
   * @param offset of the payload.
   * @param length of the payload in bytes.
   * @param target takes the reply.
   * @param targetOffset where to write it.
   * @return what became of it.
   */
  public ServiceReply apply(
      final long entityHash,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer target,
      final int targetOffset) {
    reply.wrap(target, targetOffset, target.capacity() - targetOffset);
    final long header =
        length < MessageHeaderWord.ENCODED_LENGTH ? 0 : MessageHeaderWord.get(buffer, offset);
    if (MessageHeaderWord.schemaId(header) != messages.schemaId
        || messages.known(header, length) == null) {
      reply.invalid();
    } else {
      service.onCommand(
          0, entityHash, MessageHeaderWord.templateId(header), buffer, offset, length, reply);
    }
    return reply;
  }

  /**
   * Entities that have state.
   *
   * @return the number.
   */
  public long entityCount() {
    return service.entityCount();
  }

  /** Ends the life of the service. */
  public void close() {
    service.close();
  }

  @Override
  public int shardId() {
    return 0;
  }

  @Override
  public long incarnation() {
    return 1;
  }

  @Override
  public long timeNs() {
    return 0;
  }

  @Override
  public void changed(final long entityHash) {}

  @Override
  public Places places() {
    return Places.ASKED;
  }

  @Override
  public boolean setTimer(final long timerId, final long dueNs) {
    return false;
  }

  @Override
  public boolean cancelTimer(final long timerId) {
    return false;
  }
}
