package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardEndEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * A snapshot of a whole shard as it is at one instant, written in slices between which commands go
 * on. All its parts begin at that instant, and are then written one after the other. To be used by
 * the thread that steps the shard, between two commands.
 */
final class ShardSnapshot {
  /** Where the digest stands in the last record. */
  static final int DIGEST_OFFSET =
      MessageHeaderEncoder.ENCODED_LENGTH + ShardEndEncoder.digestEncodingOffset();

  private static final int END_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + ShardEndEncoder.BLOCK_LENGTH;

  /** Records after which the sink is asked again, at the latest, whether it has room. */
  static final int RECORDS_AT_ONCE = 8;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final Shard shard;
  private final DigestingSink sink;
  private final List<SnapshotSource> parts = new ArrayList<>();
  private int begun;
  private int next;
  private boolean whole;
  private boolean lost;

  ShardSnapshot(final Shard shard, final SnapshotSink target) {
    this.shard = shard;
    sink = new DigestingSink(target);
    parts.add(new LaneRecords(shard.lanes(), shard.time()));
    parts.add(shard.keys().snapshot());
    for (final ServiceSlot slot : shard.slots()) {
      parts.add(slot.timerSnapshot);
      parts.add(slot.service.snapshot());
    }
  }

  /** Whether all services of a shard can be shown. */
  static boolean isPossible(final Shard shard) {
    return shard.services().allMatch(slot -> slot.service.snapshot() != null);
  }

  /** The instant is now, at a reading of the monotonic clock. */
  void begin(final long nowNs) {
    shard.goOnBeforeTimers(nowNs);
    try {
      writeHead();
      for (final SnapshotSource part : parts) {
        begun++;
        part.beginSnapshot(sink);
      }
    } catch (final RuntimeException fault) {
      giveUp(fault);
    }
  }

  /**
   * Writes a slice: records until there are so many, or the sink has no room.
   *
   * @return whether this was the last one: all has been written, or the snapshot is lost.
   */
  boolean write(final int limit) {
    final long end = sink.digest().count() + limit;
    // A part that has much to pass over and little to show must not take longer either.
    long turns = (limit - 1L) / RECORDS_AT_ONCE + 1;
    try {
      while (turns > 0 && next < parts.size() && sink.digest().count() < end && canGoOn()) {
        final long left = end - sink.digest().count();
        if (parts.get(next).writeSnapshot((int) Math.min(left, RECORDS_AT_ONCE))) {
          next++;
        } else {
          turns--;
        }
      }
      if (!whole && !isLost() && next == parts.size()) {
        writeEnd();
        whole = !isLost();
      }
    } catch (final RuntimeException fault) {
      giveUp(fault);
    }
    return whole || isLost();
  }

  /** Ends the snapshot, whether all was written or not. */
  void end() {
    for (; begun > 0; begun--) {
      try {
        parts.get(begun - 1).endSnapshot();
      } catch (final RuntimeException fault) {
        giveUp(fault);
      }
    }
  }

  /** As {@link SnapshotSink#hasRoom()}. */
  boolean hasRoom() {
    return sink.hasRoom();
  }

  /** Whether all has been written. */
  boolean isWhole() {
    return whole;
  }

  private boolean canGoOn() {
    return !isLost() && sink.hasRoom();
  }

  private boolean isLost() {
    return lost || sink.isFull();
  }

  private void giveUp(final RuntimeException fault) {
    lost = true;
    shard.call().onFault(shard.shardId(), fault);
  }

  private void writeHead() {
    final ServiceSlot[] slots = shard.slots();
    final ShardHeadEncoder head = new ShardHeadEncoder();
    final int length =
        MessageHeaderEncoder.ENCODED_LENGTH
            + ShardHeadEncoder.BLOCK_LENGTH
            + ShardHeadEncoder.ServicesEncoder.sbeHeaderSize()
            + slots.length * ShardHeadEncoder.ServicesEncoder.sbeBlockLength();
    final int offset = sink.tryClaim(length);
    if (offset == SnapshotSink.FULL) {
      return;
    }
    head.wrapAndApplyHeader(sink.buffer(), offset, header)
        .shardIncarnation(shard.incarnation())
        .timeNs(shard.time().timeNs())
        .timerOrder(shard.time().timerOrder())
        .laneWindow(shard.form().laneWindow())
        .shardId(shard.shardId())
        .shardCount(shard.form().shardCount())
        .maxReplyLength(shard.form().maxReplyLength());
    final ShardHeadEncoder.ServicesEncoder services = head.servicesCount(slots.length);
    for (final ServiceSlot slot : slots) {
      services.next().schemaId(slot.messages.schemaId).version(slot.messages.definition.version());
    }
    sink.commit();
  }

  private void writeEnd() {
    final RecordDigest digest = sink.digest();
    final int offset = sink.tryClaim(END_LENGTH);
    if (offset != SnapshotSink.FULL) {
      final ShardEndEncoder end =
          new ShardEndEncoder()
              .wrapAndApplyHeader(sink.buffer(), offset, header)
              .recordCount(digest.count());
      digest.addBytes(sink.buffer(), offset, DIGEST_OFFSET);
      end.digest(digest.value());
      sink.commit();
    }
  }
}
