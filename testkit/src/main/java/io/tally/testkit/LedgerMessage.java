package io.tally.testkit;

import io.tally.engine.MessageHeaderWord;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The messages of the {@link Ledger}: a header, a number, and a memo up to the end. The memo's
 * bytes follow from its length and the number that was added, so that whoever gets it back can tell
 * whether it is whole.
 */
final class LedgerMessage {
  static final int SCHEMA_ID = 4_713;

  /** Adds to an account; answered with what is in it. */
  static final int ENTER = 1;

  /** Enters, and is answered with the memo as well. */
  static final int ENTER_AND_ECHO = 2;

  static final int READ = 3;
  static final int BALANCE = 4;

  /** Length without a memo. */
  static final int LENGTH = MessageHeaderWord.ENCODED_LENGTH + Long.BYTES;

  private LedgerMessage() {}

  static void put(
      final MutableDirectBuffer buffer,
      final int offset,
      final int templateId,
      final int version,
      final long number) {
    MessageHeaderWord.put(
        buffer, offset, MessageHeaderWord.of(Long.BYTES, templateId, SCHEMA_ID, version));
    buffer.putLong(offset + MessageHeaderWord.ENCODED_LENGTH, number, ByteOrder.LITTLE_ENDIAN);
  }

  static long number(final DirectBuffer buffer, final int offset) {
    return buffer.getLong(offset + MessageHeaderWord.ENCODED_LENGTH, ByteOrder.LITTLE_ENDIAN);
  }

  static void putMemo(
      final MutableDirectBuffer buffer, final int offset, final int length, final long added) {
    for (int i = 0; i < length; i++) {
      buffer.putByte(offset + LENGTH + i, memoByte(i, length, added));
    }
  }

  /** Whether these are the bytes of a message with that memo. */
  static boolean hasMemo(
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final int memoLength,
      final long added) {
    boolean whole = length == LENGTH + memoLength;
    for (int i = 0; whole && i < memoLength; i++) {
      whole = buffer.getByte(offset + LENGTH + i) == memoByte(i, memoLength, added);
    }
    return whole;
  }

  private static byte memoByte(final int index, final int length, final long added) {
    return (byte) (index * 31 + length + Long.hashCode(added));
  }
}
