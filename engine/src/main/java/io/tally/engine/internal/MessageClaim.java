package io.tally.engine.internal;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * Space claimed for one message, to be filled in place and then committed or aborted. Reusable;
 * owned by one thread. The buffer belongs to the claimer from the claim to {@link #commit()} or
 * {@link #abort()}, and to nobody else in between; a claim that is never ended stops the reader
 * behind it.
 */
public final class MessageClaim {
  private MutableDirectBuffer buffer;
  private int offset;
  private int length;
  private boolean inMessageRing;
  private MessageRing messageRing;
  private long sequence;
  private RingBuffer byteRing;
  private int index;
  private Gathered gathered;

  /** Messages that one thread gathers. */
  public interface Gathered {
    /**
     * Takes back the message that was claimed last, or what it was extended by last.
     *
     * @param offset of the claimed space.
     */
    void takeBack(int offset);
  }

  /**
   * The buffer that holds the claimed space.
   *
   * @return the buffer, valid until the claim is ended.
   */
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  /**
   * Where the claimed space starts.
   *
   * @return offset in {@link #buffer()}.
   */
  public int offset() {
    return offset;
  }

  /**
   * Size of the claimed space.
   *
   * @return length in bytes.
   */
  public int length() {
    return length;
  }

  /**
   * Hands the message to its reader: in this node to whoever polls the ring ({@link
   * MessageRing#commit}), to another node with the next frame.
   */
  public void commit() {
    if (inMessageRing) {
      messageRing.commit(sequence);
    } else if (byteRing != null) {
      byteRing.commit(index);
    }
  }

  /** Gives the claimed space up; the reader skips it. */
  public void abort() {
    if (inMessageRing) {
      messageRing.abort(sequence);
    } else if (byteRing != null) {
      byteRing.abort(index);
    } else {
      gathered.takeBack(offset);
    }
  }

  void wrap(
      final MessageRing ring,
      final long claimedSequence,
      final MutableDirectBuffer slab,
      final int slotOffset,
      final int messageLength) {
    inMessageRing = true;
    if (messageRing != ring) {
      messageRing = ring;
    }
    sequence = claimedSequence;
    buffer(slab);
    offset = slotOffset;
    length = messageLength;
  }

  /**
   * Points this claim at a record claimed in an Agrona ring buffer.
   *
   * @param ring in which {@link RingBuffer#tryClaim(int, int)} succeeded.
   * @param claimedIndex what it returned.
   * @param prefixLength bytes of the record in front of the message.
   * @param messageLength in bytes.
   */
  public void wrap(
      final RingBuffer ring,
      final int claimedIndex,
      final int prefixLength,
      final int messageLength) {
    inMessageRing = false;
    if (byteRing != ring) {
      byteRing = ring;
    }
    index = claimedIndex;
    buffer(ring.buffer());
    offset = claimedIndex + prefixLength;
    length = messageLength;
  }

  /**
   * Points this claim at a message among those that one thread gathers, or at more of it.
   *
   * @param among takes it back if it is aborted.
   * @param memory of the message.
   * @param messageOffset in it.
   * @param messageLength in bytes.
   */
  public void wrap(
      final Gathered among,
      final MutableDirectBuffer memory,
      final int messageOffset,
      final int messageLength) {
    inMessageRing = false;
    if (byteRing != null) {
      byteRing = null;
    }
    if (gathered != among) {
      gathered = among;
    }
    buffer(memory);
    offset = messageOffset;
    length = messageLength;
  }

  // A reference that stays the same is not stored again: with most collectors a store costs more
  // than the comparison.
  private void buffer(final MutableDirectBuffer claimed) {
    if (buffer != claimed) {
      buffer = claimed;
    }
  }
}
