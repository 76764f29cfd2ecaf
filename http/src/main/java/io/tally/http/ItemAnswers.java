package io.tally.http;

import java.util.Arrays;

/**
 * The items of one request and what each was answered, from their call to the response. Used again
 * for other requests; belongs to the exchange that has it.
 */
final class ItemAnswers {
  private static final int INITIAL_ITEMS = 64;
  private static final int INITIAL_ID_BYTES = 1_024;

  /** What an item takes beyond its id. */
  private static final int ITEM_BYTES =
      3 * Integer.BYTES + (AnswerValues.MAX_INTEGERS + 1) * Long.BYTES + Long.BYTES;

  private byte[] ids = new byte[INITIAL_ID_BYTES];
  private int[] idEnds = new int[INITIAL_ITEMS];
  private int[] integersSet = new int[INITIAL_ITEMS];
  private long[] integers = new long[INITIAL_ITEMS * AnswerValues.MAX_INTEGERS];
  private long[] incarnations = new long[INITIAL_ITEMS];
  private Refusal[] refusals = new Refusal[INITIAL_ITEMS];
  private int count;
  private int failedCount;
  private int replayedCount;

  /** Takes the ids of items that are about to be asked for. */
  void begin(final ItemList items) {
    count = items.count();
    failedCount = 0;
    replayedCount = 0;
    if (refusals.length < count) {
      final int length = Math.min(ItemList.MAX_ITEMS, Math.max(count, 2 * refusals.length));
      idEnds = new int[length];
      integersSet = new int[length];
      integers = new long[length * AnswerValues.MAX_INTEGERS];
      incarnations = new long[length];
      refusals = new Refusal[length];
    }
    int end = 0;
    for (int item = 0; item < count; item++) {
      end += items.idLength(item);
      idEnds[item] = end;
    }
    if (ids.length < end) {
      ids = new byte[Math.max(end, 2 * ids.length)];
    }
    System.arraycopy(items.ids(), 0, ids, 0, end);
  }

  /** Takes what was read as the answer of one item. */
  void take(final int item, final AnswerValues answer) {
    refusals[item] = answer.refusal;
    incarnations[item] = answer.incarnation;
    failedCount += answer.refusal == null ? 0 : 1;
    replayedCount += answer.replayed ? 1 : 0;
    integersSet[item] = answer.integersSet();
    answer.copyIntegers(integers, item * AnswerValues.MAX_INTEGERS);
  }

  /** Has an answer show that of one item. */
  void show(final int item, final AnswerValues answer) {
    final int start = item == 0 ? 0 : idEnds[item - 1];
    answer.showId(ids, start, idEnds[item] - start);
    answer.showIntegers(integersSet[item], integers, item * AnswerValues.MAX_INTEGERS);
    answer.refusal = refusals[item];
    answer.incarnation = incarnations[item];
  }

  int count() {
    return count;
  }

  /** Items that were refused. */
  int failedCount() {
    return failedCount;
  }

  /** Whether all of them had been answered before. */
  boolean isReplayed() {
    return replayedCount == count;
  }

  /** Memory that it takes. */
  int bytes() {
    return ids.length + refusals.length * ITEM_BYTES;
  }

  /** Holds on to nothing of a request any more. */
  void clear() {
    Arrays.fill(refusals, 0, count, null);
    count = 0;
  }
}
