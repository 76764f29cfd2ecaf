package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.codecs.ReplyCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A frozen shard applies nothing, and goes on where it stood. */
@Timeout(10)
final class ShardStandstillTest {
  private static final long MS = StockNode.MS;
  private static final byte[] KEY = WireBytes.ascii("key");
  private static final byte[] ADD = NoteService.note(NoteService.Op.ADD, 0, 0);
  private static final byte[] SET = NoteService.note(NoteService.Op.SET_TIMER, 1, 5 * MS);

  private final NoteDefinition notes = new NoteDefinition(new CountedBudget(9));
  private final SteppedShard target =
      new SteppedShard(
          StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
              .services(notes));
  private long digest;

  @BeforeEach
  void freeze() {
    target.apply(0, command(1, 0, ADD));
    target.apply(0, command(2, 0, SET));
    digest = notes.services.get(0).digest();
    target.shard.standStill(ShardState.FROZEN);
  }

  @Test
  void shouldAnswerBusyToWhatItHasNotApplied() {
    target.apply(MS, command(3, 0, ADD));
    assertEquals(ReplyCode.BUSY, target.lastCode());
    target.apply(MS, command(0, 0, NoteService.read(0)));
    assertEquals(ReplyCode.BUSY, target.lastCode());
    assertEquals(2, target.stats.get(EngineCounter.SHARD_STANDS_STILL));
    assertEquals(digest, notes.services.get(0).digest());
    target.shard.activate();
    target.apply(MS, command(3, 0, ADD));
    assertEquals(ReplyCode.ANSWERED, target.lastCode());
  }

  @Test
  void shouldAnswerAgainWhatItHasRecorded() {
    target.apply(MS, command(2, 0, SET));
    assertEquals(target.replies.get(1), target.replies.get(2));
    assertEquals(1, target.stats.get(EngineCounter.LANE_DUPLICATES));
  }

  @Test
  void shouldNotMoveTheFloorOfALane() {
    target.apply(MS, command(3, 2, ADD));
    target.apply(MS, command(1, 0, ADD));
    assertEquals(target.replies.get(0), target.replies.get(3));
  }

  @Test
  void shouldLeaveTheAlarmAloneWhileItsStateIsLoaded() {
    target.alarm.clear();
    target.shard.standStill(ShardState.INSTALLING);
    assertTrue(target.shard.slots()[0].setTimer(2, target.startEpochNs + 3 * MS));
    assertEquals(SteppedAgent.NEVER, target.alarm.nextNs());
    target.shard.activate();
    assertEquals(3 * MS, target.alarm.nextNs());
  }

  @Test
  void shouldFireTimersOnlyWhenItGoesOn() {
    target.alarm.clear();
    assertTrue(target.shard.fireTimers(100 * MS, 1));
    assertEquals(digest, notes.services.get(0).digest());
    assertFalse(target.alarm.isDue(100 * MS));
    target.shard.activate();
    assertTrue(target.alarm.isDue(5 * MS));
    assertFalse(target.alarm.isDue(5 * MS - 1));
    assertTrue(target.shard.fireTimers(100 * MS, 10));
    assertTrue(digest != notes.services.get(0).digest());
  }

  @Test
  void shouldDropNothing() {
    assertEquals(1, target.shard.keyCount());
    assertEquals(0, target.shard.sweepKeys(1_000_000 * MS, 100));
    assertEquals(1, target.shard.keyCount());
    target.shard.activate();
    assertEquals(1, target.shard.sweepKeys(1_000_000 * MS, 100));
  }

  @Test
  void shouldStillRefuseWhatIsMeantForAnotherLife() {
    final Command command = command(3, 0, ADD);
    command.shardIncarnation = 0;
    target.apply(MS, command);
    assertEquals(ReplyCode.WRONG_INCARNATION, target.lastCode());
  }

  private static Command command(final long sequence, final long floor, final byte[] payload) {
    return SteppedShard.command(
        SteppedShard.ORIGIN_INCARNATION,
        0,
        sequence,
        floor,
        1,
        sequence == 1 ? KEY : new byte[0],
        payload);
  }
}
