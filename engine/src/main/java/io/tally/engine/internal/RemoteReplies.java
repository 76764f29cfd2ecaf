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
    final JointMessage joint = byNode[nodeIndex];
    final int entryLength = RepliesLayout.entryLength(length);
    final boolean extended = tryExtend(joint, nodeIndex, entryLength, command, shardIncarnation);
    if (extended || joint.canHold(entryLength) && knowsJointMessages(nodeIndex, command)) {
      if (!extended && !tryBegin(joint, nodeIndex, entryLength, command, shardIncarnation)) {
        return false;
      }
      encode(
          joint,
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
    } else {
      joint.end();
      if (output.tryClaim(
              nodeIndex, command.originIncarnation, ReplyLayout.encodedLength(length), claim)
          != NodeOutput.CLAIMED) {
        return false;
      }
      alone.encode(
          claim, command, shardIncarnation, code, serviceCode, replayed, payload, offset, length);
    }
    claim.commit();
    return true;
  }

  private boolean knowsJointMessages(final int nodeIndex, final Command command) {
    return link.protocolVersion(nodeIndex, command.originIncarnation) >= CommandsLayout.PROTOCOL;
  }

  private boolean tryExtend(
      final JointMessage joint,
      final int nodeIndex,
      final int entryLength,
      final Command command,
      final long shardIncarnation) {
    final long origin = command.originIncarnation;
    final boolean extended =
        joint.takes(entryLength, shardIncarnation, origin, 0)
            && output.tryExtend(nodeIndex, origin, entryLength, claim);
    if (extended) {
      joint.extend(entryLength);
    }
    return extended;
  }

  private boolean tryBegin(
      final JointMessage joint,
      final int nodeIndex,
      final int entryLength,
      final Command command,
      final long shardIncarnation) {
    final long origin = command.originIncarnation;
    final int length = RepliesLayout.HEAD_LENGTH + entryLength;
    final boolean claimed = output.tryClaim(nodeIndex, origin, length, claim) == NodeOutput.CLAIMED;
    if (claimed) {
      joint.begin(claim, shardIncarnation, origin, 0);
    }
    return claimed;
  }

  private void encode(
      final JointMessage joint,
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
