package io.tally.engine.internal;

import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/** The number of a snapshot's records, and the CRC-32C of their bytes. */
final class RecordDigest {
  private final CRC32C crc = new CRC32C();
  private final byte[] piece = new byte[1024];
  private long count;

  void add(final DirectBuffer buffer, final int offset, final int length) {
    addBytes(buffer, offset, length);
    count++;
  }

  /** Adds bytes of a record that is not counted. */
  void addBytes(final DirectBuffer buffer, final int offset, final int length) {
    for (int done = 0; done < length; done += piece.length) {
      final int next = Math.min(piece.length, length - done);
      buffer.getBytes(offset + done, piece, 0, next);
      crc.update(piece, 0, next);
    }
  }

  long count() {
    return count;
  }

  long value() {
    return crc.getValue();
  }
}
