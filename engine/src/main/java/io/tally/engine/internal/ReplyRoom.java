package io.tally.engine.internal;

import io.tally.lane.internal.LongReplies;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all shards of a process together may take for long replies. Thread-safe. */
public final class ReplyRoom implements LongReplies.Room {
  private final long maxBytes;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * Creates a room of which nothing is taken.
   *
   * @param maxBytes of all shards together.
   */
  public ReplyRoom(final long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A room that is never full.
   *
   * @return a new one, of which nothing is taken.
   */
  public static ReplyRoom unbounded() {
    return new ReplyRoom(Long.MAX_VALUE / 2);
  }

  /**
   * The bound.
   *
   * @return bytes.
   */
  public long maxBytes() {
    return maxBytes;
  }

  /**
   * What is taken now. Any thread.
   *
   * @return bytes, at most {@link #maxBytes()}.
   */
  public long taken() {
    return Math.min(taken.get(), maxBytes);
  }

  /**
   * How often there was not enough. Any thread.
   *
   * @return the number.
   */
  public long refusalCount() {
    return refused.get();
  }

  @Override
  public boolean tryTake(final long bytes) {
    if (taken.addAndGet(bytes) > maxBytes) {
      taken.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /**
   * Takes bytes. If there are not as many, replies that nobody awaits are dropped first: a refusal
   * must not depend on how far sweeps have come.
   */
  boolean tryTake(final long bytes, final Runnable dropUnawaited) {
    if (tryTake(bytes)) {
      return true;
    }
    dropUnawaited.run();
    if (tryTake(bytes)) {
      return true;
    }
    refused.incrementAndGet();
    return false;
  }

  @Override
  public void take(final long bytes) {
    taken.addAndGet(bytes);
  }

  @Override
  public void release(final long bytes) {
    taken.addAndGet(-bytes);
  }
}
