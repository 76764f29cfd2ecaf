package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no whole snapshot of this very shard is refused, and its shard never goes on. */
@Timeout(60)
final class ShardRestoreTest {
  private static final long MS = StockNode.MS;
  private static final byte[] NO_KEY = {};
  private static final byte[] KEY = WireBytes.ascii("key");

  private final List<byte[]> records = new ArrayList<>();
  private final SteppedShard original = shard(SteppedShard.INCARNATION);

  @BeforeEach
  void takeSnapshot() {
    final byte[] add = NoteService.note(NoteService.Op.ADD, 0, 0);
    final byte[] set = NoteService.note(NoteService.Op.SET_TIMER, 3, 50 * MS);
    original.apply(0, SteppedShard.command(5, 0, 1, 0, 1, KEY, add));
    original.apply(MS, SteppedShard.command(5, 0, 2, 0, 2, NO_KEY, set));
    original.apply(2 * MS, SteppedShard.command(5, 1, 1, 0, 2, WireBytes.ascii("other"), add));
    records.addAll(snapshot(original, 2 * MS));
  }

  @Test
  void shouldRefuseASnapshotOfWhichARecordIsMissing() {
    for (int missing = 0; missing < records.size(); missing++) {
      final List<byte[]> rest = new ArrayList<>(records);
      rest.remove(missing);
      assertRefused(rest, "record " + missing + " is missing");
    }
  }

  @Test
  void shouldRefuseASnapshotThatEndsEarly() {
    for (int end = 0; end < records.size(); end++) {
      assertRefused(records.subList(0, end), "the first " + end + " records");
    }
  }

  @Test
  void shouldRefuseRecordsInAnotherOrder() {
    for (int i = 1; i < records.size(); i++) {
      final List<byte[]> swapped = new ArrayList<>(records);
      Collections.swap(swapped, i - 1, i);
      assertRefused(swapped, "record " + i + " is too early");
    }
  }

  @Test
  void shouldRefuseARecordThatComesTwice() {
    for (int i = 0; i < records.size(); i++) {
      final List<byte[]> doubled = new ArrayList<>(records);
      doubled.add(i, records.get(i));
      assertRefused(doubled, "record " + i + " comes twice");
    }
  }

