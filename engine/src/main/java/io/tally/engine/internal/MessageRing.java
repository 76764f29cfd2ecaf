package io.tally.engine.internal;

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
 * Any thread claims, one thread polls. Another reader may go in front of it ({@link FirstReader}).
 *
 * <p>A short message takes one slot. A longer one takes several that follow each other in the slab;
 * what would lie across the end of the slab begins at its start, and padding takes the slots
 * between. So the slots of a ring are taken by records: messages, aborted claims and padding. A
 * record's header stands in its first slot, and only that slot is published: nobody asks for the
 * others. Each claim moves the cursor once, over all of its records, so the cursor always stands at
 * the end of a record. So does every sequence that a reader has reached, since a reader goes from
 * record to record.
 */
final class MessageRing {
  /**
   * Receives the messages that a poll takes, with the deadline that the record holds: only commands
   * have one. Must not throw.
   */
  interface Handler {
    void onMessage(DirectBuffer buffer, int offset, int length, long deadlineNs);
  }

  /**
   * Reads ahead of the consumer, which polls nothing that was not handed out here before: so every
   * message comes to this reader first. Any thread polls it, but one at a time.
   */
  final class FirstReader {
    private final Sequence read = new Sequence(Sequencer.INITIAL_CURSOR_VALUE);

    private FirstReader() {}

    /** As {@link MessageRing#poll}. The consumer may go on when this returns. */
    int poll(final Handler handler, final int limit, final long upTo) {
      return MessageRing.this.poll(read, handler, limit, upTo);
    }
  }

  /** The bound of a {@link #poll} that reads whatever has been published. */
  static final long NO_BOUND = Long.MAX_VALUE;

  private static final int DEADLINE_OFFSET = 0;

  /**
   * Where one word holds the record's slots in its high half and the message's length in its low.
   */
  private static final int SIZE_OFFSET = 8;

  private static final int HEADER_LENGTH = 16;
  private static final int SLOTS_SHIFT = Integer.SIZE;
  private static final long ONE_SLOT = 1L << SLOTS_SHIFT;

  /** The length of what is no message: an aborted claim, or padding. */
  private static final long NO_MESSAGE = 0xFFFF_FFFFL;

  private static final long NONE = -1;

  private final MultiProducerSequencer sequencer;
  private final Sequence consumed = new Sequence(Sequencer.INITIAL_CURSOR_VALUE);
  private final Sequence passed = new Sequence(0);
  private final UnsafeBuffer slab;
  private final int slotLength;
  private final int maxShortLength;
  private final int maxLength;
  private final int slotCount;
  private final long mask;
  private FirstReader firstReader;

  /** A ring in which every message fits into a slot. */
  MessageRing(final int slotCount, final int maxMessageLength) {
    this(slotCount, maxMessageLength, maxMessageLength);
  }

  /**
   * Creates a ring.
   *
   * @param slotCount a power of two.
   * @param shortLength of messages that take one slot, in bytes; a few more may fit.
   * @param maxMessageLength of the longest message. If it is longer than a slot, it must fit into
   *     half of the ring: an empty ring then has room for it, wherever in the slab it begins.
   */
  MessageRing(final int slotCount, final int shortLength, final int maxMessageLength) {
    slotLength = slotLength(shortLength);
    maxShortLength = slotLength - HEADER_LENGTH;
    maxLength = Math.max(maxShortLength, maxMessageLength);
    if (slotCount < minSlots(shortLength, maxMessageLength)) {
      throw new IllegalArgumentException(
          "messages of "
              + maxMessageLength
              + " bytes are longer than half of a ring of "
              + slotCount
              + " slots of "
              + slotLength
              + " bytes");
    }
    // The consumer is stepped and never waits inside the sequencer, so signalling must cost
    // nothing.
    sequencer = new MultiProducerSequencer(slotCount, new BusySpinWaitStrategy());
    sequencer.addGatingSequences(consumed);
    slab = new UnsafeBuffer(ByteBuffer.allocateDirect(Math.multiplyExact(slotCount, slotLength)));
    this.slotCount = slotCount;
    mask = slotCount - 1;
  }

