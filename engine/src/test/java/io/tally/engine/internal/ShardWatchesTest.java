package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a shard tells of what, where several services have entities of one hash. */
@Timeout(10)
final class ShardWatchesTest {
  private static final long MS = StockNode.MS;
  private static final long ENTITY = 7;
  private static final long STOCK_WATCH = -1;
  private static final long NOTE_WATCH = -2;
  private static final long ORIGIN = SteppedShard.ORIGIN_INCARNATION;
  private static final byte[] NO_KEY = {};

  private final SteppedShard shard = shard();
  private long sequence;

  @Test
  void shouldTellWatchersOfOneServiceNothingOfAnothersEntityOfTheSameHash() {
    watch(0, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    watch(0, NOTE_WATCH, NoteService.read(ENTITY));
    assertEquals(List.of(STOCK_WATCH, NOTE_WATCH), told());
    // Of one, since the other is not even read.
    put(1, ENTITY);
    assertTrue(shard.tellWatchers(1));
    assertEquals(List.of(STOCK_WATCH), told());
    note(2, NoteService.Op.ADD, 0);
    assertTrue(shard.tellWatchers(1));
    assertEquals(List.of(NOTE_WATCH), told());
  }

  @Test
  void shouldTellApartEntitiesOfOneHashAndReadNoneButTheOneThatHasChanged() {
    final int entities = 1_000;
    for (long entity = 1; entity <= entities; entity++) {
      watch(0, -entity, StockClient.count(entity).byteArray());
    }
    assertEquals(entities, told().size());
    assertEquals(entities, shard.shard.registrations().size());
    assertEquals(entities, shard.shard.registrations().byIdHash.size(), "each found at once");
    shard.apply(1, SteppedShard.command(1, ENTITY, NO_KEY, StockClient.putOne(77)));
    assertTrue(shard.tellWatchers(1), "others are to be read, too");
    assertEquals(List.of(-77L), told());
  }

  @Test
  void shouldTellOfWhatATimerHasChanged() {
    watch(0, NOTE_WATCH, NoteService.read(ENTITY));
    note(0, NoteService.Op.SET_TIMER, ENTITY);
    told();
    assertTrue(shard.shard.fireTimers(5 * MS, 9));
    assertTrue(shard.tellWatchers(9));
    assertEquals(List.of(NOTE_WATCH), told());
  }

  @Test
  void shouldTellOfSeveralInTurnAndOfEachOnce() {
    for (long entity = 1; entity <= 3; entity++) {
      shard.apply(
          0, SteppedShard.watch(-entity, ORIGIN, entity, StockClient.count(entity).byteArray()));
    }
    told();
    for (int round = 0; round < 2; round++) {
      for (long entity = 3; entity >= 1; entity--) {
        put(1, entity);
      }
    }
    assertFalse(shard.tellWatchers(2));
    assertEquals(List.of(-3L, -2L), told());
    put(1, 3);
    assertTrue(shard.tellWatchers(3));
    assertEquals(List.of(-1L, -3L), told());
    assertTrue(shard.tellWatchers(1));
    assertEquals(List.of(), told());
  }

  @Test
  void shouldNotTellOfARegistrationThatHasEndedSinceTheChange() {
    watch(0, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    told();
    put(1, ENTITY);
    assertTrue(shard.shard.fireTimers(WatchTimes.DEFAULT.expiryNs(), 9));
    assertTrue(shard.tellWatchers(9));
    assertEquals(List.of(), told());
    assertEquals(0, shard.shard.registrations().size());
  }

  @Test
  void shouldNotTellTwiceOfTheSameVersion() {
    put(0, ENTITY);
    watch(0, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    put(0, ENTITY);
    watch(0, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    assertEquals(2, told().size());
    assertTrue(shard.tellWatchers(9));
    assertEquals(List.of(), told());
  }

  @Test
  void shouldRefuseAnOlderIncarnationOfTheSameNode() {
    watch(0, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    told();
    shard.originIs(ORIGIN - 1);
    shard.apply(
        0, SteppedShard.watch(-9, ORIGIN - 1, ENTITY, StockClient.count(ENTITY).byteArray()));
    assertEquals(ReplyCode.STALE, lastCode());
    shard.originIs(ORIGIN);
    told();
    put(1, ENTITY);
    assertTrue(shard.tellWatchers(9));
    assertEquals(List.of(STOCK_WATCH), told());
  }

  @Test
  void shouldRefuseToWatchWhatIsTooLongOrNoRead() {
    final byte[] longRead = new byte[MessageLengths.SHORT_COMMAND_BOUND + 1];
    StockClient.count(ENTITY).getBytes(0, longRead, 0, StockClient.count(ENTITY).capacity());
    watch(0, STOCK_WATCH, longRead);
    assertEquals(ReplyCode.INVALID, lastCode());
    watch(0, STOCK_WATCH, StockClient.putOne(ENTITY));
    assertEquals(ReplyCode.INVALID, lastCode());
    assertEquals(0, shard.shard.registrations().size());
    assertEquals(0, shard.stats.get(EngineCounter.WATCHES_REGISTERED));
  }

  /** Its state may be restored in a shard of the same incarnation. */
  @Test
  void shouldOrderWhatItTellsBehindAllThatALifeBeforeHasTold() {
    watch(5, STOCK_WATCH, StockClient.count(ENTITY).byteArray());
    for (int i = 0; i < 9; i++) {
      put(5, ENTITY);
      shard.tellWatchers(9);
    }
    final SteppedShard next = shard();
    next.apply(
        MS, SteppedShard.watch(STOCK_WATCH, ORIGIN, ENTITY, StockClient.count(ENTITY).byteArray()));
    assertTrue(order(next, 0) > order(shard, shard.replies.size() - 1));
    for (int i = 1; i < shard.replies.size(); i++) {
      if (new WireEditor().on(HexFormat.of().parseHex(shard.replies.get(i))).isTold()) {
        assertTrue(order(shard, i) > order(shard, 0));
      }
    }
  }

  private static long order(final SteppedShard from, final int reply) {
    return new WireEditor().on(HexFormat.of().parseHex(from.replies.get(reply))).order();
  }

  private static SteppedShard shard() {
    return new SteppedShard(
        StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
            .services(StockService.definition(), new NoteDefinition(new CountedBudget(100))));
  }

  private void watch(final long nowNs, final long watchId, final byte[] payload) {
    shard.apply(nowNs, SteppedShard.watch(watchId, ORIGIN, ENTITY, payload));
  }

  private void put(final long nowNs, final long entity) {
    shard.apply(
        nowNs, SteppedShard.command(++sequence, entity, NO_KEY, StockClient.putOne(entity)));
  }

  private void note(final long nowNs, final NoteService.Op op, final long timerId) {
    shard.apply(
        nowNs, SteppedShard.command(++sequence, ENTITY, NO_KEY, NoteService.note(op, timerId, MS)));
  }

  /** The watches that were told since the last look. */
  private List<Long> told() {
    final List<Long> ids = new ArrayList<>();
    shard.replies.forEach(
        reply -> {
          final WireEditor editor = new WireEditor().on(HexFormat.of().parseHex(reply));
          if (editor.isTold()) {
            ids.add(editor.repliedCorrelationId());
          }
        });
    shard.replies.clear();
    return ids;
  }

  private ReplyCode lastCode() {
    final String last = shard.replies.get(shard.replies.size() - 1);
    return ReplyCode.get((short) new WireEditor().on(HexFormat.of().parseHex(last)).code());
  }
}
