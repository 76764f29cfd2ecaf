package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as the hexadecimal text of their bytes. */
final class WireBytes {
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;

  private WireBytes() {}

  /** A field of variable length, as a decoder gives it. */
  interface Field {
    int get(byte[] target, int offset, int length);
  }

  static String text(final int length, final Field field) {
    final byte[] target = new byte[length];
    field.get(target, 0, length);
    return new String(target, StandardCharsets.US_ASCII);
  }

  static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static UnsafeBuffer of(final String hex) {
    return new UnsafeBuffer(HexFormat.of().parseHex(hex));
  }

  /** A message at the start of a buffer, by the length of what follows its header. */
  static String hex(final DirectBuffer buffer, final int bodyLength) {
    final byte[] written = new byte[HEADER_LENGTH + bodyLength];
    buffer.getBytes(0, written);
    return HexFormat.of().formatHex(written);
  }
}
