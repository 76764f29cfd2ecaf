package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyFlagsEncoder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Hands replies to the link: several in one message where a peer understands that, and they have
 * enough in common. Owned by the publisher, and nothing else may be claimed in its output.
 */
final class RemoteReplies {
  private static final byte NO_FLAGS = 0;

  private final NodeLink link;
  private final NodeOutput output;
  private final ReplyProxy alone = new ReplyProxy();
  private final MessageClaim claim = new MessageClaim();
  private final JointMessage[] byNode;

  /** The message of the reply that was claimed; null if it is one of its own. */
  private JointMessage joint;

  RemoteReplies(final NodeLink link, final int nodeCount, final MessageLengths lengths) {
    this.link = link;
    output = link.newOutput();
    byNode = new JointMessage[nodeCount];
    Arrays.setAll(
        byNode, i -> new JointMessage(RepliesLayout.HEAD_LENGTH, lengths.maxBetweenNodes()));
  }

  boolean hasSpareRoom(final int nodeIndex) {
    return output.hasSpareRoom(nodeIndex);
  }

  /** Returns false if there is no room. */
  boolean tryPublish(
      final int nodeIndex,
      final Command command,
      final long shardIncarnation,
      final ReplyCode code,
      final int serviceCode,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    if (!tryClaim(nodeIndex, command, shardIncarnation, length)) {
      return false;
    }
    if (joint == null) {
      alone.encode(
          claim, command, shardIncarnation, code, serviceCode, replayed, payload, offset, length);
    } else {
      encode(
          command,
          shardIncarnation,
          ReplyLayout.lastFields(
              command.shardId,
              command.originLoop,
              code.value(),
              serviceCode,
              ReplyFlagsEncoder.replayed(NO_FLAGS, replayed),
              length),
          payload,
          offset,
          length);
    }
    claim.commit();
    return true;
  }

  private boolean tryClaim(
      final int nodeIndex, final Command command, final long shardIncarnation, final int length) {
    final long origin = command.originIncarnation;
    joint = byNode[nodeIndex];
    final int entryLength = RepliesLayout.entryLength(length);
    if (joint.canHold(entryLength)) {
      if (joint.takes(entryLength, shardIncarnation, origin, 0)
          && output.tryExtend(nodeIndex, origin, entryLength, claim)) {
        joint.extend(entryLength);
        return true;
      }
      if (link.protocolVersion(nodeIndex, origin) >= CommandsLayout.PROTOCOL) {
        final boolean claimed =
            tryClaim(nodeIndex, origin, RepliesLayout.HEAD_LENGTH + entryLength);
        if (claimed) {
          joint.begin(claim, shardIncarnation, origin, 0);
        }
        return claimed;
      }
    }
    joint.end();
    joint = null;
    return tryClaim(nodeIndex, origin, ReplyLayout.encodedLength(length));
  }

  private boolean tryClaim(final int nodeIndex, final long origin, final int length) {
    return output.tryClaim(nodeIndex, origin, length, claim) == NodeOutput.CLAIMED;
  }

  private void encode(
      final Command command,
      final long shardIncarnation,
      final long lastFields,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    final MutableDirectBuffer buffer = claim.buffer();
    int entry = claim.offset();
    if (joint.count(buffer, RepliesLayout.ENTRY_BLOCK_LENGTH)) {
      MessageHeaderWord.put(buffer, entry, RepliesLayout.HEADER);
      final int block = entry + RepliesLayout.BLOCK_OFFSET;
      buffer.putLong(
          block + RepliesLayout.ORIGIN_INCARNATION, command.originIncarnation, LITTLE_ENDIAN);
      buffer.putLong(block + RepliesLayout.SHARD_INCARNATION, shardIncarnation, LITTLE_ENDIAN);
      entry += RepliesLayout.HEAD_LENGTH;
    }
    buffer.putLong(entry + RepliesLayout.CORRELATION_ID, command.correlationId, LITTLE_ENDIAN);
    buffer.putLong(entry + RepliesLayout.LAST_FIELDS, lastFields, LITTLE_ENDIAN);
    buffer.putBytes(entry + RepliesLayout.entryLength(0), payload, offset, length);
  }

  void flush() {
    output.flush();
  }
}
