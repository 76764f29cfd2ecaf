package io.tally.transport.internal;

import static org.agrona.concurrent.ringbuffer.RecordDescriptor.ALIGNMENT;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.HEADER_LENGTH;
import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.TRAILER_LENGTH;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * What waits for a peer until the sender comes for it. A record begins with the era that it was
 * claimed in, behind which is a message alone, or many as they stand in a frame. Who gathers many
 * has reserved the room for their record before, so it is there when they are complete. Any thread.
 */
final class OutboundRing {
  /** Type of a record that is a message. */
  static final int MESSAGE = 1;

  /** Type of a record that is messages, each behind its length. */
  static final int MESSAGES = 2;

  /** Length of the era in front of each record. */
  static final int ERA_BYTES = Long.BYTES;

  /** In a ring there is room for so many times as much as is gathered at once, and more. */
  private static final int GATHERED_SHARE = 16;

  private static final int MAX_GATHERED_BYTES = 1 << 14;

  private final ManyToOneRingBuffer ring;
  private final AtomicInteger reservedBytes = new AtomicInteger();

  OutboundRing(final int ringBytes) {
    ring =
        new ManyToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(ringBytes + TRAILER_LENGTH)));
  }

  /** Bytes that an agent gathers for a peer at most. */
  static int gatheredBytes(final int ringBytes) {
    return Math.min(MAX_GATHERED_BYTES, ringBytes / GATHERED_SHARE);
  }

  /** Bytes of the ring that a record takes. */
  static int recordBytes(final int length) {
    return BitUtil.align(length + HEADER_LENGTH, ALIGNMENT);
  }

  /** The {@link PeerSession#era} of a record. */
  static long era(final DirectBuffer buffer, final int index) {
    return buffer.getLong(index);
  }

  static void era(final MutableDirectBuffer buffer, final int index, final long era) {
    buffer.putLong(index, era);
  }

  ManyToOneRingBuffer ring() {
    return ring;
  }

  /**
   * Reserves room for a record, or for more of it. There is also room for the padding at the end of
   * the ring, of which there is less than a longest record: so many bytes are never padded twice
   * before the sender has freed as many.
   */
  boolean tryReserve(final int bytes) {
    final int reserved = reservedBytes.addAndGet(bytes);
    // Who releases has claimed before, so what is read now holds each record at least once.
    if (ring.capacity() - ring.size() - reserved >= ring.maxMsgLength()) {
      return true;
    }
    reservedBytes.addAndGet(-bytes);
    return false;
  }

  void release(final int bytes) {
    reservedBytes.addAndGet(-bytes);
  }
}
