package io.tally.engine;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the engine's queues are measured against: Disruptor as it comes, with an event object for
 * each slot, moving messages of one length from the memory of its producer to that of its consumer.
 * Each carries a number in its first 8 bytes.
 */
final class RawDisruptor {
  /** Receives the messages that a poll takes. */
  interface Handler {
    void onMessage(long number);
  }

  private final RingBuffer<UnsafeBuffer> ring;
  private final Sequence consumed = new Sequence();
  private final UnsafeBuffer received;
  private final int messageLength;

  RawDisruptor(final int slotCount, final int slotLength, final int messageLength) {
    this.messageLength = messageLength;
    received = new UnsafeBuffer(new byte[messageLength]);
    ring =
        RingBuffer.createMultiProducer(
            () -> new UnsafeBuffer(new byte[slotLength]), slotCount, new BusySpinWaitStrategy());
    ring.addGatingSequences(consumed);
  }

  /** Returns false if the ring is full. */
  boolean offer(final DirectBuffer source, final long number) {
    final long sequence;
    try {
      sequence = ring.tryNext();
    } catch (final InsufficientCapacityException full) {
      return false;
    }
    final UnsafeBuffer message = ring.get(sequence);
    message.putBytes(0, source, 0, messageLength);
    message.putLong(0, number);
    ring.publish(sequence);
    return true;
  }

  int poll(final Handler handler, final int limit) {
    final long first = consumed.get() + 1;
    long next = first;
    while (next < first + limit && ring.isAvailable(next)) {
      ring.get(next++).getBytes(0, received, 0, messageLength);
      handler.onMessage(received.getLong(0));
    }
    if (next != first) {
      consumed.set(next - 1);
    }
    return (int) (next - first);
  }
}
