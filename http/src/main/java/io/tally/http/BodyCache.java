package io.tally.http;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Knows what short bodies say that have come before, byte by byte the same and for the same row. So
 * they are not parsed again: most clients of a quota ask with the same limit each time. Which
 * bodies are good is never judged here.
 *
 * <p>One for each event loop, not thread-safe.
 */
final class BodyCache {
  private static final int MIN_BYTES = Long.BYTES;
  private static final int MAX_BODY_BYTES = 128;

  /** Heap that a {@link Known} takes beside what it holds. */
  private static final int KNOWN_BYTES = 80;

  /** Heap that a cache takes at most. */
  static final long MAX_BYTES =
      (long) Repeats.PLACES
          * (Repeats.PLACE_BYTES + KNOWN_BYTES + MAX_BODY_BYTES + Parameters.MAX * Long.BYTES);

  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);

  private final Repeats<Known> known = new Repeats<>();

  /** 0 if the body was not looked at. */
  private long hash;

  /** A good body, and what it gives of the parameters of a row. */
  private record Known(Parameters parameters, byte[] bytes, long given, long[] values) {
    boolean is(final Parameters expected, final byte[] body, final int offset, final int length) {
      return parameters == expected
          && Arrays.equals(bytes, 0, bytes.length, body, offset, offset + length);
    }
  }

  /** Reads a body into the values, if it is known. */
  boolean read(
      final Parameters expected,
      final byte[] body,
      final int offset,
      final int length,
      final GivenValues into) {
    hash = 0;
    if (length < MIN_BYTES || length > MAX_BODY_BYTES) {
      return false;
    }
    hash = hash(expected, body, offset, length);
    final Known found = known.at(hash);
    if (found == null || !found.is(expected, body, offset, length)) {
      return false;
    }
    into.copy(found.given, found.values, 0);
    return true;
  }

  /** The last word may have bytes of the one before: it is the one that ends with the body. */
  private static long hash(
      final Parameters expected, final byte[] body, final int offset, final int length) {
    final int last = offset + length - Long.BYTES;
    long mixed = (long) System.identityHashCode(expected) << Integer.SIZE ^ length;
    for (int at = offset; at < last; at += Long.BYTES) {
      mixed = (mixed ^ (long) WORDS.get(body, at)) * MULTIPLIER;
    }
    return (mixed ^ (long) WORDS.get(body, last)) * MULTIPLIER;
  }

  /**
   * Remembers the body that {@link #read} did not know, if it has come twice.
   *
   * @param good what it gives.
   */
  void learn(
      final Parameters expected,
      final byte[] body,
      final int offset,
      final int length,
      final GivenValues good) {
    if (hash == 0 || !known.isMissedAgain(hash)) {
      return;
    }
    known.keep(
        hash,
        new Known(
            expected,
            Arrays.copyOfRange(body, offset, offset + length),
            good.mask(),
            good.slots().clone()));
  }
}
