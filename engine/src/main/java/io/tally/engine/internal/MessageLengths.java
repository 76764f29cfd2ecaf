package io.tally.engine.internal;

import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import java.util.List;
import org.agrona.BitUtil;

/**
 * Bounds of the messages of a node's services, and what is short among them. Rings, lanes, pending
 * slots and rows of idempotency keys are cut for the short ones; longer ones take several slots, or
 * lie beside them.
 *
 * @param shortCommand longest payload of a short command, bytes.
 * @param maxCommand longest payload of any command, bytes.
 * @param shortReply longest short reply, bytes.
 * @param maxReply longest reply, bytes.
 */
public record MessageLengths(int shortCommand, int maxCommand, int shortReply, int maxReply) {
  /** A command whose payload is at most so long, bytes, is short. */
  public static final int SHORT_COMMAND_BOUND = 320;

  /** A reply that is at most so long, bytes, is short. */
  public static final int SHORT_REPLY_BOUND = 128;

  /**
   * Longest message between nodes, a command or a reply with its envelope: one for all clusters.
   */
  public static final int MAX_BETWEEN_NODES = (1 << 15) - Long.BYTES;

  /** Shortest bound of the messages between nodes, bytes: hellos and short replies fit. */
  public static final int MIN_BETWEEN_NODES = 256;

  /** What slots are cut for where every message may have a long reply. */
  private static final int SHORT_REPLY_OF_LONG = 32;

  /** How many of the longest replies fit into a reply queue that holds nothing else. */
  private static final int QUEUED_LONG_REPLIES = 8;

  /**
   * The lengths of a node's messages.
   *
   * @param services of its shards.
   * @return the lengths.
   */
  public static MessageLengths of(final List<ServiceDefinition> services) {
    final int maxCommand =
        services.stream().mapToInt(ServiceDefinition::maxCommandLength).max().orElse(0);
    final int[] replies =
        services.stream()
            .flatMap(service -> service.messages().stream())
            .mapToInt(MessageType::maxReplyLength)
            .sorted()
            .toArray();
    return new MessageLengths(
        Math.min(maxCommand, SHORT_COMMAND_BOUND),
        maxCommand,
        shortReply(replies),
        replies.length == 0 ? 0 : replies[replies.length - 1]);
  }

  private static int shortReply(final int[] ascending) {
    int longest = 0;
    for (final int length : ascending) {
      if (length > SHORT_REPLY_BOUND) {
        return longest == 0 ? SHORT_REPLY_OF_LONG : longest;
      }
      longest = length;
    }
    return longest;
  }

  /**
   * Whether there are commands that are not short.
   *
   * @return true if their payloads may lie beside the pending slots.
   */
  public boolean hasLongCommands() {
    return maxCommand > shortCommand;
  }

  /**
   * Whether there are replies that are not short.
   *
   * @return true if they may lie beside lane slots and rows of idempotency keys.
   */
  public boolean hasLongReplies() {
    return maxReply > shortReply;
  }

  /**
   * Bound of every command message.
   *
   * @return bytes, with the envelope.
   */
  public int maxMessage() {
    return CommandLayout.maxEncodedLength(CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH, maxCommand);
  }

  /**
   * The longest message that this node and its peers send each other.
   *
   * @return bytes, with the envelope; at most {@link #MAX_BETWEEN_NODES}.
   */
  public int maxBetweenNodes() {
    return Math.min(
        MAX_BETWEEN_NODES,
        Math.max(MIN_BETWEEN_NODES, Math.max(maxMessage(), ReplyLayout.encodedLength(maxReply))));
  }

  /**
   * The smallest ring that takes the longest command.
   *
   * @return slots, a power of two.
   */
  public int minRingSlots() {
    return BitUtil.findNextPositivePowerOfTwo(MessageRing.minSlots(shortMessage(), maxMessage()));
  }

  /** Whether a reply of this length can go to another node. */
  static boolean fitsBetweenNodes(final int replyLength) {
    return ReplyLayout.encodedLength(replyLength) <= MAX_BETWEEN_NODES;
  }

  /** Bytes of the longest short command, with the longest idempotency key. */
  int shortMessage() {
    return CommandLayout.maxEncodedLength(CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH, shortCommand);
  }

  /** Slots of a queue with room for so many short replies, and for long ones beside them. */
  int replyQueueSlots(final int replyCount) {
    if (!hasLongReplies()) {
      return replyCount;
    }
    final int longest =
        MessageRing.minSlots(
                ReplyQueue.messageLength(shortReply), ReplyQueue.messageLength(maxReply))
            / 2;
    return BitUtil.findNextPositivePowerOfTwo(replyCount + 2 * QUEUED_LONG_REPLIES * longest);
  }
}
