package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.snapshot.codecs.KeyDecoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardEndDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.TimerDecoder;
import org.agrona.DirectBuffer;

/**
 * Restores the state of a shard from the records of its snapshot, as a {@link
 * io.tally.engine.SnapshotSink} took them, into a fresh shard, which stands still until all of them
 * have come and it is made active. If one is not what it must be, the shard never becomes active,
 * and whoever made it closes it. The records take effect as they come, the digest is the last of
 * them: bytes that may have changed since they were written have to be checked before. Whoever
 * restores the same life of a shard answers for that it stood still from the instant of the
 * snapshot on. To be used by the thread that steps the shard, or by one thread before anybody steps
 * it.
 */
public final class ShardRestore {
  private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

  private enum Step {
    AWAITS_HEAD,
    AWAITS_RECORDS,
    DONE,
    BROKEN
  }

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final TimerDecoder timer = new TimerDecoder();
  private final RecordDigest digest = new RecordDigest();
  private final Shard shard;
  private final LaneRecords lanes;
  private final KeySnapshot keys;
  private Step step = Step.AWAITS_HEAD;
  private boolean sameLife;

  /** Has the shard stand still. */
  ShardRestore(final Shard shard) {
    this.shard = shard;
    lanes = new LaneRecords(shard.lanes(), shard.time());
    keys = shard.keys().snapshot();
    shard.beginRestore();
  }

  /**
   * Takes the next record.
   *
   * @param buffer holds the record, during the call only.
   * @param offset of the record.
   * @param length of the record in bytes.
   * @throws IllegalArgumentException if it is not what it must be; the restore has failed then.
   */
  public void onRecord(final DirectBuffer buffer, final int offset, final int length) {
    if (step == Step.BROKEN) {
      throw new IllegalArgumentException("an earlier record of the snapshot was refused");
    }
    final Step before = step;
    step = Step.BROKEN;
    try {
      SnapshotRecords.check(before != Step.DONE, "a record behind the end");
      SnapshotRecords.check(length >= HEADER_LENGTH, "a record");
      step = take(before, MessageHeaderWord.get(buffer, offset), buffer, offset, length);
    } catch (final IllegalArgumentException refusal) {
      throw refusal;
    } catch (final RuntimeException fault) {
      throw new IllegalArgumentException("a record in a snapshot cannot be read", fault);
    }
    digest.add(buffer, offset, length);
  }

  /**
   * Ends the restore. The shard goes on to stand still until it is made active.
   *
   * @throws IllegalArgumentException if the end of the snapshot has not come.
   */
  public void finish() {
    SnapshotRecords.check(step == Step.DONE, "the missing end");
    shard.endRestore();
  }

  /** Ends the restore, and has the shard go on at once. */
  void activate() {
    finish();
    shard.activate();
  }

  private Step take(
      final Step before,
      final long word,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final int schemaId = MessageHeaderWord.schemaId(word);
    if (before == Step.AWAITS_HEAD) {
      SnapshotRecords.check(
          schemaId == ShardHeadDecoder.SCHEMA_ID
              && MessageHeaderWord.templateId(word) == ShardHeadDecoder.TEMPLATE_ID,
          "what stands for the head");
    }
    if (schemaId != ShardHeadDecoder.SCHEMA_ID) {
      serviceOf(schemaId).service.snapshot().restore(buffer, offset, length);
      return Step.AWAITS_RECORDS;
    }
    SnapshotRecords.check(
        MessageHeaderWord.version(word) <= ShardHeadDecoder.SCHEMA_VERSION, "the version");
    switch (MessageHeaderWord.templateId(word)) {
      case ShardHeadDecoder.TEMPLATE_ID -> {
        SnapshotRecords.check(before == Step.AWAITS_HEAD, "a second head");
        onHead(buffer, offset, length);
      }
      case LaneDecoder.TEMPLATE_ID, LaneReplyDecoder.TEMPLATE_ID -> {
        // Sequences of another life of the shard mean nothing in this one.
        if (sameLife) {
          lanes.restore(buffer, offset, length);
        }
      }
      case KeysHeadDecoder.TEMPLATE_ID, KeyDecoder.TEMPLATE_ID ->
          keys.restore(buffer, offset, length);
      case TimerDecoder.TEMPLATE_ID -> onTimer(buffer, offset, length);
      case ShardEndDecoder.TEMPLATE_ID -> {
        onEnd(buffer, offset, length);
        return Step.DONE;
      }
      default -> SnapshotRecords.check(false, "an unknown record");
    }
    return Step.AWAITS_RECORDS;
  }

  private void onHead(final DirectBuffer buffer, final int offset, final int length) {
    final ShardHeadDecoder head = new ShardHeadDecoder();
    SnapshotRecords.check(
        length
            >= HEADER_LENGTH
                + ShardHeadDecoder.BLOCK_LENGTH
                + ShardHeadDecoder.ServicesDecoder.sbeHeaderSize(),
        "the head");
    head.wrapAndApplyHeader(buffer, offset, header);
    SnapshotRecords.check(
        head.shardId() == shard.shardId() && head.shardCount() == shard.form().shardCount(),
        "the shard");
    SnapshotRecords.check(head.laneWindow() == shard.form().laneWindow(), "the lane window");
    SnapshotRecords.check(
        head.maxReplyLength() <= shard.form().maxReplyLength(), "the longest reply");
    SnapshotRecords.check(head.shardIncarnation() <= shard.incarnation(), "the incarnation");
    sameLife = head.shardIncarnation() == shard.incarnation();
    final long standstillNs = shard.time().restore(head.timeNs(), head.timerOrder());
    lanes.standstill(standstillNs);
    keys.standstill(standstillNs);
    for (final ShardHeadDecoder.ServicesDecoder service : head.services()) {
      final ServiceSlot slot = serviceOf(service.schemaId());
      SnapshotRecords.check(
          service.version() <= slot.messages.definition.version(), "the version of a service");
      slot.timers.clear();
    }
  }

  private void onTimer(final DirectBuffer buffer, final int offset, final int length) {
    SnapshotRecords.check(length >= HEADER_LENGTH + TimerDecoder.BLOCK_LENGTH, "a timer");
    timer.wrapAndApplyHeader(buffer, offset, header);
    serviceOf(timer.schemaId()).timerSnapshot.restore(buffer, offset, length);
  }

  private void onEnd(final DirectBuffer buffer, final int offset, final int length) {
    final ShardEndDecoder end = new ShardEndDecoder();
    SnapshotRecords.check(length >= HEADER_LENGTH + ShardEndDecoder.BLOCK_LENGTH, "the end");
    end.wrapAndApplyHeader(buffer, offset, header);
    SnapshotRecords.check(end.recordCount() == digest.count(), "the number of records");
    digest.addBytes(buffer, offset, ShardSnapshot.DIGEST_OFFSET);
    SnapshotRecords.check(end.digest() == digest.value(), "the digest");
    SnapshotRecords.check(keys.isRestored(), "the number of keys");
  }

  private ServiceSlot serviceOf(final int schemaId) {
    final ServiceSlot slot = shard.slotOf(schemaId);
    SnapshotRecords.check(slot != null && slot.service.snapshot() != null, "a service");
    return slot;
  }
}
