package io.tally.http;

/**
 * Keeps what comes again and again, by its hash: each hash has one of 64 places. What comes only
 * once takes no place: it has to be missed twice in a row there. Two things may have one hash, so
 * who looks here compares what is found. Not thread-safe.
 */
final class Repeats<T> {
  private static final int PLACE_BITS = 6;
  static final int PLACES = 1 << PLACE_BITS;

  /** Heap that a place takes beside what it holds: a reference and a hash. */
  static final int PLACE_BYTES = 2 * Long.BYTES;

  private final Object[] kept = new Object[PLACES];

  /** The hashes that were missed last at each place. */
  private final long[] missed = new long[PLACES];

  /** What is kept at the place of a hash, or null. */
  @SuppressWarnings("unchecked")
  T at(final long hash) {
    return (T) kept[place(hash)];
  }

  /** Notes that it was missed, and returns whether it was so the last time, too. */
  boolean isMissedAgain(final long hash) {
    final int place = place(hash);
    final boolean again = missed[place] == hash;
    missed[place] = hash;
    return again;
  }

  void keep(final long hash, final T value) {
    kept[place(hash)] = value;
  }

  /** The upper bits: a product has mixed most into them. */
  private static int place(final long hash) {
    return (int) (hash >>> Long.SIZE - PLACE_BITS);
  }
}