  @Test
  void shouldRefuseARecordOfWhichABitIsFlipped() {
    for (int i = 0; i < records.size(); i++) {
      for (int bit = 0; bit < records.get(i).length * Byte.SIZE; bit++) {
        final List<byte[]> flipped = new ArrayList<>(records);
        flipped.set(i, records.get(i).clone());
        flipped.get(i)[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        assertRefused(flipped, "bit " + bit + " of record " + i);
      }
    }
  }

  @Test
  void shouldRefuseARecordThatIsCutOff() {
    for (int i = 0; i < records.size(); i++) {
      for (int length = 0; length < records.get(i).length; length++) {
        final List<byte[]> cut = new ArrayList<>(records);
        cut.set(i, Arrays.copyOf(records.get(i), length));
        assertRefused(cut, length + " bytes of record " + i);
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNotOfThisShard() {
    assertForeign(context -> context.services(StockService.definition()));
    assertForeign(context -> context.services(new NoteDefinition(new CountedBudget(9))));
    // Its longest reply is shorter than those that the snapshot may hold.
    assertRefused(snapshot(new SteppedShard(longAnswers()), 0), "long replies");
  }

  @Test
  void shouldRefuseTheStateOfALaterLife() {
    final List<byte[]> later = snapshot(shard(SteppedShard.INCARNATION + 1), 0);
    assertRefused(later, "a later life");
  }

  @Test
  void shouldTakeStateButNoLanesIntoALaterLife() {
    final SteppedShard next = shard(SteppedShard.INCARNATION + 1);
    restore(next, records).activate();
    assertEquals(original.shard.keyCount(), next.shard.keyCount());
    assertEquals(null, next.shard.lanes().find(keyOfNode1(), 5, 0));
    assertNotEquals(null, original.shard.lanes().find(keyOfNode1(), 5, 0));
    final List<byte[]> again = snapshot(next, 2 * MS);
    assertEquals(records.size() - 5, again.size(), "all but two lanes and three replies");
  }

  @Test
  void shouldRefuseAShardThatIsNotFresh() {
    final ShardRestore restore = new ShardRestore(original.shard);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            records.forEach(
                record -> restore.onRecord(new UnsafeBuffer(record), 0, record.length)));
  }

  @Test
  void shouldAnswerBusyUntilAllIsRestored() {
    final SteppedShard target = shard(SteppedShard.INCARNATION);
    final ShardRestore restore = restore(target, records);
    final byte[] add = NoteService.note(NoteService.Op.ADD, 0, 0);
    final Command copy = SteppedShard.command(5, 0, 2, 0, 2, NO_KEY, add);
    target.apply(3 * MS, copy);
    assertEquals(1, target.stats.get(EngineCounter.SHARD_STANDS_STILL));
    assertEquals(ReplyCode.BUSY, target.lastCode());
    restore.activate();
    target.apply(3 * MS, copy);
    assertEquals(ReplyCode.ANSWERED, target.lastCode());
    assertEquals(original.replies.get(1), target.replies.get(1), "as it was answered before");
  }

  @Test
  void shouldNotCountAStandstillForKeysButForTimers() {
    final long standstillNs = 1_000_000 * MS;
    final SteppedShard target = shard(SteppedShard.INCARNATION);
    target.clockNs = 2 * MS + standstillNs;
    restore(target, records).activate();
    assertTime(2 * MS, target);
    final byte[] add = NoteService.note(NoteService.Op.ADD, 0, 0);
    final long lastNs = standstillNs + StockNode.SETTINGS.keptKeyNs() - 1;
    assertEquals(1, target.shard.slots()[1].timers.size());
    assertTrue(target.shard.fireTimers(lastNs, 100));
    assertEquals(0, target.shard.slots()[1].timers.size());
    target.apply(lastNs, SteppedShard.command(5, 0, 3, 0, 1, KEY, add));
    assertEquals(1, target.stats.get(EngineCounter.IDEMPOTENT_REPLAYS));
    target.apply(lastNs + 1, SteppedShard.command(5, 0, 4, 0, 1, KEY, add));
    assertEquals(1, target.stats.get(EngineCounter.IDEMPOTENT_REPLAYS));
  }

  /** A clock that was set forward looks as if the shard had stood still for long. */
  @ParameterizedTest
  @ValueSource(longs = {0, 3_600_000, -3_600_000})
  void shouldKeepLongAnswersAlthoughTheWallClockWasSet(final long byMs) {
    final SteppedShard before = new SteppedShard(longAnswers());
    final Command command = longAnswered();
    before.apply(MS, command);
    final List<byte[]> saved = snapshot(before, 2 * MS);
    final SteppedShard target =
        new SteppedShard(longAnswers().startEpochNs(StockNode.START_EPOCH_NS + byMs * MS));
    target.clockNs = 2 * MS;
    restore(target, saved).activate();
    assertTrue(target.shard.fireTimers(2 * MS, 100));
    final long lastNs = MS + StockNode.SETTINGS.settledNs() - 1;
    for (final long nowNs : new long[] {2 * MS, lastNs}) {
      target.apply(nowNs, command);
      assertEquals(before.replies.get(0), target.replies.get(target.replies.size() - 1));
    }
    target.apply(lastNs + 1, command);
    assertEquals(ReplyCode.STALE, target.lastCode());
  }

  /** Its answer fits into no slot. */
  private static Command longAnswered() {
    for (long item = 0; ; item++) {
      final Command command =
          SteppedShard.command(5, 0, 1, 0, item, NO_KEY, StockClient.putOne(item));
      final SteppedShard trial = new SteppedShard(longAnswers());
      trial.apply(0, command);
      if (trial.shard.keepsLongReplies()) {
        return command;
      }
    }
  }

  @Test
  void shouldNotTakeTheTimeBeyondTimersThatAreYetToFire() {
    final SteppedShard target = shard(SteppedShard.INCARNATION);
    target.clockNs = 100 * MS;
    restore(target, snapshot(original, 100 * MS)).activate();
    assertTime(2 * MS, target);
  }

  private static void assertTime(final long ns, final SteppedShard shard) {
    assertEquals(StockNode.START_EPOCH_NS + ns, shard.shard.time().timeNs());
  }

  @Test
  void shouldSetNoTimersAnewThatWereSetWhenTheStateBegan() {
    final SteppedShard fired = new SteppedShard(alarmClock());
    assertEquals(1, fired.shard.slots()[0].timers.size());
    assertTrue(fired.shard.fireTimers(MS, 1));
    final SteppedShard target = new SteppedShard(alarmClock());
    restore(target, snapshot(fired, MS)).activate();
    assertEquals(0, target.shard.slots()[0].timers.size());
  }

  private static ContextBuilder alarmClock() {
    return StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
        .services(new DecoratedDefinition(StockService.definition(), AlarmClock::new));
  }

  /** Sets a timer when its life begins, and never again. */
  private record AlarmClock(ShardService service) implements ShardService {
    @Override
    public void onStart(final ShardContext shard) {
      shard.setTimer(1, shard.timeNs() + MS);
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {}

    @Override
    public SnapshotSource snapshot() {
      return service.snapshot();
    }

    @Override
    public long entityCount() {
      return 0;
    }
  }

  @Test
  void shouldShowNothingAfterTheEnd() {
    final KeptRecords kept = new KeptRecords();
    final ShardSnapshot snapshot = new ShardSnapshot(original.shard, kept);
    snapshot.begin(2 * MS);
    snapshot.end();
    final int shown = kept.records.size();
    final byte[] set = NoteService.note(NoteService.Op.SET_TIMER, 3, 500 * MS);
    original.apply(3 * MS, SteppedShard.command(5, 0, 3, 0, 2, NO_KEY, set));
    assertEquals(shown, kept.records.size());
  }

  @Test
  void shouldSayThatRecordsAreMissing() {
    final List<byte[]> rest = new ArrayList<>(records);
    rest.remove(records.size() - 2);
    final String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> restore(shard(SteppedShard.INCARNATION), rest))
            .getMessage();
    assertTrue(message.contains("the number of records"), message);
  }

  @Test
  void shouldNotReviveKeysThatExpiredWhileNoCommandCame() {
    final long instantNs = StockNode.SETTINGS.keptKeyNs();
    final byte[] add = NoteService.note(NoteService.Op.ADD, 0, 0);
    final SteppedShard idle = shard(SteppedShard.INCARNATION);
    idle.apply(0, SteppedShard.command(5, 0, 1, 0, 1, KEY, add));
    final List<byte[]> late = snapshot(idle, instantNs);
    final SteppedShard target = shard(SteppedShard.INCARNATION);
    target.clockNs = instantNs + 1_000 * MS;
    restore(target, late).activate();
    target.apply(target.clockNs, SteppedShard.command(5, 0, 3, 0, 1, KEY, add));
    assertEquals(0, target.stats.get(EngineCounter.IDEMPOTENT_REPLAYS));
  }

  private void assertForeign(final Consumer<ContextBuilder> other) {
    final ContextBuilder context = context(SteppedShard.INCARNATION);
    other.accept(context);
    final SteppedShard target = new SteppedShard(context);
    assertThrows(IllegalArgumentException.class, () -> restore(target, records));
    assertEquals(ShardState.INSTALLING, target.shard.state());
  }

  private static void assertRefused(final List<byte[]> records, final String what) {
    final SteppedShard target = shard(SteppedShard.INCARNATION);
    final ShardRestore restore = new ShardRestore(target.shard);
    assertThrows(
        IllegalArgumentException.class,
        () -> {
          records.forEach(record -> restore.onRecord(new UnsafeBuffer(record), 0, record.length));
          restore.activate();
        },
        what);
    assertThrows(IllegalArgumentException.class, restore::activate, what);
    assertEquals(ShardState.INSTALLING, target.shard.state());
  }

  private static ShardRestore restore(final SteppedShard target, final List<byte[]> records) {
    final ShardRestore restore = new ShardRestore(target.shard);
    records.forEach(record -> restore.onRecord(new UnsafeBuffer(record), 0, record.length));
    return restore;
  }

  private static List<byte[]> snapshot(final SteppedShard shard, final long nowNs) {
    final KeptRecords kept = new KeptRecords();
    final ShardSnapshot snapshot = new ShardSnapshot(shard.shard, kept);
    snapshot.begin(nowNs);
    assertTrue(snapshot.write(Integer.MAX_VALUE));
    snapshot.end();
    return kept.records;
  }

  private static long keyOfNode1() {
    return Placement.place(new ClusterSettings(SteppedShard.NODES, 1, "", StockNode.LANE_WINDOW))
        .nodeKey(1);
  }

  private static SteppedShard shard(final long incarnation) {
    return new SteppedShard(context(incarnation));
  }

  private static ContextBuilder context(final long incarnation) {
    return StockNode.context(SteppedShard.NODES, "node-0", incarnation)
        .services(StockService.definition(), new NoteDefinition(new CountedBudget(9)));
  }

  private static ContextBuilder longAnswers() {
    return context(SteppedShard.INCARNATION)
        .services(
            new LongAnswers(StockService.definition()), new NoteDefinition(new CountedBudget(9)));
  }
}
