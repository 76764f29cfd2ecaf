package io.tally.counter.http;

import io.tally.engine.StableHash;
import io.tally.http.ItemList;
import java.util.Arrays;

/**
 * Numbers the items of a request that have the same id, from 1 in their order: which of them an
 * idempotency key means. A hash table with open addressing, which is empty between two requests.
 * Not thread-safe.
 */
final class ItemOrdinals {
  private static final int TABLE_LENGTH = 2_048;
  private static final int MASK = TABLE_LENGTH - 1;
  private static final int FREE = 0;

  /** 1 more than the last item with an id. */
  private final short[] lastItems = new short[TABLE_LENGTH];

  private final long[] hashes = new long[ItemList.MAX_ITEMS];
  private final short[] ordinals = new short[ItemList.MAX_ITEMS];

  /** Numbers all items of a request. */
  void count(final ItemList items) {
    Arrays.fill(lastItems, (short) FREE);
    for (int item = 0; item < items.count(); item++) {
      hashes[item] = StableHash.hash(items.ids(), items.idOffset(item), items.idLength(item));
      int place = (int) hashes[item] & MASK;
      while (lastItems[place] != FREE && !isSame(items, lastItems[place] - 1, item)) {
        place = place + 1 & MASK;
      }
      final int earlier = lastItems[place];
      ordinals[item] = (short) (earlier == FREE ? 1 : ordinals[earlier - 1] + 1);
      lastItems[place] = (short) (item + 1);
    }
  }

  /** Which of the items with its id an item is, from 1. */
  int of(final int item) {
    return ordinals[item];
  }

  private boolean isSame(final ItemList items, final int one, final int other) {
    return hashes[one] == hashes[other]
        && Arrays.equals(
            items.ids(),
            items.idOffset(one),
            items.idOffset(one) + items.idLength(one),
            items.ids(),
            items.idOffset(other),
            items.idOffset(other) + items.idLength(other));
  }
}
