package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.PageStatus;
import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/** Reads the pages of a scan, row by row. Not thread-safe. */
public final class CounterPageAdapter {
  private DirectBuffer buffer;
  private int start;
  private int end;
  private int left;
  private int row;
  private int nextRow;
  private int rowBlock;

  /** Creates an adapter. */
  public CounterPageAdapter() {}

  /**
   * Decodes a page.
   *
   * @param page holds the page, which is read until the next wrap.
   * @param offset of the page.
   * @param length of the page in bytes.
   * @return false if these bytes are no page.
   */
  public boolean wrap(final DirectBuffer page, final int offset, final int length) {
    if (length < CounterPageLayout.ROWS) {
      return false;
    }
    final long header = MessageHeaderWord.get(page, offset);
    if (MessageHeaderWord.schemaId(header) != MessageHeaderWord.schemaId(CounterPageLayout.HEADER)
        || MessageHeaderWord.templateId(header)
            != MessageHeaderWord.templateId(CounterPageLayout.HEADER)
        || MessageHeaderWord.blockLength(header)
            != MessageHeaderWord.blockLength(CounterPageLayout.HEADER)) {
      return false;
    }
    buffer = page;
    start = offset;
    end = offset + length;
    left = page.getShort(offset + CounterPageLayout.COUNT, LITTLE_ENDIAN) & 0xFFFF;
    rowBlock = page.getShort(offset + CounterPageLayout.GROUP, LITTLE_ENDIAN) & 0xFFFF;
    nextRow = offset + CounterPageLayout.ROWS;
    return rowBlock >= CounterPageLayout.ROW_BLOCK;
  }

  /**
   * Whether the life of the shard that was meant is over, and the page has no rows therefore.
   *
   * @return true if it is.
   */
  public boolean isGone() {
    return buffer.getByte(start + CounterPageLayout.STATUS) == PageStatus.GONE.value();
  }

  /**
   * Where the next page begins.
   *
   * @return a position in the shard; 0 if there is no other page.
   */
  public int nextPosition() {
    return buffer.getInt(start + CounterPageLayout.NEXT_POSITION, LITTLE_ENDIAN);
  }

  /**
   * Goes on to the next row.
   *
   * @return false if there is none, or its bytes are not all there.
   */
  public boolean next() {
    if (left == 0 || nextRow + rowBlock + Short.BYTES > end) {
      return false;
    }
    left--;
    row = nextRow;
    nextRow = idOffset() + idLength();
    return nextRow <= end;
  }

  /**
   * The value of the row's counter.
   *
   * @return the value.
   */
  public long value() {
    return buffer.getLong(row + CounterPageLayout.VALUE, LITTLE_ENDIAN);
  }

  /**
   * Time left until the counter ends.
   *
   * @return milliseconds; 0 if it has no deadline.
   */
  public long ttlMs() {
    return buffer.getLong(row + CounterPageLayout.TTL_MS, LITTLE_ENDIAN);
  }

  /**
   * Where the id of the row's counter begins.
   *
   * @return offset in the buffer that was wrapped.
   */
  public int idOffset() {
    return row + rowBlock + Short.BYTES;
  }

  /**
   * Length of that id.
   *
   * @return bytes.
   */
  public int idLength() {
    return buffer.getShort(row + rowBlock, LITTLE_ENDIAN) & 0xFFFF;
  }
}
