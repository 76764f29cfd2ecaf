package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterPageDecoder;
import io.tally.counter.codecs.CounterPageEncoder;
import io.tally.counter.codecs.GroupSizeEncodingDecoder;
import io.tally.counter.codecs.PageStatus;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where the parts of a CounterPage stand, counted from its header. The number of its rows is known
 * only when they are written, which the generated encoder does not allow.
 */
final class CounterPageLayout {
  /** Longest page. */
  static final int MAX_LENGTH = 24 * 1_024;

  /** Position that the last page names: no row has this number. */
  static final int NO_POSITION = 0;

  static final long HEADER =
      MessageHeaderWord.of(
          CounterPageEncoder.BLOCK_LENGTH,
          CounterPageEncoder.TEMPLATE_ID,
          CounterPageEncoder.SCHEMA_ID,
          CounterMessages.VERSION);

  static final int BLOCK = MessageHeaderWord.ENCODED_LENGTH;
  static final int NEXT_POSITION = BLOCK + CounterPageDecoder.nextPositionEncodingOffset();
  static final int STATUS = BLOCK + CounterPageDecoder.statusEncodingOffset();
  static final int GROUP = BLOCK + CounterPageDecoder.BLOCK_LENGTH;
  static final int COUNT = GROUP + GroupSizeEncodingDecoder.numInGroupEncodingOffset();
  static final int ROWS = GROUP + CounterPageDecoder.RowsDecoder.sbeHeaderSize();

  /** Counted from the start of a row. */
  static final int VALUE = CounterPageDecoder.RowsDecoder.valueEncodingOffset();

  static final int TTL_MS = CounterPageDecoder.RowsDecoder.ttlMsEncodingOffset();
  static final int ROW_BLOCK = CounterPageDecoder.RowsDecoder.sbeBlockLength();
  static final int ID = ROW_BLOCK + CounterPageDecoder.RowsDecoder.counterIdHeaderLength();
  static final int MAX_ROW = ID + CounterProxy.MAX_ID_LENGTH;

  private CounterPageLayout() {}

  static void begin(final ServiceReply reply, final PageStatus status) {
    final MutableDirectBuffer buffer = reply.buffer();
    final int start = reply.offset();
    MessageHeaderWord.put(buffer, start, HEADER);
    buffer.putByte(start + STATUS, (byte) status.value());
    buffer.putShort(start + GROUP, (short) ROW_BLOCK, LITTLE_ENDIAN);
    end(buffer, start, 0, NO_POSITION);
  }

  /** Adds a row, and returns where the next one begins. */
  static int add(
      final MutableDirectBuffer page,
      final int start,
      final int at,
      final long value,
      final long ttlMs,
      final DirectBuffer id,
      final int idOffset,
      final int idLength) {
    final int row = start + at;
    page.putLong(row + VALUE, value, LITTLE_ENDIAN);
    page.putLong(row + TTL_MS, ttlMs, LITTLE_ENDIAN);
    page.putShort(row + ROW_BLOCK, (short) idLength, LITTLE_ENDIAN);
    page.putBytes(row + ID, id, idOffset, idLength);
    return at + ID + idLength;
  }

  static void end(
      final MutableDirectBuffer page, final int start, final int count, final int nextPosition) {
    page.putShort(start + COUNT, (short) count, LITTLE_ENDIAN);
    page.putInt(start + NEXT_POSITION, nextPosition, LITTLE_ENDIAN);
  }
}
