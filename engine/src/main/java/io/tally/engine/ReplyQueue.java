package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * Carries Reply messages to an ingress from threads other than its own. Any thread claims, one
 * thread drains.
 */
final class ReplyQueue {
  /** Room for fields that a newer version of the engine's or the service's schema may add. */
  private static final int NEWER_BYTES = 32;

  /** Only a command's deadline is ever looked at. */
  private static final long NO_DEADLINE = 0;

  private final MessageRing ring;
  private final ReplyAdapter adapter = new ReplyAdapter();
  private final MessageRing.Handler onMessage = this::onMessage;
  private final int replyCount;
  private final Wakeup wakeup;
  private ReplySink sink;

  /** With room for so many replies, a power of two. */
  ReplyQueue(final int replyCount, final int maxReplyLength, final Wakeup wakeup) {
    this.replyCount = replyCount;
    ring = new MessageRing(replyCount, maxMessageLength(maxReplyLength));
    this.wakeup = wakeup;
  }

  /** Direct memory of a queue. */
  static long bytes(final int replyCount, final int maxReplyLength) {
    return (long) replyCount * MessageRing.slotLength(maxMessageLength(maxReplyLength));
  }

  /** The longest message that a queue takes. */
  static int maxMessageLength(final int maxReplyLength) {
    return ReplyLayout.encodedLength(maxReplyLength) + NEWER_BYTES;
  }

  boolean tryClaim(final int length, final MessageClaim claim) {
    return ring.tryClaim(length, NO_DEADLINE, claim);
  }

  long depth() {
    return ring.depth();
  }

  void wake() {
    wakeup.wake();
  }

  int drain(final ReplySink target) {
    sink = target;
    return ring.poll(onMessage, replyCount, MessageRing.NO_BOUND);
  }

  private void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    if (adapter.wrap(buffer, offset, length)) {
      adapter.dispatch(buffer, sink);
    }
  }
}
