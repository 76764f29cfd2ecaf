package io.tally.engine.internal;

import org.agrona.DirectBuffer;

/**
 * Carries Reply messages to an ingress from threads other than its own. Any thread claims, one
 * thread drains. Its slots are cut for short replies, with one for each of the replies that it is
 * made for, so these always find room. A long reply takes several of slots that are there beside
 * those; if it finds no room, its ingress asks for it again.
 */
final class ReplyQueue {
  /**
   * Room for fields that a newer version of the service's schema may add, and for those in front of
   * what a watcher is told.
   */
  private static final int NEWER_BYTES = 32;

  /** The deadline of a reply, which nobody looks at. */
  private static final long NO_DEADLINE = 0;

  private final MessageRing ring;
  private final ReplyAdapter adapter = new ReplyAdapter();
  private final MessageRing.Handler onMessage = this::onMessage;
  private final int slotCount;
  private final int longSlots;
  private final int spareSlots;
  private final Wakeup wakeup;
  private ReplySink sink;

  /** Makes a queue with room for so many short replies, a power of two. */
  ReplyQueue(final int replyCount, final MessageLengths lengths, final Wakeup wakeup) {
    slotCount = lengths.replyQueueSlots(replyCount);
    // Half of what is there for long replies is left to those who claim at the same time.
    longSlots = (slotCount - replyCount) / 2;
    spareSlots = replyCount / 4;
    ring =
        new MessageRing(
            slotCount, messageLength(lengths.shortReply()), messageLength(lengths.maxReply()));
    this.wakeup = wakeup;
  }

  /** Direct memory of a queue. */
  static long bytes(final int replyCount, final MessageLengths lengths) {
    return (long) lengths.replyQueueSlots(replyCount)
        * MessageRing.slotLength(messageLength(lengths.shortReply()));
  }

  /** What a message with a reply of this length may take. */
  static int messageLength(final int replyLength) {
    return ReplyLayout.encodedLength(replyLength) + NEWER_BYTES;
  }

  boolean tryClaim(final int length, final MessageClaim claim) {
    return ring.isLong(length)
        ? tryClaimLong(length, claim)
        : ring.tryClaimShort(length, NO_DEADLINE, claim);
  }

  private boolean tryClaimLong(final int length, final MessageClaim claim) {
    return ring.depth() + ring.slotsOf(length) <= longSlots
        && ring.tryClaim(length, NO_DEADLINE, claim);
  }

  /**
   * Whether what may be dropped can be claimed: if then room is left for a reply to every pending
   * slot, and for as many late ones as there may be in the rest.
   */
  boolean hasSpareSlots() {
    return ring.depth() < spareSlots;
  }

  long depth() {
    return ring.depth();
  }

  void wake() {
    wakeup.wake();
  }

  int drain(final ReplySink target) {
    sink = target;
    return ring.poll(onMessage, slotCount, MessageRing.NO_BOUND);
  }

  private void onMessage(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    if (adapter.wrap(buffer, offset, length)) {
      adapter.dispatch(buffer, sink);
    }
  }
}