  static int slotLength(final int shortLength) {
    return BitUtil.align(HEADER_LENGTH + shortLength, BitUtil.CACHE_LINE_LENGTH);
  }

  /** The least that a ring needs to take messages of this length. */
  static int minSlots(final int shortLength, final int maxMessageLength) {
    final int slots = slotsOf(slotLength(shortLength), maxMessageLength);
    return slots == 1 ? 1 : 2 * slots;
  }

  /**
   * Puts a reader in front of the consumer. Producers need not wait for it: they wait for the
   * consumer, which is never ahead of it. To be called once, before the first claim and before
   * other threads know the ring.
   */
  FirstReader addFirstReader() {
    if (firstReader != null || lastClaimed() != Sequencer.INITIAL_CURSOR_VALUE) {
      throw new IllegalStateException("a ring has one first reader, from its beginning");
    }
    firstReader = new FirstReader();
    return firstReader;
  }

  /** Returns false if the ring is full. */
  boolean tryClaim(final int length, final long deadlineNs, final MessageClaim claim) {
    return isLong(length)
        ? tryClaimLong(length, deadlineNs, claim)
        : tryClaimShort(length, deadlineNs, claim);
  }

  /** As {@link #tryClaim}, for what is not long. */
  boolean tryClaimShort(final int length, final long deadlineNs, final MessageClaim claim) {
    final long sequence;
    try {
      sequence = sequencer.tryNext();
    } catch (final InsufficientCapacityException full) {
      return false;
    }
    begin(sequence, ONE_SLOT, length, deadlineNs, claim);
    return true;
  }

  /** Slots that a message of this length takes, without padding. */
  int slotsOf(final int length) {
    return slotsOf(slotLength, length);
  }

  /** Whether a message of this length takes several slots. */
  boolean isLong(final int length) {
    return length > maxShortLength;
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
    final int size = slotOffset(sequence) + SIZE_OFFSET;
    slab.putLong(size, slab.getLong(size) | NO_MESSAGE);
    sequencer.publish(sequence);
  }

  /**
   * Hands messages to the handler: up to limit records, none with a sequence above upTo. Called by
   * {@link ShardPoller#step} for commands and by {@link ReplyQueue#drain} for replies.
   *
   * <p>Asking isAvailable record by record would be a race if producers could overtake the reader.
   * Here they cannot: the consumed sequence gates them, so no slot is claimed again before its
   * record was handed out and consumed. A slot within a long record is never published and keeps
   * the mark of the last round in which a record began there; when one begins there again, its
   * round is another one, so the old mark does not make it available.
   *
   * <p>Where {@link #lastClaimed()} bounds a poll, that is the end of a record. So a record that
   * begins below the bound also ends there, and was claimed before the bound was read.
   *
   * @return how many records were taken; aborted claims and padding count, so that 0 says that
   *     there was nothing to take.
   */
  int poll(final Handler handler, final int limit, final long upTo) {
    final FirstReader first = firstReader;
    return poll(consumed, handler, limit, first == null ? upTo : Math.min(upTo, first.read.get()));
  }

  private int poll(
      final Sequence position, final Handler handler, final int limit, final long upTo) {
    long next = position.get() + 1;
    int count = 0;
    try {
      while (count < limit && next <= upTo && sequencer.isAvailable(next)) {
        final int slot = slotOffset(next);
        final long size = slab.getLong(slot + SIZE_OFFSET);
        next += size >>> SLOTS_SHIFT;
        count++;
        final int length = (int) size;
        if (length >= 0) {
          handler.onMessage(
              slab, slot + HEADER_LENGTH, length, slab.getLong(slot + DEADLINE_OFFSET));
        }
      }
    } finally {
      if (count != 0) {
        position.set(next - 1);
      }
    }
    return count;
  }

