package io.tally.engine;

import org.agrona.MutableDirectBuffer;

/** Hands the records of a snapshot on, counts and digests them, and remembers if one was lost. */
final class DigestingSink implements SnapshotSink {
  private final SnapshotSink target;
  private final RecordDigest digest = new RecordDigest();
  private int claimedOffset;
  private int claimedLength;
  private boolean full;

  DigestingSink(final SnapshotSink target) {
    this.target = target;
  }

  @Override
  public int tryClaim(final int length) {
    claimedOffset = full ? FULL : target.tryClaim(length);
    claimedLength = length;
    full = claimedOffset == FULL;
    return claimedOffset;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return target.buffer();
  }

  @Override
  public void commit() {
    digest.add(target.buffer(), claimedOffset, claimedLength);
    target.commit();
  }

  /** Whether a record found no room. */
  boolean isFull() {
    return full;
  }

  RecordDigest digest() {
    return digest;
  }
}
