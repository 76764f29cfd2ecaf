package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.RepliesDecoder;
import io.tally.engine.internal.codecs.ReplyDecoder;
import org.agrona.DirectBuffer;

/** What a link has to know of the messages of the engine's schema that it carries. */
public final class PeerMessage {
  private PeerMessage() {}

  /**
   * Whether there is such a message between nodes.
   *
   * @param templateId of a message of the engine's schema.
   * @return false if no version of the protocol that is known here has it.
   */
  public static boolean isKnown(final int templateId) {
    return isOfCommands(templateId)
        || templateId == ReplyDecoder.TEMPLATE_ID
        || templateId == RepliesDecoder.TEMPLATE_ID;
  }

  /**
   * Whether a message holds commands rather than replies.
   *
   * @param templateId of a message that is known.
   * @return true for commands, or one.
   */
  public static boolean isOfCommands(final int templateId) {
    return templateId == CommandDecoder.TEMPLATE_ID || templateId == CommandsDecoder.TEMPLATE_ID;
  }

  /**
   * How many commands or replies a message of this process holds.
   *
   * @param buffer holds the message, which was written here.
   * @param offset of the message.
   * @return the number, at least 1.
   */
  public static int count(final DirectBuffer buffer, final int offset) {
    final long header = MessageHeaderWord.get(buffer, offset);
    if (header == CommandsLayout.HEADER) {
      return count(buffer, offset, CommandsLayout.HEAD_LENGTH);
    }
    return header == RepliesLayout.HEADER ? count(buffer, offset, RepliesLayout.HEAD_LENGTH) : 1;
  }

  private static int count(final DirectBuffer buffer, final int offset, final int headLength) {
    return GroupSize.count(GroupSize.get(buffer, offset + headLength - GroupSize.LENGTH));
  }
}
