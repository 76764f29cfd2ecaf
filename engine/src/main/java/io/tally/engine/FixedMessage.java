package io.tally.engine;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.sbe.MessageDecoderFlyweight;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * A message that is an SBE header and fixed fields, as services of entities answer with. It guards
 * what comes from the network: a decoder is wrapped only around bytes that hold all its fields, as
 * many as the message's version has.
 */
public final class FixedMessage {
  private FixedMessage() {}

  /**
   * Length of such a message.
   *
   * @param message its encoder.
   * @return bytes, header included.
   */
  public static int length(final MessageEncoderFlyweight message) {
    return MessageHeaderWord.ENCODED_LENGTH + message.sbeBlockLength();
  }

  /**
   * Begins a message: writes its header, and zeros for its fields.
   *
   * @param message is wrapped around the fields, which are to be set.
   * @param version in which the message last changed.
   * @param buffer to hold the message.
   * @param offset of the message.
   * @return length of the message in bytes.
   */
  public static int put(
      final MessageEncoderFlyweight message,
      final int version,
      final MutableDirectBuffer buffer,
      final int offset) {
    final int blockLength = message.sbeBlockLength();
    MessageHeaderWord.put(
        buffer,
        offset,
        MessageHeaderWord.of(blockLength, message.sbeTemplateId(), message.sbeSchemaId(), version));
    buffer.setMemory(offset + MessageHeaderWord.ENCODED_LENGTH, blockLength, (byte) 0);
    message.wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH);
    return MessageHeaderWord.ENCODED_LENGTH + blockLength;
  }

  /**
   * Reads a message, of any version. Fields that its version does not have are null, as SBE has it.
   *
   * @param message is wrapped around the fields.
   * @param buffer holds the message.
   * @param offset of the message.
   * @param length of the message in bytes.
   * @return false if these bytes are no such message; the decoder is not wrapped then.
   */
  public static boolean wrap(
      final MessageDecoderFlyweight message,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (length < MessageHeaderWord.ENCODED_LENGTH) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int blockLength = MessageHeaderWord.blockLength(header);
    final int version = MessageHeaderWord.version(header);
    if (MessageHeaderWord.schemaId(header) != message.sbeSchemaId()
        || MessageHeaderWord.templateId(header) != message.sbeTemplateId()
        || blockLength < message.sbeBlockLength()
            && blockLength < MessageFields.of(message).blockLength(version)
        || blockLength > length - MessageHeaderWord.ENCODED_LENGTH) {
      return false;
    }
    message.wrap(buffer, offset + MessageHeaderWord.ENCODED_LENGTH, blockLength, version);
    return true;
  }
}
