package io.tally.counter;

import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** Keeps records, as many as it has room for. */
final class ShownRecords implements SnapshotSink {
  final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
  final List<Integer> ends = new ArrayList<>(List.of(0));
  private final int maxCount;
  private int claimed;

  ShownRecords(final int maxCount) {
    this.maxCount = maxCount;
  }

  /** All that a table shows at once. */
  static ShownRecords of(final CounterTable table) {
    final ShownRecords records = new ShownRecords(Integer.MAX_VALUE);
    table.snapshot().beginSnapshot(records);
    while (!table.snapshot().writeSnapshot(100)) {
      if (records.count() > 1 << 24) {
        throw new IllegalStateException("the snapshot does not end");
      }
    }
    table.snapshot().endSnapshot();
    return records;
  }

  @Override
  public int tryClaim(final int length) {
    if (count() >= maxCount) {
      return FULL;
    }
    final int start = ends.get(count());
    buffer.checkLimit(start + length);
    // What is not written must not look as if it were.
    buffer.setMemory(start, length, (byte) 0xA5);
    claimed = start + length;
    return start;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  @Override
  public void commit() {
    ends.add(claimed);
  }

  int count() {
    return ends.size() - 1;
  }

  int length(final int record) {
    return ends.get(record + 1) - ends.get(record);
  }

  void restoreInto(final SnapshotSource snapshot) {
    for (int i = 0; i < count(); i++) {
      snapshot.restore(buffer, ends.get(i), length(i));
    }
  }

  /** The records in an order that does not depend on the slices. */
  List<String> sorted() {
    final List<String> records = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      final byte[] bytes = new byte[length(i)];
      buffer.getBytes(ends.get(i), bytes);
      records.add(HexFormat.of().formatHex(bytes));
    }
    records.sort(null);
    return records;
  }
}
