package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes an ingress's commands for other nodes: several in one message, if the process that gets
 * them understands that and they have enough in common. Belongs to the ingress's thread, and
 * nothing else may be claimed by its router for other nodes.
 */
final class RemoteCommands {
  private final CommandRouter router;
  private final CommandProxy alone;
  private final long originNodeKey;
  private final long originIncarnation;
  private final int originLoop;
  private final long requestTimeoutNs;
  private final JointMessage[] byNode;

  /** The node that was claimed for. */
  private int node;

  /** The message of the command that was claimed; null if it is one of its own. */
  private JointMessage joint;

  RemoteCommands(
      final CommandRouter router,
      final CommandProxy alone,
      final OwnNode origin,
      final long originNodeKey,
      final int originLoop,
      final MessageLengths lengths,
      final long requestTimeoutNs) {
    this.router = router;
    this.alone = alone;
    this.originNodeKey = originNodeKey;
    originIncarnation = origin.incarnation();
    this.originLoop = originLoop;
    this.requestTimeoutNs = requestTimeoutNs;
    byNode = new JointMessage[origin.cluster().nodeIds().size()];
    Arrays.setAll(
        byNode, i -> new JointMessage(CommandsLayout.HEAD_LENGTH, lengths.maxBetweenNodes()));
  }

  /** As {@link CommandRouter#tryClaimRemote}. What is claimed is encoded before anything else. */
  int tryClaim(
      final PendingRequest request,
      final int nodeIndex,
      final long ownerIncarnation,
      final long shardIncarnation,
      final long epoch,
      final MessageClaim claim) {
    node = nodeIndex;
    joint = byNode[nodeIndex];
    final int entryLength =
        CommandsLayout.entryLength(request.idempotencyKeyLength, request.payloadLength);
    if (request.placementHash == request.entityHash && joint.canHold(entryLength)) {
      // Requests that end here at the same time do so in the clock of one process, too.
      if (joint.takes(entryLength, shardIncarnation, request.deadlineNs, epoch)
          && router.tryExtend(nodeIndex, ownerIncarnation, entryLength, claim)) {
        joint.extend(entryLength);
        return HandOver.DONE;
      }
      if (router.knowsJointMessages(nodeIndex, ownerIncarnation)) {
        final int length = CommandsLayout.HEAD_LENGTH + entryLength;
        final int result = router.tryClaimRemote(nodeIndex, ownerIncarnation, length, claim);
        if (result == HandOver.DONE) {
          joint.begin(claim, shardIncarnation, request.deadlineNs, epoch);
        }
        return result;
      }
    }
    joint.end();
    joint = null;
    return router.tryClaimRemote(
        nodeIndex, ownerIncarnation, CommandProxy.encodedLength(request), claim);
  }

  void encode(
      final MessageClaim claim,
      final PendingRequest request,
      final long epoch,
      final long laneFloor,
      final DirectBuffer slots) {
    if (joint == null) {
      alone.encode(claim, request, epoch, laneFloor, deadlineNs(request), slots);
      return;
    }
    final MutableDirectBuffer buffer = claim.buffer();
    int entry = claim.offset();
    if (joint.count(buffer, CommandsLayout.ENTRY_BLOCK_LENGTH)) {
      encodeHead(buffer, entry, request, epoch);
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
      final long epoch) {
    MessageHeaderWord.put(buffer, offset, CommandsLayout.HEADER);
    final int block = offset + CommandsLayout.BLOCK_OFFSET;
    buffer.putLong(
        block + CommandsLayout.SHARD_INCARNATION, request.shardIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.ORIGIN_NODE_KEY, originNodeKey, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.ORIGIN_INCARNATION, originIncarnation, LITTLE_ENDIAN);
    buffer.putLong(block + CommandsLayout.DEADLINE_NS, deadlineNs(request), LITTLE_ENDIAN);
    buffer.putInt(block + CommandsLayout.EPOCH, (int) epoch, LITTLE_ENDIAN);
    buffer.putByte(block + CommandsLayout.ORIGIN_LOOP, (byte) originLoop);
  }

  /** In the clock of the process that it was claimed for. */
  private long deadlineNs(final PendingRequest request) {
    return router.remoteDeadlineNs(node, request.deadlineNs - requestTimeoutNs, requestTimeoutNs);
  }
}
