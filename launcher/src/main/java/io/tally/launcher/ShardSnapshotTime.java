package io.tally.launcher;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadDecoder;
import org.agrona.DirectBuffer;

/** The time of a shard at the instant of its snapshot, which its first record tells. */
final class ShardSnapshotTime {
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ShardHeadDecoder head = new ShardHeadDecoder();
  private long timeNs;

  /** Takes each record of the snapshots, shard after shard. */
  void onRecord(final DirectBuffer buffer, final int offset, final int length) {
    final long word = MessageHeaderWord.get(buffer, offset);
    if (MessageHeaderWord.schemaId(word) != ShardHeadDecoder.SCHEMA_ID
        || MessageHeaderWord.templateId(word) != ShardHeadDecoder.TEMPLATE_ID) {
      return;
    }
    if (length < MessageHeaderWord.ENCODED_LENGTH + ShardHeadDecoder.BLOCK_LENGTH) {
      throw new IllegalArgumentException("no head of a snapshot of a shard");
    }
    timeNs = head.wrapAndApplyHeader(buffer, offset, header).timeNs();
  }

  /** Nanoseconds since 1970. */
  long timeNs() {
    return timeNs;
  }
}
