package io.tally.engine;

import io.tally.engine.internal.CommandLayout;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * A command message of a service.
 *
 * @param templateId of the message in the service's schema, 1 to 65,534.
 * @param name for metrics.
 * @param write whether it may change state. A read may be applied any number of times.
 * @param minBlockLength of its fixed part in the version in which it was added, in bytes; later
 *     versions have longer ones. A command with a shorter one is refused before the service sees
 *     it.
 * @param maxReplyLength bound of its reply, SBE header included, 0 to 65,534 bytes.
 * @param sinceVersion of the schema in which it was added, 0 to {@link
 *     ServiceDefinition#version()}: no node sends it to an owner of an earlier one. Generated
 *     codecs do not tell it.
 */
public record MessageType(
    int templateId,
    String name,
    boolean write,
    int minBlockLength,
    int maxReplyLength,
    int sinceVersion) {
  /** SBE's 16-bit fields have one value more, which stands for none. */
  public static final int MAX_UINT16 = 65_534;

  /**
   * A message about an entity, as {@link EntityMessage} has it. Its generated encoder tells which
   * fields it had when it was added.
   *
   * @param name as above.
   * @param write as above.
   * @param message its encoder.
   * @param reply encoder of what answers it, a {@link FixedMessage}.
   * @return the message type.
   */
  public static MessageType of(
      final String name,
      final boolean write,
      final MessageEncoderFlyweight message,
      final MessageEncoderFlyweight reply) {
    return new MessageType(
        message.sbeTemplateId(),
        name,
        write,
        MessageFields.of(message).firstBlockLength(),
        FixedMessage.length(reply));
  }

  /**
   * A message that there was from the beginning.
   *
   * @param templateId as above.
   * @param name as above.
   * @param write as above.
   * @param minBlockLength as above.
   * @param maxReplyLength as above.
   */
  public MessageType(
      final int templateId,
      final String name,
      final boolean write,
      final int minBlockLength,
      final int maxReplyLength) {
    this(templateId, name, write, minBlockLength, maxReplyLength, 0);
  }

  /**
   * This message, as one that was added later.
   *
   * @param version of the schema in which it was added.
   * @return the message type.
   */
  public MessageType since(final int version) {
    return new MessageType(templateId, name, write, minBlockLength, maxReplyLength, version);
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if something is out of its range.
   */
  public MessageType {
    if (templateId < 1 || templateId > MAX_UINT16) {
      throw new IllegalArgumentException("not a template id: " + templateId);
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("message " + templateId + " has no name");
    }
    if (minBlockLength < 0 || minBlockLength > MAX_UINT16) {
      throw new IllegalArgumentException("not a block length: " + minBlockLength);
    }
    if (maxReplyLength < 0 || maxReplyLength > CommandLayout.MAX_PAYLOAD_LENGTH) {
      throw new IllegalArgumentException(
          "the longest reply must be from 0 to "
              + CommandLayout.MAX_PAYLOAD_LENGTH
              + " bytes: "
              + maxReplyLength);
    }
  }
}
