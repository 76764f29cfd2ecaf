package io.tally.http;

import io.tally.engine.Ingress;

/**
 * Reads the value of an Idempotency-Key header: a structured-field string, or its bytes bare. Not
 * thread-safe.
 */
final class IdempotencyKey {
  /** What a key is, in words. */
  static final String FORM = "1 to " + Ingress.MAX_IDEMPOTENCY_KEY_LENGTH + " visible ASCII bytes";

  private final byte[] bytes = new byte[Ingress.MAX_IDEMPOTENCY_KEY_LENGTH];
  private int length;

  /** No key. */
  void clear() {
    length = 0;
  }

  /** Reads a value. Returns null if it is a valid key, else what is wrong with it. */
  Refusal parse(final CharSequence value) {
    length = 0;
    final int end = value.length();
    final boolean quoted = end > 0 && value.charAt(0) == '"';
    if (quoted && (end < 2 || value.charAt(end - 1) != '"')) {
      return Refusals.KEY;
    }
    final int last = quoted ? end - 1 : end;
    int count = 0;
    for (int i = quoted ? 1 : 0; i < last; i++) {
      char next = value.charAt(i);
      if (quoted && next == '"') {
        return Refusals.KEY;
      }
      if (quoted && next == '\\') {
        i++;
        next = i < last ? value.charAt(i) : 0;
        if (next != '"' && next != '\\') {
          return Refusals.KEY;
        }
      }
      if (next <= ' ' || next > '~' || count == bytes.length) {
        return Refusals.KEY;
      }
      bytes[count++] = (byte) next;
    }
    if (count == 0) {
      return Refusals.KEY;
    }
    length = count;
    return null;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }
}
