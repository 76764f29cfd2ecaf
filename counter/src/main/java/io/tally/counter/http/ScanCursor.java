package io.tally.counter.http;

import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where a scan goes on: the shard, its incarnation, a position in it. As text it is URL-safe and
 * opaque. It holds a check over itself and the prefix, so that one which was damaged, or belongs to
 * a scan of another prefix, is not taken for another place. The check is no secret: a cursor leads
 * to nothing that its client could not ask for anyway.
 */
final class ScanCursor {
  private static final byte VERSION = 1;
  private static final int CHECKED_BYTES = 1 + Short.BYTES + Long.BYTES + Integer.BYTES;
  private static final int BYTES = CHECKED_BYTES + Integer.BYTES;

  /** Length of a cursor as text. */
  static final int TEXT_BYTES = (BYTES * 4 + 2) / 3;

  /** Where a scan begins: any incarnation will do. */
  static final ScanCursor START = new ScanCursor(0, 0, 0);

  final int shard;
  final long incarnation;
  final int position;

  ScanCursor(final int shard, final long incarnation, final int position) {
    this.shard = shard;
    this.incarnation = incarnation;
    this.position = position;
  }

  /** Reads a cursor; null if it is none of a scan with this prefix. */
  static ScanCursor parse(final byte[] text, final byte[] prefix) {
    if (text.length != TEXT_BYTES) {
      return null;
    }
    final byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (final IllegalArgumentException ex) {
      return null;
    }
    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES
        || buffer.get() != VERSION
        || buffer.getInt(CHECKED_BYTES) != check(bytes, prefix)) {
      return null;
    }
    final ScanCursor cursor =
        new ScanCursor(buffer.getShort() & 0xFFFF, buffer.getLong(), buffer.getInt());
    // The last character has bits to spare, so other texts would be decoded to these bytes, too.
    return Arrays.equals(cursor.text(prefix), text) ? cursor : null;
  }

  /** This cursor as text, for a scan with this prefix. */
  byte[] text(final byte[] prefix) {
    final ByteBuffer buffer =
        ByteBuffer.allocate(BYTES)
            .put(VERSION)
            .putShort((short) shard)
            .putLong(incarnation)
            .putInt(position);
    buffer.putInt(check(buffer.array(), prefix));
    return Base64.getUrlEncoder().withoutPadding().encode(buffer.array());
  }

  private static int check(final byte[] bytes, final byte[] prefix) {
    final byte[] checked = Arrays.copyOf(bytes, CHECKED_BYTES + prefix.length);
    System.arraycopy(prefix, 0, checked, CHECKED_BYTES, prefix.length);
    return (int) StableHash.hash(checked, 0, checked.length);
  }
}
