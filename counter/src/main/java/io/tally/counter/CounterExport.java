package io.tally.counter;

import io.tally.counter.codecs.CounterRowDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.ObjLongConsumer;
import org.agrona.DirectBuffer;

/** Reads the counters in the records of a snapshot. Not thread-safe. */
public final class CounterExport {
  private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
  private static final int ROW_LENGTH =
      HEADER_LENGTH + CounterRowDecoder.BLOCK_LENGTH + CounterRowDecoder.counterIdHeaderLength();

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final CounterRowDecoder row = new CounterRowDecoder();
  private final byte[] id = new byte[1 << Short.SIZE];

  /** Creates a reader. */
  public CounterExport() {}

  /**
   * Takes a record of the counters' schema.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @param to is told id and value, if the record is of a counter.
   * @throws IllegalArgumentException if the record is not sound.
   */
  public void onRecord(
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ObjLongConsumer<String> to) {
    if (header.wrap(buffer, offset).templateId() != CounterRowDecoder.TEMPLATE_ID) {
      return;
    }
    if (length < ROW_LENGTH) {
      throw new IllegalArgumentException("no record of a counter");
    }
    row.wrapAndApplyHeader(buffer, offset, header);
    final int idLength = row.counterIdLength();
    if (row.limit() + CounterRowDecoder.counterIdHeaderLength() + idLength > offset + length) {
      throw new IllegalArgumentException("no record of a counter");
    }
    row.getCounterId(id, 0, idLength);
    to.accept(new String(id, 0, idLength, StandardCharsets.UTF_8), row.value());
  }
}
