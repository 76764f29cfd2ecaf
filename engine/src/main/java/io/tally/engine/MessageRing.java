package io.tally.engine;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.MultiProducerSequencer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.Sequencer;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A queue of messages, of one shard's commands or of an ingress's replies: Disruptor's
 * multi-producer sequencer over one slab of equal slots, in place of an event object for each slot.
 * Any thread claims, one thread polls.
 */
final class MessageRing {
  /** Receives the messages that a poll takes. Must not throw. */
  interface Handler {
    void onMessage(DirectBuffer buffer, int offset, int length, long deadlineNs);
  }

  /** For {@link #poll}: whatever has been published. */
  static final long NO_BOUND = Long.MAX_VALUE;

  private static final int DEADLINE_OFFSET = 0;
  private static final int LENGTH_OFFSET = 8;
  private static final int HEADER_LENGTH = 16;
  private static final int ABORTED = -1;

  private final MultiProducerSequencer sequencer;
  private final Sequence consumed = new Sequence(Sequencer.INITIAL_CURSOR_VALUE);
  private final UnsafeBuffer slab;
  private final int slotLength;
  private final long mask;

  MessageRing(final int slotCount, final int maxMessageLength) {
    // The consumer is stepped and never waits inside the sequencer, so signalling must cost
    // nothing.
    sequencer = new MultiProducerSequencer(slotCount, new BusySpinWaitStrategy());
    sequencer.addGatingSequences(consumed);
    slotLength = slotLength(maxMessageLength);
    slab = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.multiplyExact(slotCount, slotLength)));
    mask = slotCount - 1;
  }

  static int slotLength(final int maxMessageLength) {
    return BitUtil.align(HEADER_LENGTH + maxMessageLength, BitUtil.CACHE_LINE_LENGTH);
  }

  /** Returns false if the ring is full. */
  boolean tryClaim(final int length, final long deadlineNs, final MessageClaim claim) {
    if (length > slotLength - HEADER_LENGTH) {
      throw new IllegalArgumentException("message of " + length + " bytes is longer than a slot");
    }
    final long sequence;
    try {
      sequence = sequencer.tryNext();
    } catch (final InsufficientCapacityException full) {
      return false;
    }
    final int slot = slotOffset(sequence);
    slab.putLong(slot + DEADLINE_OFFSET, deadlineNs);
    slab.putInt(slot + LENGTH_OFFSET, length);
    claim.wrap(this, sequence, slab, slot + HEADER_LENGTH, length);
    return true;
  }

  /**
   * Publishes a claimed message. Commands are read by the {@link ShardPoller} of their shard; it is
   * stepped by the {@link ShardAgent} of the loop that handed them over, later in the same turn of
   * that loop, or its thread is woken by {@link CommandRouter#flush}. Replies are read by {@link
   * ReplyQueue#drain} when {@link ReplyPublisher#flush} has woken the ingress's thread.
   *
   * @see #poll
   */
  void commit(final long sequence) {
    sequencer.publish(sequence);
  }

  void abort(final long sequence) {
    slab.putInt(slotOffset(sequence) + LENGTH_OFFSET, ABORTED);
    sequencer.publish(sequence);
  }

  /**
   * Hands up to limit messages, none with a sequence above upTo, to the handler. Called by {@link
   * ShardPoller#step} for commands and by {@link ReplyQueue#drain} for replies.
   *
   * <p>Asking isAvailable slot by slot would be a race if producers could overtake the reader. Here
   * they cannot: the consumed sequence gates them, so no slot is claimed again before it was handed
   * out and consumed.
   */
  int poll(final Handler handler, final int limit, final long upTo) {
    final long first = consumed.get() + 1;
    final long bound = Math.min(upTo, first + limit - 1);
    long next = first;
    try {
      while (next <= bound && sequencer.isAvailable(next)) {
        final int slot = slotOffset(next);
        next++;
        final int length = slab.getInt(slot + LENGTH_OFFSET);
        if (length != ABORTED) {
          handler.onMessage(
              slab, slot + HEADER_LENGTH, length, slab.getLong(slot + DEADLINE_OFFSET));
        }
      }
    } finally {
      if (next != first) {
        consumed.set(next - 1);
      }
    }
    return (int) (next - first);
  }

  /** Sequence of the message that was claimed last; a bound for {@link #poll}. Any thread. */
  long lastClaimed() {
    return sequencer.getCursor();
  }

  /** Messages published or claimed and not yet consumed; for the gauge, any thread. */
  long depth() {
    return Math.max(0, sequencer.getCursor() - consumed.get());
  }

  private int slotOffset(final long sequence) {
    return (int) (sequence & mask) * slotLength;
  }
}
