package io.tally.http;

import java.util.Arrays;

/** What a request gives of some {@link TextParameter}s. One for each event loop. */
final class GivenTexts {
  private static final int NOT_GIVEN = -1;
  static final int MAX = 4;

  private final int[] offsets = new int[MAX];
  private final int[] lengths = new int[MAX];

  void clear() {
    Arrays.fill(lengths, NOT_GIVEN);
  }

  void set(final int index, final int offset, final int length) {
    offsets[index] = offset;
    lengths[index] = length;
  }

  boolean has(final int index) {
    return lengths[index] != NOT_GIVEN;
  }

  int offset(final int index) {
    return offsets[index];
  }

  /** 0 if it was not given. */
  int length(final int index) {
    return Math.max(0, lengths[index]);
  }
}
