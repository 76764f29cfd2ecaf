package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.snapshot.codecs.KeyEncoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardEndEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Keeps the records of a snapshot, as many as it has room for. */
class KeptRecords implements SnapshotSink {
  private static final int CAPACITY = 1 << 17;

  final List<byte[]> records = new ArrayList<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[CAPACITY]);
  private final int maxCount;
  private int claimed;

  KeptRecords() {
    this(Integer.MAX_VALUE);
  }

  KeptRecords(final int maxCount) {
    this.maxCount = maxCount;
  }

  @Override
  public int tryClaim(final int length) {
    claimed = length;
    // What is not written must not look as if it were.
    buffer.setMemory(0, length, (byte) 0xA5);
    return records.size() < maxCount ? 0 : FULL;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  @Override
  public void commit() {
    records.add(Arrays.copyOf(buffer.byteArray(), claimed));
  }

  void restoreInto(final ShardRestore restore) {
    for (final byte[] record : records) {
      restore.onRecord(new UnsafeBuffer(record), 0, record.length);
    }
  }

  /** The engine's template id of a record, or -1 for that of a service. */
  private static int templateId(final byte[] record) {
    final long header = MessageHeaderWord.get(new UnsafeBuffer(record), 0);
    return MessageHeaderWord.schemaId(header) == KeyEncoder.SCHEMA_ID
        ? MessageHeaderWord.templateId(header)
        : -1;
  }

  /** Changes all records of a kind, and makes the end fit them. */
  void edit(final int templateId, final Consumer<UnsafeBuffer> editor) {
    for (final byte[] record : records) {
      if (templateId(record) == templateId) {
        editor.accept(new UnsafeBuffer(record));
      }
    }
    seal();
  }

  /** Leaves out all records of some kinds, and makes the end fit the others. */
  void leaveOut(final Integer... templateIds) {
    records.removeIf(record -> List.of(templateIds).contains(templateId(record)));
    seal();
  }

  private void seal() {
    final RecordDigest digest = new RecordDigest();
    for (final byte[] record : records.subList(0, records.size() - 1)) {
      digest.add(new UnsafeBuffer(record), 0, record.length);
    }
    final UnsafeBuffer last = new UnsafeBuffer(records.get(records.size() - 1));
    final ShardEndEncoder end =
        new ShardEndEncoder()
            .wrap(last, MessageHeaderEncoder.ENCODED_LENGTH)
            .recordCount(digest.count());
    digest.addBytes(last, 0, ShardSnapshot.DIGEST_OFFSET);
    end.digest(digest.value());
  }

  /**
   * The state that was shown, in an order that does not depend on the slices. Numbers of rows of
   * keys are left out, since they depend on when sweeps found the table empty.
   */
  List<String> state() {
    final List<String> state = new ArrayList<>();
    for (final byte[] record : records) {
      final byte[] copy = record.clone();
      final int templateId = templateId(record);
      final int from = MessageHeaderEncoder.ENCODED_LENGTH;
      if (templateId == KeyEncoder.TEMPLATE_ID) {
        Arrays.fill(copy, from, from + KeyEncoder.highEncodingOffset(), (byte) 0);
      } else if (templateId == KeysHeadEncoder.TEMPLATE_ID) {
        Arrays.fill(copy, from + KeysHeadEncoder.firstRowEncodingOffset(), copy.length, (byte) 0);
      }
      if (templateId != ShardEndEncoder.TEMPLATE_ID) {
        state.add(HexFormat.of().formatHex(copy));
      }
    }
    state.sort(null);
    return state;
  }
}
