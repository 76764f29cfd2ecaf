package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.SnapshotCompletion;
import io.tally.store.StartMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the records of shards get to the disk, and what happens when they do not. */
@Timeout(20)
final class SnapshotWriterTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int RECORD = 1000;

  /** Of a shard whose agent has more to do. */
  private record Asked(int shardId, ShardSink sink) {
    private static final UnsafeBuffer RECORD_BYTES = new UnsafeBuffer(new byte[RECORD]);

    boolean write() {
      final int offset = sink.tryClaim(RECORD);
      if (offset == SnapshotSink.FULL) {
        return false;
      }
      sink.buffer().putBytes(offset, RECORD_BYTES, 0, RECORD);
      sink.commit();
      return true;
    }

    void end(final boolean isWhole) {
      sink.onEnd(shardId, isWhole);
    }
  }

  private final SteppedDisk disk = new SteppedDisk(3);
  private final List<ShardSink> sinks = new ArrayList<>();
  private final ArrayDeque<Asked> asked = new ArrayDeque<>();
  private long nowNs = Long.MAX_VALUE;
  private int agentCount = 1;
  private int turns;
  private int stepsBefore;
  private int stepsNow;

  /** At which a save is given up; 0 for never. */
  private int cancelTurn;

  private Runnable agents = () -> nowNs += TimeUnit.SECONDS.toNanos(1);
  private NodeDirectory directory;

  @BeforeEach
  void setUp() throws StoreException {
    directory =
        new NodeDirectory(
            disk,
            SavedState.node(),
            StartMode.NORMAL,
            new NodeDirectory.Surroundings(() -> nowNs, () -> 1, () -> agents.run(), sinks));
    directory.begin(1, 0);
  }

  private boolean ask(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    return asked.size() < agentCount && asked.add(new Asked(shardId, (ShardSink) sink));
  }

  private Snapshot save() throws StoreException {
    return directory.save(SnapshotKind.SERVING, this::ask, TIMEOUT, 0, () -> turn() == cancelTurn);
  }

  private int turn() {
    stepsBefore = stepsNow;
    stepsNow = disk.steps();
    return ++turns;
  }

  private String failure() {
    final String message = assertThrows(StoreException.class, this::save).getMessage();
    assertEquals(
        List.of(), disk.list("").stream().filter(name -> name.startsWith("shard")).toList());
    return message;
  }

  @Test
  void shouldAskAgainForAShardWhoseAgentIsBusy() throws StoreException {
    final int[] idle = {0};
    agents =
        () -> {
          if (++idle[0] % 2 == 0) {
            final Asked shard = asked.poll();
            assertTrue(shard.write());
            shard.end(true);
          }
        };
    final Snapshot snapshot = save();
    assertEquals(4, idle[0]);
    snapshot.check();
    assertEquals(2, snapshot.shardIds().length);
  }

  @Test
  void shouldWriteSeveralShardsAtOnce() throws StoreException {
    agentCount = 2;
    agents =
        () -> {
          assertEquals(2, asked.size());
          asked.forEach(Asked::write);
          asked.forEach(shard -> shard.end(true));
        };
    save().check();
  }

  @Test
  void shouldPaceAndThenUseTheReserve() {
    agents =
        () -> {
          final Asked shard = asked.element();
          int slices = 0;
          while (shard.sink.hasRoom()) {
            assertTrue(shard.write());
            slices++;
          }
          // Half of the room, but for the block that is being filled.
          final long paced = (long) slices * RECORD;
          assertTrue(paced > 7L * Block.MAX_PAYLOAD && paced < 9L * Block.MAX_PAYLOAD);
          while (shard.write()) {
            slices++;
          }
          assertTrue((long) slices * RECORD > 15L * Block.MAX_PAYLOAD);
          assertFalse(shard.write());
          shard.end(false);
        };
    assertEquals(
        "/data/node-0/shard-1-0.tally was not written whole: the disk was too slow, or a record"
            + " too long",
        failure());
  }

  @Test
  void shouldTakeTheLongestRecordAndNoLonger() {
    agents =
        () -> {
          final Asked shard = asked.element();
          final int longest = Block.MAX_PAYLOAD - Block.PREFIX;
          assertNotEquals(SnapshotSink.FULL, shard.sink.tryClaim(longest));
          shard.sink.commit();
          assertEquals(SnapshotSink.FULL, shard.sink.tryClaim(longest + 1));
          assertEquals(SnapshotSink.FULL, shard.sink.tryClaim(1));
          shard.end(false);
        };
    assertTrue(failure().contains("a record too long"));
  }

  @Test
  void shouldTellThatAShardGaveUp() {
    agents =
        () -> {
          asked.element().write();
          asked.element().end(false);
        };
    assertEquals("/data/node-0/shard-1-0.tally was not written whole: it was given up", failure());
  }

  @Test
  void shouldGiveUpInTimeAndTellTheShards() {
    assertEquals("/data/node-0/manifest-1 was not written: it took too long", failure());
    final Asked shard = asked.element();
    assertTrue(shard.sink.hasRoom());
    assertFalse(shard.write());
  }

  @Test
  void shouldGiveUpAtOnceWhenItIsCancelled() throws StoreException {
    agents =
        () -> {
          final Asked shard = asked.poll();
          shard.write();
          shard.end(true);
        };
    save().check();
    final int allTurns = turns;
    final List<String> before = disk.list("");
    // The last turn is after the manifest.
    for (cancelTurn = 1; cancelTurn < allTurns; cancelTurn++) {
      turns = 0;
      final String failure = assertThrows(StoreException.class, this::save).getMessage();
      assertTrue(failure.endsWith(" was not written: it was cancelled"), failure);
      assertEquals(cancelTurn, turns);
      final boolean isBeforeManifest = cancelTurn == allTurns - 1;
      assertEquals(isBeforeManifest, stepsNow == stepsBefore + 1, "the folder was forced");
      assertEquals(before, disk.list(""));
    }
    asked.clear();
    cancelTurn = 0;
    save().check();
    turns = 0;
    cancelTurn = allTurns;
    save().check();
    assertEquals(
        3, disk.list("").stream().filter(name -> name.startsWith("manifest")).count(), "untidied");
  }

  @Test
  void shouldReuseTheSinksOfARequestThatFailed() throws StoreException {
    for (int i = 1; i <= 2 * SnapshotWriter.SINK_COUNT; i++) {
      final int generation = i;
      assertThrows(
          IllegalStateException.class,
          () ->
              SavedState.save(
                  directory,
                  SnapshotKind.SERVING,
                  (shardId, sink, completion) -> {
                    if (shardId == 0) {
                      return new SavedState(4).snapshot(shardId, sink, completion);
                    }
                    if (disk.names().contains("shard-" + generation + "-0.tally")) {
                      throw new IllegalStateException("broken");
                    }
                    return false;
                  }));
      assertEquals(List.of("identity", "used-0"), disk.list(""));
    }
    SavedState.save(directory, SnapshotKind.SERVING, new SavedState(4)).check();
  }

  @Test
  void shouldReuseNoSinkThatAShardStillHas() throws StoreException {
    failure();
    final Asked stuck = asked.poll();
    agents =
        () -> {
          final Asked shard = asked.poll();
          assertTrue(shard.sink != stuck.sink);
          shard.write();
          shard.end(true);
        };
    save().check();
    assertFalse(stuck.write());
    stuck.end(false);
    final Queue<ShardSink> used = new ArrayDeque<>();
    agentCount = 2;
    agents =
        () -> {
          asked.forEach(shard -> used.add(shard.sink));
          asked.forEach(Asked::write);
          asked.forEach(shard -> shard.end(true));
          asked.clear();
        };
    save().check();
    assertTrue(used.contains(stuck.sink));
    assertEquals(SnapshotWriter.SINK_COUNT, sinks.size());
  }

  @Test
  void shouldPassOnThatAShardCannotBeShown() throws StoreException {
    final SnapshotRequest refusing =
        (shardId, sink, completion) -> {
          throw new IllegalArgumentException("no snapshot of " + shardId);
        };
    for (int i = 0; i < 2; i++) {
      assertThrows(
          IllegalArgumentException.class,
          () -> directory.save(SnapshotKind.SERVING, refusing, TIMEOUT, 0, () -> false));
    }
    assertTrue(sinks.stream().allMatch(ShardSink::isEnded), "free for the next save");
  }

  @Test
  void shouldFailWhenTheDiskIsFull() {
    disk.space = 100;
    agents =
        () -> {
          asked.element().write();
          asked.element().end(true);
        };
    assertEquals(
        "/data/node-0/shard-1-0.tally cannot be read or written: No space left on device",
        failure());
  }

  @Test
  void shouldLeaveNothingOnADiskThatIsTooFullForTheManifest() throws StoreException {
    agents =
        () -> {
          final Asked shard = asked.poll();
          shard.write();
          shard.end(true);
        };
    final long bytes = save().bytes();
    disk.space = bytes + 50;
    assertEquals(
        "/data/node-0/manifest-2 cannot be read or written: No space left on device",
        assertThrows(StoreException.class, this::save).getMessage());
    assertEquals(
        List.of("identity", "manifest-1", "shard-1-0.tally", "shard-1-1.tally", "used-0"),
        disk.list(""));
  }

  @Test
  void shouldKeepTheOlderSnapshotWhenALaterOneFails() throws StoreException {
    agents =
        () -> {
          final Asked shard = asked.poll();
          shard.write();
          shard.end(true);
        };
    final Snapshot first = save();
    agents = () -> nowNs += TimeUnit.MINUTES.toNanos(2);
    assertThrows(StoreException.class, this::save);
    first.check();
    directory.close();
    assertEquals(StartKind.CRASHED, reopened().start().kind());
  }

  private NodeDirectory reopened() throws StoreException {
    return new NodeDirectory(
        disk,
        SavedState.node(),
        StartMode.NORMAL,
        new NodeDirectory.Surroundings(() -> nowNs, () -> 1, () -> {}, sinks));
  }
}
