package io.tally.engine;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * SBE's standard message header as one 64-bit word: block length, template id, schema id and
 * version, 16 bits each from the lowest, little-endian. The same bytes as the generated header
 * codecs read and write, with one access to the buffer instead of four: a command passes four
 * headers on its road.
 */
public final class MessageHeaderWord {
  /** Bytes of the header. */
  public static final int ENCODED_LENGTH = Long.BYTES;

  private static final int TEMPLATE_ID_SHIFT = 16;
  private static final int SCHEMA_ID_SHIFT = 32;
  private static final int VERSION_SHIFT = 48;
  private static final int FIELD = 0xFFFF;

  private MessageHeaderWord() {}

  /**
   * Makes a word of its fields, 0 to 65,535 each.
   *
   * @param blockLength in bytes.
   * @param templateId of the message.
   * @param schemaId of the message's schema.
   * @param version of the message's schema.
   * @return the word.
   */
  public static long of(
      final int blockLength, final int templateId, final int schemaId, final int version) {
    return blockLength
        | (long) templateId << TEMPLATE_ID_SHIFT
        | (long) schemaId << SCHEMA_ID_SHIFT
        | (long) version << VERSION_SHIFT;
  }

  /**
   * Reads a header.
   *
   * @param buffer holds the message.
   * @param offset of the message; {@link #ENCODED_LENGTH} bytes must follow.
   * @return the word.
   */
  public static long get(final DirectBuffer buffer, final int offset) {
    return buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes a header.
   *
   * @param buffer to hold the message.
   * @param offset of the message.
   * @param word the header.
   */
  public static void put(final MutableDirectBuffer buffer, final int offset, final long word) {
    buffer.putLong(offset, word, ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Length of the message's fixed part.
   *
   * @param word a header.
   * @return length in bytes.
   */
  public static int blockLength(final long word) {
    return (int) word & FIELD;
  }

  /**
   * Which message it is.
   *
   * @param word a header.
   * @return the template id.
   */
  public static int templateId(final long word) {
    return (int) (word >>> TEMPLATE_ID_SHIFT) & FIELD;
  }

  /**
   * The schema that the message belongs to.
   *
   * @param word a header.
   * @return the schema id.
   */
  public static int schemaId(final long word) {
    return (int) (word >>> SCHEMA_ID_SHIFT) & FIELD;
  }

  /**
   * Version of the schema that the message was written by.
   *
   * @param word a header.
   * @return the version.
   */
  public static int version(final long word) {
    return (int) (word >>> VERSION_SHIFT);
  }
}
