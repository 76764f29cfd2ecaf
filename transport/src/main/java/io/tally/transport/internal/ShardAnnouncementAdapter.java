package io.tally.transport.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import io.tally.transport.internal.codecs.ShardGroupSizeDecoder;
import io.tally.transport.internal.codecs.ShardIncarnationsDecoder;
import io.tally.transport.internal.codecs.ShardIncarnationsDecoder.ShardsDecoder;
import org.agrona.DirectBuffer;

/** Decodes what a peer tells of its shards in a sound frame of its own. */
final class ShardAnnouncementAdapter {
  private final Membership membership;
  private final LinkCounters counters;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ShardIncarnationsDecoder decoder = new ShardIncarnationsDecoder();

  ShardAnnouncementAdapter(final Membership membership, final LinkCounters counters) {
    this.membership = membership;
    this.counters = counters;
  }

  void onFrame(
      final InboundPeer peer,
      final PeerSession session,
      final InboundFrame frame,
      final int frameLength) {
    // Only a process that serves tells of its shards; until it is known to, it will tell again.
    if (!peer.isReady(session)) {
      return;
    }
    final DirectBuffer buffer = frame.buffer();
    int position = frame.firstPosition();
    while (position < frameLength) {
      final int length = FrameLayout.messageLength(buffer, position);
      final int offset = FrameLayout.messageOffset(position);
      if (header.wrap(buffer, offset).templateId() == ShardIncarnationsDecoder.TEMPLATE_ID) {
        final FrameRefusal refusal =
            isSound(buffer, offset, length)
                ? take(peer, session, buffer, offset)
                : FrameRefusal.ANNOUNCEMENT;
        if (refusal != null) {
          counters.refuse(refusal);
        }
      }
      position = offset + length;
    }
  }

  /** Returns why it is not believed, or null. */
  private FrameRefusal take(
      final InboundPeer peer,
      final PeerSession session,
      final DirectBuffer buffer,
      final int offset) {
    decoder.wrapAndApplyHeader(buffer, offset, header);
    final long number = decoder.number();
    if (number <= 0) {
      return FrameRefusal.ANNOUNCEMENT;
    }
    peer.shards.begin(number);
    for (final ShardsDecoder shard : decoder.shards()) {
      final long incarnation = shard.incarnation();
      if (incarnation <= 0 || !peer.shards.tell(shard.shardId(), incarnation)) {
        peer.shards.begin(0);
        return FrameRefusal.ANNOUNCEMENT;
      }
    }
    return peer.shards.isComplete() ? membership.onAnnouncement(peer, session, number) : null;
  }

  private boolean isSound(final DirectBuffer buffer, final int offset, final int length) {
    final int groupOffset = MessageHeaderDecoder.ENCODED_LENGTH + header.blockLength();
    final int entriesOffset = groupOffset + ShardsDecoder.sbeHeaderSize();
    if (header.blockLength() < ShardIncarnationsDecoder.BLOCK_LENGTH || entriesOffset > length) {
      return false;
    }
    final int entryLength = buffer.getShort(offset + groupOffset, LITTLE_ENDIAN) & 0xFFFF;
    final int count =
        buffer.getShort(
                offset + groupOffset + ShardGroupSizeDecoder.numInGroupEncodingOffset(),
                LITTLE_ENDIAN)
            & 0xFFFF;
    return entryLength >= ShardsDecoder.sbeBlockLength()
        && entriesOffset + (long) count * entryLength <= length;
  }
}
