package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A lane of which the sink has no room for all at once is shown in parts. */
@Timeout(10)
final class LanePartsTest {
  private static final int LOOPS = 3;
  private static final byte[] ADD = NoteService.note(NoteService.Op.ADD, 0, 0);

  private final SteppedShard target = shard();

  @Test
  void shouldShowALaneInParts() {
    fill();
    final KeptRecords whole = whole();
    final PacedSink sink = new PacedSink();
    final ShardSnapshot snapshot = new ShardSnapshot(target.shard, sink);
    snapshot.begin(0);
    int slices = 0;
    int before = sink.records.size();
    boolean isEnded = false;
    while (!isEnded) {
      sink.room = true;
      isEnded = snapshot.write(256);
      final int after = sink.records.size();
      assertTrue(after - before <= 2 * ShardSnapshot.RECORDS_AT_ONCE, "no more than asked for");
      before = after;
      slices++;
    }
    snapshot.end();
    assertTrue(slices > LOOPS * StockNode.LANE_WINDOW / (2 * ShardSnapshot.RECORDS_AT_ONCE));
    assertSame(whole, sink);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,0", "2,0", "0,2", "1,2", "2,2"})
  void shouldShowTheRestBeforeAnythingChanges(final int changedLoop, final int atSlice) {
    fill();
    final KeptRecords whole = whole();
    final PacedSink sink = new PacedSink();
    final ShardSnapshot snapshot = new ShardSnapshot(target.shard, sink);
    snapshot.begin(0);
    for (int slice = 0; slice <= atSlice; slice++) {
      sink.room = true;
      assertFalse(snapshot.write(256));
    }
    // The floor moves, so the lane forgets what the snapshot has to show.
    target.apply(1, command(changedLoop, StockNode.LANE_WINDOW + 1, StockNode.LANE_WINDOW));
    boolean isEnded = false;
    while (!isEnded) {
      sink.room = true;
      isEnded = snapshot.write(256);
    }
    snapshot.end();
    assertSame(whole, sink);
  }

  private static SteppedShard shard() {
    return new SteppedShard(
        StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
            .services(new NoteDefinition(new CountedBudget(1 << 10))));
  }

  private void fill() {
    for (int loop = 0; loop < LOOPS; loop++) {
      for (int sequence = 1; sequence <= StockNode.LANE_WINDOW; sequence++) {
        target.apply(0, command(loop, sequence, 0));
      }
    }
  }

  private KeptRecords whole() {
    final KeptRecords records = new KeptRecords();
    final ShardSnapshot snapshot = new ShardSnapshot(target.shard, records);
    snapshot.begin(0);
    snapshot.write(Integer.MAX_VALUE);
    snapshot.end();
    assertTrue(snapshot.isWhole());
    return records;
  }

  private static void assertSame(final KeptRecords expected, final KeptRecords actual) {
    assertEquals(expected.state(), actual.state());
    final SteppedShard second = shard();
    final ShardRestore restore = new ShardRestore(second.shard);
    actual.restoreInto(restore);
    restore.finish();
    final KeptRecords again = new KeptRecords();
    final ShardSnapshot snapshot = new ShardSnapshot(second.shard, again);
    snapshot.begin(0);
    snapshot.write(Integer.MAX_VALUE);
    snapshot.end();
    assertEquals(expected.state(), again.state(), "each reply is in its lane");
  }

  private static Command command(final int loop, final long sequence, final long floor) {
    return SteppedShard.command(
        SteppedShard.ORIGIN_INCARNATION, loop, sequence, floor, 1, new byte[0], ADD);
  }

  /** Says once that it has room, whenever a test lets it. */
  private static final class PacedSink extends KeptRecords {
    boolean room;

    @Override
    public boolean hasRoom() {
      final boolean had = room;
      room = false;
      return had;
    }
  }
}
