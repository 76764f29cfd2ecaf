package io.tally.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A body that comes in parts. One for each connection; not thread-safe. */
final class BodyParts {
  private static final int INITIAL_BYTES = 256;
  private static final int KEPT_BYTES = 1_024;
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;

  /** Memory that it keeps. */
  int heldBytes() {
    return bytes.length;
  }

  byte[] bytes() {
    return bytes;
  }

  /** So much has come. */
  int length() {
    return length;
  }

  void begin() {
    length = 0;
  }

  /** Adds a part, which is only counted if the body is not to be kept. */
  void append(final ByteBuf part, final boolean keep, final int maxBytes) {
    final int added = part.readableBytes();
    if (keep) {
      if (bytes.length - length < added) {
        final int doubled = Math.max(INITIAL_BYTES, 2 * (length + added));
        bytes = Arrays.copyOf(bytes, Math.min(doubled, maxBytes));
      }
      part.readBytes(bytes, length, added);
    }
    length += added;
  }

  /** It was taken: what is small is kept for the next one. */
  void end() {
    if (bytes.length > KEPT_BYTES) {
      forget();
    }
  }

  void forget() {
    bytes = NONE;
  }
}
