package io.tally.engine.internal;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the engine's queues are measured against: Disruptor as it comes, with an event object for
 * each slot, moving messages of one length. Each carries a number in its first word, and its
 * consumer reads all words: what nobody reads never comes over from the producer's processor.
 */
final class RawDisruptor {
  /** Receives the messages that a poll takes. */
  interface Handler {
    void onNumber(long number);
  }

  private final RingBuffer<UnsafeBuffer> ring;
  private final Sequence consumed = new Sequence();
  private final UnsafeBuffer message;
  private final long otherWords;

  RawDisruptor(final int slotCount, final int slotLength, final int messageLength) {
    message = new UnsafeBuffer(new byte[BitUtil.align(messageLength, Long.BYTES)]);
    for (int i = Long.BYTES; i < message.capacity(); i += Long.BYTES) {
      message.putLong(i, 0x9E3779B97F4A7C15L * i);
    }
    otherWords = sum(message, 0);
    ring =
        RingBuffer.createMultiProducer(
            () -> new UnsafeBuffer(new byte[slotLength]), slotCount, new BusySpinWaitStrategy());
    ring.addGatingSequences(consumed);
  }

  /** Returns false if the ring is full. */
  boolean offer(final long number) {
    final long sequence;
    try {
      sequence = ring.tryNext();
    } catch (final InsufficientCapacityException full) {
      return false;
    }
    final UnsafeBuffer slot = ring.get(sequence);
    slot.putBytes(0, message, 0, message.capacity());
    slot.putLong(0, number);
    ring.publish(sequence);
    return true;
  }

  int poll(final Handler handler, final int limit) {
    final long first = consumed.get() + 1;
    long next = first;
    while (next < first + limit && ring.isAvailable(next)) {
      handler.onNumber(number(ring.get(next++), 0));
    }
    if (next != first) {
      consumed.set(next - 1);
    }
    return (int) (next - first);
  }

  /** What is moved, but for its number. */
  UnsafeBuffer message() {
    return message;
  }

  /** The number of a message, of which all words are read. */
  long number(final DirectBuffer buffer, final int offset) {
    return sum(buffer, offset) - otherWords;
  }

  private long sum(final DirectBuffer buffer, final int offset) {
    long sum = 0;
    for (int i = 0; i < message.capacity(); i += Long.BYTES) {
      sum += buffer.getLong(offset + i);
    }
    return sum;
  }
}
