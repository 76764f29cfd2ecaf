package io.tally.counter;

/**
 * Finds the rows of a {@link CounterTable}: a linear hash table (Litwin, "Linear Hashing", VLDB
 * 1980). A bucket is the first row of a linked list. Each new counter beyond the first few thousand
 * splits one bucket, so that the table never stands still to grow. Buckets lie outside the heap.
 */
final class LinearHashIndex {
  static final int CHUNK_BYTES = 16 * 1024;

  private static final int MIN_BUCKETS = CHUNK_BYTES / Integer.BYTES;
  private static final int MAX_BUCKETS = 1 << (Integer.SIZE - CounterTable.TAG_LENGTH_BITS);
  private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(MIN_BUCKETS);

  private final DirectChunks buckets = new DirectChunks();
  private final CounterTable table;
  private int bucketCount = MIN_BUCKETS;
  private int splitBit = MIN_BUCKETS;

  LinearHashIndex(final CounterTable table) {
    this.table = table;
    buckets.add(CHUNK_BYTES);
  }

  /** The first of the rows that may have this tag, or {@link CounterTable#ABSENT}. */
  int first(final int tag) {
    return get(bucket(tag));
  }

  /** Adds a row; size is the number of rows with it. */
  void add(final int tag, final int row, final long size) {
    link(bucket(tag), row);
    if (size > bucketCount && bucketCount < MAX_BUCKETS) {
      split();
    }
  }

  long capacityBytes() {
    return buckets.capacityBytes();
  }

  /**
   * Splits the bucket whose turn it is: rows whose hash has the bit set move to a bucket of their
   * own.
   */
  private void split() {
    final int oldBucket = bucketCount - splitBit;
    if (bucketCount >>> CHUNK_SHIFT == buckets.count()) {
      buckets.add(CHUNK_BYTES);
    }
    bucketCount++;
    int row = get(oldBucket);
    set(oldBucket, CounterTable.ABSENT);
    while (row != CounterTable.ABSENT) {
      final int next = table.next(row);
      link(bucket(table.tag(row)), row);
      row = next;
    }
    if (bucketCount == 2 * splitBit) {
      splitBit = bucketCount;
    }
  }

  private void link(final int bucket, final int row) {
    table.next(row, get(bucket));
    set(bucket, row);
  }

  private int bucket(final int tag) {
    final int hash = tag >>> CounterTable.TAG_LENGTH_BITS;
    final int bucket = hash & (2 * splitBit - 1);
    return bucket < bucketCount ? bucket : bucket - splitBit;
  }

  private int get(final int bucket) {
    return buckets.get(bucket >>> CHUNK_SHIFT).getInt(offset(bucket));
  }

  private void set(final int bucket, final int row) {
    buckets.get(bucket >>> CHUNK_SHIFT).putInt(offset(bucket), row);
  }

  private static int offset(final int bucket) {
    return (bucket & MIN_BUCKETS - 1) * Integer.BYTES;
  }
}
