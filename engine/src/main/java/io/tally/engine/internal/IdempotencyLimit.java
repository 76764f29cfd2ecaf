package io.tally.engine.internal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of idempotency keys that all shards of a process together may remember. Thread-safe;
 * shards draw from it in chunks, so that it is touched rarely.
 */
public final class IdempotencyLimit {
  private static final long HEAP_SHARE = 8;

  private final long maxKeys;
  private final AtomicLong acquired = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final ReplyRoom longReplies;

  /**
   * Creates a limit of the number of keys alone.
   *
   * @param maxKeys of all shards together.
   */
  public IdempotencyLimit(final long maxKeys) {
    this(maxKeys, ReplyRoom.unbounded());
  }

  /**
   * Creates a limit.
   *
   * @param maxKeys of all shards together.
   * @param longReplies room for the replies of keys that are too long for a key's row.
   */
  public IdempotencyLimit(final long maxKeys, final ReplyRoom longReplies) {
    this.maxKeys = maxKeys;
    this.longReplies = longReplies;
  }

  /**
   * A limit whose keys take an eighth of the heap at most.
   *
   * @param maxHeapBytes of the process.
   * @param shortReplyLength bound of the replies in bytes that a key's row holds.
   * @return the number of keys.
   */
  public static long defaultMaxKeys(final long maxHeapBytes, final int shortReplyLength) {
    return maxHeapBytes / HEAP_SHARE / IdempotencyTable.bytesPerKey(shortReplyLength);
  }

  /**
   * Room for the replies that a key's row does not hold.
   *
   * @return the room, shared by all shards.
   */
  public ReplyRoom longReplies() {
    return longReplies;
  }

  /**
   * The limit.
   *
   * @return number of keys.
   */
  public long maxKeys() {
    return maxKeys;
  }

  /**
   * Keys that are remembered, and places that shards hold ready for further ones. Any thread.
   *
   * @return the number, at most {@link #maxKeys()}.
   */
  public long acquired() {
    return Math.min(acquired.get(), maxKeys);
  }

  /**
   * How often a shard was given no place for a key. Any thread.
   *
   * @return the number.
   */
  public long refusalCount() {
    return refused.get();
  }

  /**
   * Whether every shard can remember a key at the same time.
   *
   * @param shardCount number of shards of the process.
   * @return false if there are fewer chunks of keys than shards, so that some shards may get none.
   */
  public boolean serves(final long shardCount) {
    return maxKeys / IdempotencyTable.CHUNK_ROWS >= shardCount;
  }

  boolean tryAcquire(final int count) {
    if (acquired.addAndGet(count) > maxKeys) {
      acquired.addAndGet(-count);
      return false;
    }
    return true;
  }

  /** Counts a key for which there was no place, although what had expired was dropped. */
  void onRefused() {
    refused.incrementAndGet();
  }

  /** Takes places even if there are none. */
  void acquire(final int count) {
    acquired.addAndGet(count);
  }

  void release(final int count) {
    acquired.addAndGet(-count);
  }
}
