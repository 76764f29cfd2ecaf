package io.tally.http;

import java.util.Arrays;

/**
 * The items of a request: each an id with members, in the order in which they were given. One for
 * each event loop, filled anew for each request; valid during the call that gets it.
 */
public final class ItemList {
  /** Most items of a request. */
  public static final int MAX_ITEMS = 1_000;

  /** The problem of a request with more items than its endpoint takes. */
  public static final ProblemType TOO_MANY_ITEMS = ProblemTypes.TOO_MANY_ITEMS;

  private static final int INITIAL_ITEMS = 8;
  private static final int MAX_BYTES = MAX_ITEMS * PathId.MAX_BYTES;

  private byte[] ids = new byte[INITIAL_ITEMS * PathId.MAX_BYTES];
  private int[] idEnds = new int[INITIAL_ITEMS];
  private long[] masks = new long[INITIAL_ITEMS];
  private long[] memberValues = new long[INITIAL_ITEMS * Parameters.MAX];
  private Parameters members = Parameters.NONE;
  private int count;

  ItemList() {}

  /**
   * Number of items.
   *
   * @return at most {@link #MAX_ITEMS}; 0 only where a query names none.
   */
  public int count() {
    return count;
  }

  /**
   * The ids.
   *
   * @return holds them one behind the other; scratch, to be copied.
   */
  public byte[] ids() {
    return ids;
  }

  /**
   * Where an item's id begins.
   *
   * @param item from 0.
   * @return offset in {@link #ids()}.
   */
  public int idOffset(final int item) {
    return item == 0 ? 0 : idEnds[item - 1];
  }

  /**
   * Length of an item's id.
   *
   * @param item from 0.
   * @return bytes, 1 to {@link PathId#MAX_BYTES}.
   */
  public int idLength(final int item) {
    return idEnds[item] - idOffset(item);
  }

  /**
   * A member of an item.
   *
   * @param item from 0.
   * @param index among those that the endpoint declares for an item.
   * @return its value, or the default.
   */
  public long member(final int item, final int index) {
    final long absent = members.get(index).absent();
    return (masks[item] & 1L << index) == 0 ? absent : memberValues[item * Parameters.MAX + index];
  }

  /**
   * Which members of an item were given, and not as null. {@link Request#item} has the request tell
   * their values.
   *
   * @param item from 0.
   * @return bit i is set if member i was.
   */
  public long membersGiven(final int item) {
    return masks[item];
  }

  void copyMembers(final int item, final GivenValues to) {
    to.copy(masks[item], memberValues, item * Parameters.MAX);
  }

  // What the parser fills.

  void clear(final Parameters ofItems) {
    members = ofItems;
    count = 0;
  }

  /** Makes room for another item with the longest id, and returns where that id begins. */
  int begin() {
    if (count == masks.length) {
      final int length = Math.min(2 * count, MAX_ITEMS);
      idEnds = Arrays.copyOf(idEnds, length);
      masks = Arrays.copyOf(masks, length);
      memberValues = Arrays.copyOf(memberValues, length * Parameters.MAX);
    }
    final int offset = idOffset(count);
    if (ids.length - offset < PathId.MAX_BYTES) {
      ids = Arrays.copyOf(ids, Math.min(2 * ids.length, MAX_BYTES));
    }
    masks[count] = 0;
    return offset;
  }

  void set(final int index, final long value) {
    memberValues[count * Parameters.MAX + index] = value;
    masks[count] |= 1L << index;
  }

  boolean isFull() {
    return count == MAX_ITEMS;
  }

  /** The item that was begun is complete. */
  void end(final int idLength) {
    idEnds[count] = idOffset(count) + idLength;
    count++;
  }
}
