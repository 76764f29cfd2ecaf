package io.tally.engine;

import org.agrona.DirectBuffer;
import org.agrona.sbe.MessageDecoderFlyweight;

/** A command to an entity. Valid during {@link TimedEntityService#onCommand} only. */
public final class EntityCommand {
  private final EntityMessage message = new EntityMessage();
  private long timeNs;
  private long entityHash;
  private int templateId;

  EntityCommand() {}

  /** Returns false if it names no entity. */
  boolean wrap(
      final long atNs,
      final long hash,
      final int template,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    timeNs = atNs;
    entityHash = hash;
    templateId = template;
    return message.wrap(buffer, offset, length);
  }

  /**
   * The shard's time, as {@link ShardService#onCommand} is given it.
   *
   * @return nanoseconds since 1970.
   */
  public long timeNs() {
    return timeNs;
  }

  /**
   * Which message it is.
   *
   * @return its template id.
   */
  public int templateId() {
    return templateId;
  }

  /**
   * Reads the fields.
   *
   * @param decoder of the message that this is.
   * @param <D> its type.
   * @return the decoder, wrapped around the fields.
   * @throws IllegalArgumentException if it is another message.
   */
  public <D extends MessageDecoderFlyweight> D fields(final D decoder) {
    return message.fixed(decoder);
  }

  long entityHash() {
    return entityHash;
  }

  byte[] id() {
    return message.id();
  }
}
