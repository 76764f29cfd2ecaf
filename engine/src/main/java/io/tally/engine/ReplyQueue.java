package io.tally.engine;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Carries Reply messages to an ingress from threads other than its own. Any thread claims, one
 * thread drains.
 */
final class ReplyQueue {
  private static final int MESSAGE_TYPE_ID = 1;
  private static final int MIN_REPLY_COUNT = 8;

  private final ManyToOneRingBuffer ring;
  private final ReplyAdapter adapter = new ReplyAdapter();
  private final MessageHandler onMessage = this::onMessage;
  private final Wakeup wakeup;
  private ReplySink sink;

  ReplyQueue(final int capacity, final Wakeup wakeup) {
    this.wakeup = wakeup;
    ring =
        new ManyToOneRingBuffer(
            new UnsafeBuffer(
                ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
  }

  /** Bytes that hold the given number of replies, a power of two. */
  static int capacity(final int replyCount, final int maxReplyLength) {
    final int record =
        BitUtil.align(
            ReplyProxy.encodedLength(maxReplyLength) + RecordDescriptor.HEADER_LENGTH,
            RecordDescriptor.ALIGNMENT);
    // The ring refuses messages longer than an eighth of it.
    return BitUtil.findNextPositivePowerOfTwo(
        Math.multiplyExact(Math.max(MIN_REPLY_COUNT, replyCount), record));
  }

  boolean tryClaim(final int length, final MessageClaim claim) {
    final int index = ring.tryClaim(MESSAGE_TYPE_ID, length);
    if (index < 0) {
      return false;
    }
    claim.wrap(ring, index, length);
    return true;
  }

  void wake() {
    wakeup.wake();
  }

  int drain(final ReplySink target) {
    sink = target;
    int total = 0;
    // A read gives 0 after mere padding at the wrap, though more may lie behind it.
    for (int empty = 0; empty < 2; ) {
      final int read = ring.read(onMessage);
      total += read;
      empty = read == 0 ? empty + 1 : 0;
    }
    return total;
  }

  private void onMessage(
      final int typeId, final MutableDirectBuffer buffer, final int index, final int length) {
    if (adapter.wrap(buffer, index, length)) {
      adapter.dispatch(buffer, sink);
    }
  }
}
