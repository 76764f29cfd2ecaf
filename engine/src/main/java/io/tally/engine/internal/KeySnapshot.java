package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.snapshot.codecs.KeyDecoder;
import io.tally.engine.internal.snapshot.codecs.KeyEncoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Shows the keys of an {@link IdempotencyTable} in the order of their rows. A row does not change
 * once its command has been applied, and rows expire in their order: so the only one to be shown
 * before its turn is the next one. Times of keys are restored later by the time for which the shard
 * stood still, so that this does not count for their windows; how long it goes on to do so is made
 * up for when it becomes active.
 */
final class KeySnapshot implements SnapshotSource {
  private static final int HEAD_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + KeysHeadEncoder.BLOCK_LENGTH;
  private static final int KEY_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH
          + KeyEncoder.BLOCK_LENGTH
          + KeyEncoder.replyHeaderLength();

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final KeysHeadEncoder head = new KeysHeadEncoder();
  private final KeyEncoder encoder = new KeyEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();
  private final KeysHeadDecoder decodedHead = new KeysHeadDecoder();
  private final KeyDecoder decoder = new KeyDecoder();
  private final ExpandableArrayBuffer reply = new ExpandableArrayBuffer();
  private final IdempotencyTable table;
  private final KeyRows rows;
  private SnapshotSink sink;
  private long nextRow;
  private long endRow;
  private boolean lost;

  /** The end of the rows that are being restored; below 0 before their head came. */
  private long restoredEnd = -1;

  private long standstillNs;

  KeySnapshot(final IdempotencyTable table) {
    this.table = table;
    rows = table.rows();
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    table.showing(this);
    nextRow = rows.oldest();
    endRow = rows.end();
    final int offset = sink.tryClaim(HEAD_LENGTH);
    lost = offset == SnapshotSink.FULL;
    if (!lost) {
      head.wrapAndApplyHeader(sink.buffer(), offset, header)
          .secretA(table.hash().secretA)
          .secretB(table.hash().secretB)
          .firstRow(nextRow)
          .endRow(endRow);
      sink.commit();
    }
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    showUpTo(Math.min(endRow, nextRow + limit));
    return !lost && nextRow == endRow;
  }

  @Override
  public void endSnapshot() {
    sink = null;
    table.showing(null);
  }

  /** Shows all rows before this one, which are about to be dropped. */
  void showUpTo(final long row) {
    final long last = Math.min(row, endRow);
    while (nextRow < last && !lost) {
      show(nextRow);
      nextRow++;
    }
  }

  private void show(final long row) {
    final int length = rows.replyLength(row);
    final int offset = sink.tryClaim(KEY_LENGTH + length);
    lost = offset == SnapshotSink.FULL;
    if (!lost) {
      rows.copyReply(row, reply, 0);
      encoder
          .wrapAndApplyHeader(sink.buffer(), offset, header)
          .row(row)
          .high(rows.high(row))
          .low(rows.low(row))
          .fingerprint(rows.fingerprint(row))
          .timeNs(rows.timeNs(row))
          .code(rows.code(row))
          .serviceCode((short) rows.serviceCode(row))
          .putReply(reply, 0, length);
      sink.commit();
    }
  }

  /** What the times of keys have to be restored later by. */
  void standstill(final long ns) {
    standstillNs = ns;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    decodedHeader.wrap(buffer, offset);
    if (decodedHeader.templateId() == KeysHeadDecoder.TEMPLATE_ID) {
      SnapshotRecords.check(length >= HEAD_LENGTH && restoredEnd < 0, "a head of keys");
      decodedHead.wrapAndApplyHeader(buffer, offset, decodedHeader);
      table.restore(decodedHead.secretA(), decodedHead.secretB(), decodedHead.firstRow());
      restoredEnd = decodedHead.endRow();
    } else {
      SnapshotRecords.check(length >= KEY_LENGTH, "a key");
      decoder.wrapAndApplyHeader(buffer, offset, decodedHeader);
      restoreKey(offset + length);
    }
  }

  private void restoreKey(final int end) {
    SnapshotRecords.check(
        decoder.row() == rows.end() && decoder.row() < restoredEnd, "the row of a key");
    final long high = decoder.high();
    final long low = decoder.low();
    final long fingerprint = decoder.fingerprint();
    final long timeNs = decoder.timeNs() + standstillNs;
    final ReplyCode code = ReplyCode.get(decoder.code());
    final int serviceCode = decoder.serviceCode();
    final int length = decoder.replyLength();
    final int at = decoder.limit() + KeyDecoder.replyHeaderLength();
    SnapshotRecords.check(at + length <= end, "the reply of a key");
    table.restoreRow(
        high, low, fingerprint, timeNs, code, serviceCode, decoder.buffer(), at, length);
  }

  /** Whether all keys that were to come have come. */
  boolean isRestored() {
    return restoredEnd == rows.end();
  }
}
