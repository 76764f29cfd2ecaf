package io.tally.transport.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counts of one link. Each counter has one writer, the sender or the receiver, except refusals
 * and those that are written with {@link #add}; any thread may read.
 */
public final class LinkCounters {
  /**
   * Upper bounds, inclusive, of the buckets of messages per frame; one more bucket is unbounded.
   */
  private static final int[] FRAME_BOUNDS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

  private static final int STRIDE = 8;

  private final AtomicLongArray counters =
      new AtomicLongArray((LinkCounter.values().length + 1) * STRIDE);
  private final AtomicLongArray refusals = new AtomicLongArray(FrameRefusal.values().length);
  private final AtomicLongArray frameBuckets = new AtomicLongArray(FRAME_BOUNDS.length + 1);

  LinkCounters() {}

  /**
   * Reads a counter.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final LinkCounter counter) {
    return counters.getAcquire(slot(counter));
  }

  /**
   * How often frames were refused.
   *
   * @param reason of the refusal.
   * @return the number.
   */
  public long refused(final FrameRefusal reason) {
    return refusals.getAcquire(reason.ordinal());
  }

  /**
   * Number of buckets of the histogram of messages (commands and replies) per sent frame, the
   * unbounded one included.
   *
   * @return the number.
   */
  public static int frameBucketCount() {
    return FRAME_BOUNDS.length + 1;
  }

  /**
   * Upper bound of a bucket.
   *
   * @param bucket from 0.
   * @return the bound, inclusive; {@link Double#POSITIVE_INFINITY} for the last bucket.
   */
  public static double frameBucketBound(final int bucket) {
    return bucket == FRAME_BOUNDS.length ? Double.POSITIVE_INFINITY : FRAME_BOUNDS[bucket];
  }

  /**
   * Number of sent frames in a bucket; not cumulative. Frames without a command or reply are not
   * counted. The sum of all observations is {@link LinkCounter#COMMANDS_SENT} plus {@link
   * LinkCounter#REPLIES_SENT}.
   *
   * @param bucket from 0.
   * @return the number.
   */
  public long frameBucket(final int bucket) {
    return frameBuckets.getAcquire(bucket);
  }

  void increment(final LinkCounter counter) {
    increase(counter, 1);
  }

  void increase(final LinkCounter counter, final long amount) {
    final int slot = slot(counter);
    counters.setRelease(slot, counters.getPlain(slot) + amount);
  }

  /** Increases a counter that has several writers. */
  void add(final LinkCounter counter, final long amount) {
    counters.getAndAdd(slot(counter), amount);
  }

  void refuse(final FrameRefusal reason) {
    refusals.getAndIncrement(reason.ordinal());
  }

  void frameSent(final int messageCount) {
    int bucket = 0;
    while (bucket < FRAME_BOUNDS.length && messageCount > FRAME_BOUNDS[bucket]) {
      bucket++;
    }
    frameBuckets.setRelease(bucket, frameBuckets.getPlain(bucket) + 1);
  }

  private static int slot(final LinkCounter counter) {
    return (counter.ordinal() + 1) * STRIDE;
  }
}
