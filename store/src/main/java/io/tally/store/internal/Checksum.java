package io.tally.store.internal;

import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A CRC-32C among bytes. */
final class Checksum {
  static final int LENGTH = Integer.BYTES;

  private Checksum() {}

  static void put(final MutableDirectBuffer buffer, final int offset, final CRC32C value) {
    buffer.putInt(offset, (int) value.getValue(), ByteOrder.LITTLE_ENDIAN);
  }

  static boolean fits(final DirectBuffer buffer, final int offset, final CRC32C value) {
    return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) == (int) value.getValue();
  }
}
