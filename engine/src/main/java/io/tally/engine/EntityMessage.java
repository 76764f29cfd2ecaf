package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.sbe.MessageDecoderFlyweight;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * A message about one entity: an SBE header, fixed fields, and the entity's id as the only data of
 * variable length, behind a length of 16 bits. Reading it guards the lengths, which come from the
 * network. An instance reads one message after the other; not thread-safe.
 */
public final class EntityMessage {
  /** Bound of an id in bytes. */
  public static final int MAX_ID_LENGTH = 256;

  private static final int ID_HEADER_LENGTH = Short.BYTES;

  /** Bound of a message without fields in bytes. */
  public static final int MAX_PLAIN_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH + ID_HEADER_LENGTH + MAX_ID_LENGTH;

  private DirectBuffer buffer;
  private int offset;
  private int idOffset;
  private int idLength;
  private int end;

  /** Creates one that is to be wrapped. */
  public EntityMessage() {}

  /**
   * Length of a message.
   *
   * @param message its encoder.
   * @param idLength of the entity's id in bytes.
   * @return bytes.
   */
  public static int length(final MessageEncoderFlyweight message, final int idLength) {
    return FixedMessage.length(message) + ID_HEADER_LENGTH + idLength;
  }

  /**
   * Begins a message: writes its header, zeros for its fields, and the id.
   *
   * @param message is wrapped around the fields, which are to be set; the id must not be.
   * @param version of the schema in which the message last changed.
   * @param buffer to hold the message.
   * @param offset of the message.
   * @param id holds the entity's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @return length of the message in bytes.
   * @throws IllegalArgumentException if the length of the id is out of its range.
   */
  public static int put(
      final MessageEncoderFlyweight message,
      final int version,
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength) {
    requireIdLength(idLength);
    final int idHeader = offset + FixedMessage.put(message, version, buffer, offset);
    putId(buffer, idHeader, id, idOffset, idLength);
    return length(message, idLength);
  }

  /**
   * Writes a message without fields: its header, and the id.
   *
   * @param header {@link MessageHeaderWord} of the message, with a block length of 0.
   * @param buffer to hold the message.
   * @param offset of the message.
   * @param id holds the entity's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link #MAX_ID_LENGTH}.
   * @return length of the message in bytes.
   * @throws IllegalArgumentException if the length of the id is out of its range.
   */
  public static int put(
      final long header,
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength) {
    requireIdLength(idLength);
    MessageHeaderWord.put(buffer, offset, header);
    putId(buffer, offset + MessageHeaderWord.ENCODED_LENGTH, id, idOffset, idLength);
    return MessageHeaderWord.ENCODED_LENGTH + ID_HEADER_LENGTH + idLength;
  }

  /** Writes an id behind its length. */
  static void putId(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] id,
      final int idOffset,
      final int idLength) {
    buffer.putShort(offset, (short) idLength, LITTLE_ENDIAN);
    buffer.putBytes(offset + ID_HEADER_LENGTH, id, idOffset, idLength);
  }

  /**
   * Makes a message without fields, such as the read of an entity.
   *
   * @param message its encoder.
   * @param id of the entity, 1 to {@link #MAX_ID_LENGTH} bytes.
   * @return the whole message.
   */
  public static DirectBuffer of(final MessageEncoderFlyweight message, final byte[] id) {
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length(message, id.length)]);
    put(message, MessageFields.of(message).version(), buffer, 0, id, 0, id.length);
    return buffer;
  }

  /**
   * Looks at a message whose header and fixed part are known to lie within it, as those are that
   * {@link ShardService#onCommand} is given.
   *
   * @param from holds the message.
   * @param messageOffset of the message.
   * @param length of the message in bytes.
   * @return false if no id follows the fixed part.
   */
  public boolean wrap(final DirectBuffer from, final int messageOffset, final int length) {
    buffer = from;
    offset = messageOffset;
    end = messageOffset + length;
    final int idHeader =
        messageOffset
            + MessageHeaderWord.ENCODED_LENGTH
            + MessageHeaderWord.blockLength(MessageHeaderWord.get(from, messageOffset));
    idOffset = idHeader + ID_HEADER_LENGTH;
    idLength = idOffset > end ? 0 : from.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    return isIdLength(idLength) && idLength <= end - idOffset;
  }

  /**
   * Reads the fixed part.
   *
   * @param message decoder of the message that this is.
   * @param <D> its type.
   * @return the decoder, wrapped around the fields.
   * @throws IllegalArgumentException if it is another message.
   */
  public <D extends MessageDecoderFlyweight> D fixed(final D message) {
    if (!FixedMessage.wrap(message, buffer, offset, end - offset)) {
      throw new IllegalArgumentException("not a message " + message.sbeTemplateId());
    }
    return message;
  }

  /**
   * The id of the entity.
   *
   * @return a copy.
   */
  public byte[] id() {
    final byte[] id = new byte[idLength];
    buffer.getBytes(idOffset, id);
    return id;
  }

  /**
   * Where the id of the entity begins.
   *
   * @return its offset in the buffer that was wrapped.
   */
  public int idOffset() {
    return idOffset;
  }

  /**
   * How long the id of the entity is.
   *
   * @return bytes.
   */
  public int idLength() {
    return idLength;
  }

  static void requireIdLength(final int length) {
    if (!isIdLength(length)) {
      throw new IllegalArgumentException("id length out of range: " + length);
    }
  }

  private static boolean isIdLength(final int length) {
    return length >= 1 && length <= MAX_ID_LENGTH;
  }
}
