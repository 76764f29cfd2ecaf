package io.tally.testkit;

import io.tally.engine.SnapshotSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** Keeps the records of a snapshot, and takes its time. */
final class KeptRecords implements SnapshotSink {
  private final BooleanSupplier room;
  private final int maxCount;
  private final Runnable onBegin;
  private final List<byte[]> records = new ArrayList<>();
  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
  private int claimed;
  private boolean begun;

  /**
   * Creates an empty one.
   *
   * @param world that says when there is room.
   * @param roomRate how often there is, of one.
   * @param maxCount number of records after which it is full.
   * @param onBegin run at the instant of the snapshot.
   */
  KeptRecords(
      final World world, final double roomRate, final int maxCount, final Runnable onBegin) {
    room = () -> world.chance(roomRate);
    this.maxCount = maxCount;
    this.onBegin = onBegin;
  }

  /** Creates an empty one that always has room. */
  KeptRecords() {
    room = () -> true;
    maxCount = Integer.MAX_VALUE;
    onBegin = () -> {};
  }

  List<byte[]> records() {
    return records;
  }

  @Override
  public boolean hasRoom() {
    return room.getAsBoolean();
  }

  @Override
  public int tryClaim(final int length) {
    if (!begun) {
      begun = true;
      onBegin.run();
    }
    claimed = length;
    buffer.checkLimit(length);
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
}
