package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes an ingress's commands to where they go: for another node several in one message, if it
 * understands that and they have enough in common. Belongs to the ingress's thread, and nothing
 * else may be claimed by its router for other nodes.
 */
final class CommandOutput {
  private final CommandRouter router;
  private final CommandProxy alone;
  private final long originNodeKey;
  private final long originIncarnation;
  private final int originLoop;
  private final JointMessage[] byNode;

  /** The message of the command that was claimed; null if it is one of its own. */
  private JointMessage joint;

  CommandOutput(
      final CommandRouter router,
      final CommandProxy alone,
      final OwnNode node,
      final long originNodeKey,
      final int originLoop,
      final MessageLengths lengths) {
    this.router = router;
    this.alone = alone;
    this.originNodeKey = originNodeKey;
    originIncarnation = node.incarnation();
    this.originLoop = originLoop;
    byNode = new JointMessage[node.cluster().nodeIds().size()];
    Arrays.setAll(
        byNode, i -> new JointMessage(CommandsLayout.HEAD_LENGTH, lengths.maxBetweenNodes()));
  }

  /** As {@link CommandRouter#tryClaim}. What is claimed has to be encoded before anything else. */
  int tryClaim(
      final PendingRequest request,
      final int nodeIndex,
      final long shardIncarnation,
      final long epoch,
      final long deadlineNs,
      final MessageClaim claim) {
    final JointMessage last = byNode[nodeIndex];
    final int entryLength =
        CommandsLayout.entryLength(request.idempotencyKeyLength, request.payloadLength);
    if (!router.isLocal(request.shardId)
        && request.placementHash == request.entityHash
        && last.canHold(entryLength)) {
      joint = last;
      if (last.takes(entryLength, shardIncarnation, deadlineNs, epoch)
          && router.tryExtend(nodeIndex, entryLength, claim)) {
        last.extend(entryLength);
        return HandOver.DONE;
      }
      if (router.knowsJointMessages(nodeIndex)) {
        final int length = CommandsLayout.HEAD_LENGTH + entryLength;
        final int result = router.tryClaim(request.shardId, nodeIndex, length, deadlineNs, claim);
        if (result == HandOver.DONE) {
          last.begin(claim, shardIncarnation, deadlineNs, epoch);
        }
        return result;
      }
    }
    joint = null;
    last.end();
    final int length =
        CommandLayout.encodedLength(
            request.keyItem, request.idempotencyKeyLength, request.payloadLength);
    return router.tryClaim(request.shardId, nodeIndex, length, deadlineNs, claim);
  }

  void encode(
      final MessageClaim claim,
      final PendingRequest request,
      final long epoch,
      final long laneFloor,
      final long deadlineNs,
      final DirectBuffer slots) {
    if (joint == null) {
      alone.encode(claim, request, epoch, laneFloor, deadlineNs, slots);
      return;
    }
    final MutableDirectBuffer buffer = claim.buffer();
    int entry = claim.offset();
    if (joint.count(buffer, CommandsLayout.ENTRY_BLOCK_LENGTH)) {
      encodeHead(buffer, entry, request, epoch, deadlineNs);
      entry += CommandsLayout.HEAD_LENGTH;
    }
    buffer.putLong(entry + CommandsLayout.CORRELATION_ID, request.correlationId, LITTLE_ENDIAN);
    buffer.putLong(entry + CommandsLayout.LANE_SEQUENCE, request.laneSequence, LITTLE_ENDIAN);
    buffer.putLong(entry + CommandsLayout.ENTITY_HASH, request.entityHash, LITTLE_ENDIAN);
    buffer.putLong(
        entry + CommandsLayout.LAST_FIELDS,
        CommandsLayout.lastFields(
            request.write ? request.laneSequence - laneFloor : 0, request.shardId, request.keyItem),
        LITTLE_ENDIAN);
    CommandProxy.encodeData(buffer, entry + CommandsLayout.ENTRY_BLOCK_LENGTH, request, slots);
  }

  private void encodeHead(
      final MutableDirectBuffer buffer,
      final int offset,
      final PendingRequest request,
      final long epoch,
      final long deadlineNs) {
    MessageHeaderWord.put(buffer, offset, CommandsLayout.HEADER);
    final int block = offset + CommandsLayout.BLOCK_OFFSET;
    buffer.putLong(
        block + CommandsLayout.SHARD_INCARNATION, request.shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.ORIGIN_NODE_KEY, originNodeKey, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.ORIGIN_INCARNATION, originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.DEADLINE_NS, deadlineNs, LITTLE_ENDIAN);
    buffer.putInt(block + CommandsLayout.EPOCH, (int) epoch, LITTLE_ENDIAN);
    buffer.putByte(block + CommandsLayout.ORIGIN_LOOP, (byte) originLoop);
  }
}
