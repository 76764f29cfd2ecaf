package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/**
 * Hands the records of a snapshot on, counts and digests them, and remembers if one was lost: a
 * sink that fails counts as full.
 */
final class DigestingSink implements SnapshotSink {
  private final SnapshotSink target;
  private final RecordDigest digest = new RecordDigest();
  private MutableDirectBuffer claimedBuffer;
  private int claimedOffset;
  private int claimedLength;
  private boolean full;

  DigestingSink(final SnapshotSink target) {
    this.target = target;
  }

  @Override
  public boolean hasRoom() {
    try {
      return full || target.hasRoom();
    } catch (final RuntimeException fault) {
      full = true;
      return true;
    }
  }

  @Override
  public int tryClaim(final int length) {
    claimedOffset = full ? FULL : claim(length);
    claimedLength = length;
    full = claimedOffset == FULL;
    return claimedOffset;
  }

  /** A record may have to be shown by the command that is about to change what it holds. */
  private int claim(final int length) {
    try {
      final int offset = target.tryClaim(length);
      if (offset != FULL) {
        claimedBuffer = Objects.requireNonNull(target.buffer());
      }
      return offset;
    } catch (final RuntimeException fault) {
      return FULL;
    }
  }

  @Override
  public MutableDirectBuffer buffer() {
    return claimedBuffer;
  }

  @Override
  public void commit() {
    digest.add(claimedBuffer, claimedOffset, claimedLength);
    try {
      target.commit();
    } catch (final RuntimeException fault) {
      full = true;
    }
  }

  /** Whether a record found no room. */
  boolean isFull() {
    return full;
  }

  RecordDigest digest() {
    return digest;
  }
}
