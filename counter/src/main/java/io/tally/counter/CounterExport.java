package io.tally.counter;

import io.tally.counter.codecs.CounterRowDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** Reads the counters in the records of a snapshot. Not thread-safe. */
public final class CounterExport {
  private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

  /** The block as version 0 had it. */
  private static final int MIN_BLOCK_LENGTH = 16;

  private static final long NS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final CounterRowDecoder row = new CounterRowDecoder();
  private final byte[] id = new byte[1 << Short.SIZE];

  /** Takes counters. */
  @FunctionalInterface
  public interface Handler {
    /** There is no deadline, or no version. */
    long NONE = 0;

    /** Kind of a limit with a burst, whose value follows from the time. */
    String RATE = "rate";

    /**
     * Takes a counter.
     *
     * @param id of the counter.
     * @param value of the counter; of a rate, how much of it was used.
     * @param ttlMs milliseconds that it had left, rounded up, or {@link #NONE}.
     * @param version of the counter, or {@link #NONE} in a snapshot that holds no versions.
     * @param kind {@link #RATE}, or empty for a counter that can be set.
     */
    void onCounter(String id, long value, long ttlMs, long version, String kind);
  }

  /** Creates a reader. */
  public CounterExport() {}

  /**
   * Takes a record, of whatever schema.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @param timeNs the shard's time at the instant of the snapshot, nanoseconds since 1970.
   * @param to is told the counter, if the record is of one that had not expired then.
   * @throws IllegalArgumentException if the record is not sound.
   */
  public void onRecord(
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final long timeNs,
      final Handler to) {
    if (header.wrap(buffer, offset).schemaId() != CounterRowDecoder.SCHEMA_ID
        || header.templateId() != CounterRowDecoder.TEMPLATE_ID) {
      return;
    }
    final int end = offset + length;
    final int idHeader = offset + HEADER_LENGTH + header.blockLength();
    final int idOffset = idHeader + CounterRowDecoder.counterIdHeaderLength();
    if (header.blockLength() < minBlockLength(header.version()) || idOffset > end) {
      throw new IllegalArgumentException("no record of a counter");
    }
    row.wrapAndApplyHeader(buffer, offset, header);
    final int idLength = row.counterIdLength();
    if (idOffset + idLength > end) {
      throw new IllegalArgumentException("no record of a counter");
    }
    row.getCounterId(id, 0, idLength);
    final String name = new String(id, 0, idLength, StandardCharsets.UTF_8);
    if (row.actingVersion() == 0) {
      to.onCounter(name, row.value(), Handler.NONE, Handler.NONE, "");
    } else {
      show(name, timeNs, to);
    }
  }

  private static int minBlockLength(final int version) {
    return version == 0 ? MIN_BLOCK_LENGTH : CounterRowDecoder.BLOCK_LENGTH;
  }

  private void show(final String name, final long timeNs, final Handler to) {
    final long deadlineNs = row.deadlineNs();
    if (deadlineNs <= timeNs) {
      return;
    }
    final boolean hasDeadline = deadlineNs != CounterRows.NO_DEADLINE;
    final boolean rate = row.flags().rate();
    final long value = rate ? Gcra.used(timeNs, deadlineNs, row.intervalNs()) : row.value();
    to.onCounter(
        name,
        value,
        hasDeadline ? ceilDiv(deadlineNs - timeNs, NS_PER_MS) : Handler.NONE,
        row.counterVersion(),
        rate ? Handler.RATE : "");
  }

  // Both above 0, and without a sum that could overflow.
  private static long ceilDiv(final long dividend, final long divisor) {
    return (dividend - 1) / divisor + 1;
  }
}
