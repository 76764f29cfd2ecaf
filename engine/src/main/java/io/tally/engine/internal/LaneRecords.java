package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.snapshot.codecs.LaneDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneEncoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.lane.internal.LaneSnapshot;
import io.tally.lane.internal.OwnerLane;
import io.tally.lane.internal.OwnerLanes;
import io.tally.lane.internal.RecordedReply;
import org.agrona.DirectBuffer;

/**
 * Writes the lanes of a shard as records and reads them. A lane is one record, and each of its
 * replies another one. Long replies stay for as long as they had left when the shard stood still:
 * that is never too short for those who await them, whatever the wall clock says it took.
 */
final class LaneRecords implements SnapshotSource, LaneSnapshot.Visitor {
  private static final int LANE_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + LaneEncoder.BLOCK_LENGTH;
  private static final int REPLY_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH
          + LaneReplyEncoder.BLOCK_LENGTH
          + LaneReplyEncoder.replyHeaderLength();

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final LaneEncoder laneEncoder = new LaneEncoder();
  private final LaneReplyEncoder replyEncoder = new LaneReplyEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();
  private final LaneDecoder laneDecoder = new LaneDecoder();
  private final LaneReplyDecoder replyDecoder = new LaneReplyDecoder();
  private final OwnerLanes lanes;
  private final ShardTime time;
  private LaneSnapshot snapshot;
  private SnapshotSink sink;
  private long instantNs;
  private boolean lost;
  private OwnerLane restoredLane;
  private long standstillNs;

  LaneRecords(final OwnerLanes lanes, final ShardTime time) {
    this.lanes = lanes;
    this.time = time;
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    lost = false;
    instantNs = time.timeNs();
    snapshot = lanes.beginSnapshot(this);
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    return !lost && snapshot.write(limit) && !lost;
  }

  @Override
  public void endSnapshot() {
    if (snapshot != null) {
      snapshot.end();
      snapshot = null;
    }
    sink = null;
  }

  @Override
  public void onLane(
      final long originNodeKey,
      final long originIncarnation,
      final int loop,
      final OwnerLane lane) {
    final int offset = claim(LANE_LENGTH);
    if (!lost) {
      laneEncoder
          .wrapAndApplyHeader(sink.buffer(), offset, header)
          .originNodeKey(originNodeKey)
          .originIncarnation(originIncarnation)
          .floor(lane.floor())
          .originLoop((short) loop);
      sink.commit();
    }
  }

  @Override
  public void onRecorded(final OwnerLane lane, final long sequence) {
    if (lost) {
      return;
    }
    final long recorded = lane.recorded(sequence);
    final boolean isInSlot = RecordedReply.isInSlot(recorded);
    final DirectBuffer kept = isInSlot ? lane.buffer() : lane.longReply(sequence, instantNs);
    final int length = kept == null ? 0 : RecordedReply.lengthOf(recorded);
    final int offset = claim(REPLY_LENGTH + length);
    if (lost) {
      return;
    }
    replyEncoder
        .wrapAndApplyHeader(sink.buffer(), offset, header)
        .sequence(sequence)
        .untilNs(isInSlot || kept == null ? 0 : lane.longReplyUntilNs(sequence))
        .code(RecordedReply.codeOf(recorded))
        .serviceCode((short) RecordedReply.serviceCodeOf(recorded))
        .replyFlags(RecordedReply.flagsOf(recorded));
    replyEncoder.flags().clear().kept(kept != null);
    final int from = isInSlot ? lane.replyOffset(sequence) : 0;
    replyEncoder.putReply(kept == null ? lane.buffer() : kept, from, length);
    sink.commit();
  }

  private int claim(final int length) {
    final int offset = lost ? SnapshotSink.FULL : sink.tryClaim(length);
    lost = offset == SnapshotSink.FULL;
    return offset;
  }

  /** What the times of long replies have to be restored later by. */
  void standstill(final long ns) {
    standstillNs = ns;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    decodedHeader.wrap(buffer, offset);
    if (decodedHeader.templateId() == LaneDecoder.TEMPLATE_ID) {
      SnapshotRecords.check(length >= LANE_LENGTH, "a lane");
      laneDecoder.wrapAndApplyHeader(buffer, offset, decodedHeader);
      restoredLane =
          lanes.restore(
              laneDecoder.originNodeKey(),
              laneDecoder.originIncarnation(),
              laneDecoder.originLoop(),
              laneDecoder.floor());
    } else {
      SnapshotRecords.check(length >= REPLY_LENGTH && restoredLane != null, "a reply of a lane");
      replyDecoder.wrapAndApplyHeader(buffer, offset, decodedHeader);
      restoreReply(offset + length);
    }
  }

  private void restoreReply(final int end) {
    final long sequence = replyDecoder.sequence();
    final long untilNs = replyDecoder.untilNs() + standstillNs;
    final byte code = (byte) ReplyCode.get(replyDecoder.code()).value();
    final byte serviceCode = (byte) replyDecoder.serviceCode();
    final byte flags = (byte) replyDecoder.replyFlags();
    final boolean isKept = replyDecoder.flags().kept();
    final int length = replyDecoder.replyLength();
    final int at = replyDecoder.limit() + LaneReplyDecoder.replyHeaderLength();
    SnapshotRecords.check(at + length <= end, "a reply of a lane");
    final DirectBuffer kept = isKept ? replyDecoder.buffer() : null;
    restoredLane.restore(sequence, code, serviceCode, flags, kept, at, length, untilNs);
  }
}
