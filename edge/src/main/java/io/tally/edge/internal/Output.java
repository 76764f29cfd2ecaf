package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * What one connection has to send: the buffer of this step, and what the channel has not sent yet.
 */
final class Output {
  private static final int INITIAL_BYTES = 256;
  private static final int MAX_INITIAL_BYTES = 16_384;

  /**
   * A request that is answered at once is never in flight, so only this bounds the answers of one
   * step.
   */
  private static final int MAX_BATCH_BYTES = 1 << 16;

  private final Channel channel;
  private ByteBuf batch;
  private int countedBytes;
  private int nextInitialBytes = INITIAL_BYTES;
  private long stallSignature;
  private long stallSinceNs;

  Output(final Channel channel) {
    this.channel = channel;
  }

  boolean isEmpty() {
    return batch == null;
  }

  boolean isFull() {
    return batch != null && batch.readableBytes() >= MAX_BATCH_BYTES;
  }

  ByteBuf buffer() {
    if (batch == null) {
      batch = channel.alloc().buffer(nextInitialBytes);
    }
    return batch;
  }

  /** Gives the buffer of this step away. */
  ByteBuf take() {
    final ByteBuf taken = batch;
    batch = null;
    nextInitialBytes = Math.min(Math.max(taken.readableBytes(), INITIAL_BYTES), MAX_INITIAL_BYTES);
    return taken;
  }

  void release() {
    if (batch != null) {
      batch.release();
      batch = null;
    }
  }

  /** Bytes by which the buffer has grown since they were counted. */
  int grownBytes() {
    if (batch == null || batch.capacity() <= countedBytes) {
      return 0;
    }
    final int grown = batch.capacity() - countedBytes;
    countedBytes = batch.capacity();
    return grown;
  }

  /** Counts all that is kept to be sent. */
  long heldBytes() {
    countedBytes = batch == null ? 0 : batch.capacity();
    return countedBytes + unsentBytes();
  }

  long unsentBytes() {
    final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  /**
   * Whether the peer has taken nothing for that long. If it takes something, the number of waiting
   * bytes changes; or, where as many bytes were added as were taken, progress shows in the first
   * buffer.
   */
  boolean isStalled(final long nowNs, final long forNs) {
    final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    if (pending == null || pending.totalPendingWriteBytes() == 0) {
      stallSignature = 0;
      return false;
    }
    final long signature = (pending.totalPendingWriteBytes() << 24) + pending.currentProgress() + 1;
    if (signature != stallSignature) {
      stallSignature = signature;
      stallSinceNs = nowNs;
    }
    return nowNs - stallSinceNs > forNs;
  }
}
