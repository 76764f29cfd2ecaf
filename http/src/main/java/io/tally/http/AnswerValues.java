package io.tally.http;

import io.tally.edge.internal.Exchange;
import java.util.Arrays;

/** What the answer to a request, or to one of its items, shows. */
abstract class AnswerValues extends Exchange implements Answer {
  static final int MAX_INTEGERS = 5;
  private static final int INITIAL_ID_BYTES = 32;

  byte[] id = new byte[INITIAL_ID_BYTES];
  int idLength;
  Refusal refusal;
  long incarnation;
  boolean replayed;

  /** Bit i is set if integer i is. */
  private int integersSet;

  // Nearly every answer has one integer, and an array would be another line of the cache to fetch.
  private long first;
  private long[] others;

  final void forgetValues() {
    refusal = null;
    incarnation = 0;
    replayed = false;
    idLength = 0;
    integersSet = 0;
    // An answer whose service forgets to set one must not show that of another client.
    first = 0;
    if (others != null) {
      Arrays.fill(others, 0);
    }
  }

  final void forgetIntegers() {
    integersSet = 0;
  }

  /**
   * The id of the path.
   *
   * @return holds the id from its start; not to be changed, and valid until the response.
   */
  public byte[] id() {
    return id;
  }

  /**
   * Length of the id of the path.
   *
   * @return bytes.
   */
  public int idLength() {
    return idLength;
  }

  /**
   * Incarnation of the shard that has answered. For the row that reads its reply.
   *
   * @return the incarnation.
   */
  public long incarnation() {
    return incarnation;
  }

  /** Grows the array, once, so that it holds any id. */
  void reserveId(final int length) {
    if (id.length < length) {
      id = new byte[PathId.MAX_BYTES];
    }
  }

  @Override
  public void integer(final int index, final long value) {
    integersSet |= 1 << index;
    if (index == 0) {
      first = value;
      return;
    }
    if (others == null) {
      others = new long[MAX_INTEGERS - 1];
    }
    others[index - 1] = value;
  }

  long integer(final int index) {
    if (index == 0) {
      return first;
    }
    return others == null ? 0 : others[index - 1];
  }

  /** Bit i is set if integer i is. */
  int integersSet() {
    return integersSet;
  }

  /** Copies the integers that are set. */
  void copyIntegers(final long[] to, final int offset) {
    if (hasInteger(0)) {
      to[offset] = first;
    }
    if (hasIntegerFrom(1)) {
      System.arraycopy(others, 0, to, offset + 1, MAX_INTEGERS - 1);
    }
  }

  /** Has the answer show these integers. */
  void showIntegers(final int set, final long[] from, final int offset) {
    integersSet = set;
    first = hasInteger(0) ? from[offset] : 0;
    if (hasIntegerFrom(1)) {
      if (others == null) {
        others = new long[MAX_INTEGERS - 1];
      }
      System.arraycopy(from, offset + 1, others, 0, MAX_INTEGERS - 1);
    }
  }

  /** Has the answer show this id. */
  void showId(final byte[] bytes, final int offset, final int length) {
    reserveId(length);
    System.arraycopy(bytes, offset, id, 0, length);
    idLength = length;
  }

  boolean hasInteger(final int index) {
    return (integersSet & 1 << index) != 0;
  }

  /** Whether one at this index or a later one is set. */
  boolean hasIntegerFrom(final int index) {
    return integersSet >>> index != 0;
  }
}
