package io.tally.engine.internal;

import org.agrona.MutableDirectBuffer;

/**
 * The message that was claimed last for a peer, as long as it can be extended: entries behind a
 * head that says what they have in common. Owned by whoever writes it.
 */
final class JointMessage {
  /**
   * A receiver without room for some of a message goes through it again, and a frame ends where one
   * does: so they stay short.
   */
  private static final int MAX_LENGTH = 1 << 12;

  private final int headLength;
  private final int maxLength;
  private int offset;
  private int length;
  private int count;
  private long first;
  private long second;
  private long third;

  JointMessage(final int headLength, final int maxBetweenNodes) {
    this.headLength = headLength;
    maxLength = Math.min(MAX_LENGTH, maxBetweenNodes);
    end();
  }

  /** Whether an entry of this length can be the first of a message. */
  boolean canHold(final int entryLength) {
    return headLength + entryLength <= maxLength;
  }

  /** Whether it can hold one more, which has these three numbers in common with the others. */
  boolean takes(final int entryLength, final long common1, final long common2, final long common3) {
    return length + entryLength <= maxLength
        && first == common1
        && second == common2
        && third == common3;
  }

  /** A message was claimed for a head, which says these three numbers, and a first entry. */
  void begin(final MessageClaim claim, final long common1, final long common2, final long common3) {
    offset = claim.offset();
    length = claim.length();
    count = 0;
    first = common1;
    second = common2;
    third = common3;
  }

  /** It was extended by an entry of this length. */
  void extend(final int entryLength) {
    length += entryLength;
  }

  /** Counts the entry that was claimed. Returns whether it is the first, behind a head. */
  boolean count(final MutableDirectBuffer buffer, final int entryBlockLength) {
    count++;
    GroupSize.put(buffer, offset + headLength - GroupSize.LENGTH, entryBlockLength, count);
    return count == 1;
  }

  /** Another message follows it, so it cannot be extended. */
  void end() {
    length = maxLength;
  }
}