  /**
   * Lets a message past the ring, to be taken at once by whoever polls it. Returns false if it has
   * to go in: something is claimed that would be overtaken, or another reader comes first. It
   * counts as the slots that it would have taken.
   */
  boolean tryPass(final int length) {
    if (firstReader != null || sequencer.getCursor() != consumed.get()) {
      return false;
    }
    passed.set(passed.get() + slotsOf(length));
    return true;
  }

  /** Sequence of the last slot that was claimed; a bound for {@link #poll}. Any thread. */
  long lastClaimed() {
    return sequencer.getCursor();
  }

  /** Slots published or claimed and not yet consumed; for the gauge, any thread. */
  long depth() {
    return Math.max(0, sequencer.getCursor() - consumed.get());
  }

  /** Slots consumed since the start, those of padding and of messages let past too. Any thread. */
  long consumedCount() {
    return consumed.get() + 1 + passed.get();
  }

  /**
   * Claims the slots of a long message, and with them what is needed for padding. How much that is
   * depends on where the claim will begin, which is only known for certain when it is made: another
   * producer may be faster, and the slots claimed may then lie on both sides of the slab's end and
   * be too few on either. They become padding, and the second claim asks for so many that one of
   * the two sides has enough of them wherever it begins.
   */
  private boolean tryClaimLong(final int length, final long deadlineNs, final MessageClaim claim) {
    if (length > maxLength) {
      throw new IllegalArgumentException(
          "message of " + length + " bytes is longer than " + maxLength);
    }
    final int slots = slotsOf(length);
    final int beforeEnd = beforeEnd(sequencer.getCursor() + 1);
    long claimed = beforeEnd < slots ? beforeEnd + slots : slots;
    long first = claimSlots(claimed);
    if (first == NONE) {
      return false;
    }
    long start = start(first, claimed, slots);
    if (start == NONE) {
      pad(first, claimed);
      claimed = 2L * slots - 1;
      first = claimSlots(claimed);
      if (first == NONE) {
        return false;
      }
      start = start(first, claimed, slots);
    }
    pad(first, start - first);
    pad(start + slots, first + claimed - start - slots);
    begin(start, (long) slots << SLOTS_SHIFT, length, deadlineNs, claim);
    return true;
  }

  private long claimSlots(final long slots) {
    try {
      return sequencer.tryNext((int) slots) - slots + 1;
    } catch (final InsufficientCapacityException full) {
      return NONE;
    }
  }

  /** Where in a claim a message of so many slots does not cross the end of the slab. */
  private long start(final long first, final long claimed, final int slots) {
    final int beforeEnd = beforeEnd(first);
    if (beforeEnd >= slots) {
      return first;
    }
    return claimed - beforeEnd >= slots ? first + beforeEnd : NONE;
  }

  private int beforeEnd(final long sequence) {
    return slotCount - (int) (sequence & mask);
  }

  private void pad(final long first, final long slots) {
    if (slots > 0) {
      slab.putLong(slotOffset(first) + SIZE_OFFSET, slots << SLOTS_SHIFT | NO_MESSAGE);
      sequencer.publish(first);
    }
  }

  private void begin(
      final long sequence,
      final long slots,
      final int length,
      final long deadlineNs,
      final MessageClaim claim) {
    final int slot = slotOffset(sequence);
    slab.putLong(slot + DEADLINE_OFFSET, deadlineNs);
    slab.putLong(slot + SIZE_OFFSET, slots | length);
    claim.wrap(this, sequence, slab, slot + HEADER_LENGTH, length);
  }

  private static int slotsOf(final int slotLength, final int length) {
    return (HEADER_LENGTH + length + slotLength - 1) / slotLength;
  }

  private int slotOffset(final long sequence) {
    return (int) (sequence & mask) * slotLength;
  }
}
