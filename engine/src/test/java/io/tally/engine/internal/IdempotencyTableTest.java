package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.LongReplies;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class IdempotencyTableTest {
  private static final long WINDOW_NS = 1_000;
  private static final int REPLY_LENGTH = 16;
  private static final int LONGEST = 3_000;
  private static final int CHUNK = IdempotencyTable.CHUNK_ROWS;

  private final IdempotencyLimit processLimit = new IdempotencyLimit(1 << 20);
  private final UnsafeBuffer longReply = new UnsafeBuffer(new byte[LONGEST]);
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[REPLY_LENGTH]);

  @Test
  void shouldReplayWhatTheFirstUseWasAnswered() {
    final IdempotencyTable table = table(100);
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(1, "key", "add 5"), Places.ASKED));
    conclude(table, 42);
    assertEquals(IdempotencyTable.REPLAY, table.begin(1, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(ReplyCode.ANSWERED, table.code());
    assertEquals(42, replayed(table));
    assertEquals(1, table.size());
  }

  @Test
  void shouldTellAnotherPayloadFromTheFirst() {
    final IdempotencyTable table = table(100);
    table.begin(0, command(1, "key", "add 5"), Places.ASKED);
    conclude(table, 42);
    assertEquals(
        IdempotencyTable.MISMATCH, table.begin(1, command(1, "key", "add 6"), Places.ASKED));
    assertEquals(IdempotencyTable.REPLAY, table.begin(1, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(42, replayed(table));
  }

  @Test
  void shouldCountAKeyWithinOneEntity() {
    final IdempotencyTable table = table(100);
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(2, "key", "add 5"), Places.ASKED));
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(1, "kez", "add 5"), Places.ASKED));
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(1, "keyy", "add 5"), Places.ASKED));
    assertEquals(4, table.size());
  }

  @Test
  void shouldAnswerInternalForAKeyThatWasNeverConcluded() {
    final IdempotencyTable table = table(100);
    table.begin(0, command(1, "key", "add 5"), Places.ASKED);
    assertEquals(IdempotencyTable.REPLAY, table.begin(1, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(ReplyCode.INTERNAL, table.code());
    assertEquals(0, table.copyReply(reply, 0));
  }

  @Test
  void shouldRememberAKeyForTheWholeWindowAndNoLonger() {
    final IdempotencyTable table = table(100);
    table.begin(0, command(1, "key", "add 5"), Places.ASKED);
    conclude(table, 42);
    assertEquals(
        IdempotencyTable.REPLAY,
        table.begin(WINDOW_NS - 1, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(
        IdempotencyTable.RESERVED,
        table.begin(WINDOW_NS, command(1, "key", "add 5"), Places.ASKED));
    conclude(table, 43);
    assertEquals(
        IdempotencyTable.REPLAY,
        table.begin(2 * WINDOW_NS - 1, command(1, "key", "add 5"), Places.ASKED));
    assertEquals(43, replayed(table));
    assertEquals(1, table.size());
  }

  @Test
  void shouldNotExtendTheWindowByAReplay() {
    final IdempotencyTable table = table(100);
    table.begin(0, command(1, "key", "add 5"), Places.ASKED);
    table.begin(WINDOW_NS - 1, command(1, "key", "add 5"), Places.ASKED);
    assertEquals(
        IdempotencyTable.RESERVED,
        table.begin(WINDOW_NS, command(1, "key", "add 5"), Places.ASKED));
  }

  @Test
  void shouldRefuseUnknownKeysAtTheCapAndStillReplayKnownOnes() {
    final IdempotencyTable table = table(3);
    for (int i = 0; i < 3; i++) {
      assertEquals(
          IdempotencyTable.RESERVED, table.begin(i, command(1, "key" + i, "add"), Places.ASKED));
      conclude(table, i);
    }
    assertEquals(
        IdempotencyTable.LIMITED, table.begin(10, command(1, "key3", "add"), Places.ASKED));
    assertEquals(IdempotencyTable.REPLAY, table.begin(10, command(1, "key0", "add"), Places.ASKED));
    assertEquals(0, replayed(table));
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(WINDOW_NS, command(1, "key3", "add"), Places.ASKED));
    assertEquals(
        IdempotencyTable.LIMITED, table.begin(WINDOW_NS, command(1, "key4", "add"), Places.ASKED));
  }

  @Test
  void shouldShareTheLimitOfTheProcessAndGiveBackWhatExpired() {
    final IdempotencyLimit limit = new IdempotencyLimit(2 * CHUNK);
    final IdempotencyTable first = table(1 << 20, limit);
    final IdempotencyTable second = table(1 << 20, limit);
    for (int i = 0; i < 2 * CHUNK; i++) {
      assertEquals(
          IdempotencyTable.RESERVED, first.begin(0, command(1, "key" + i, "add"), Places.ASKED));
    }
    assertEquals(IdempotencyTable.LIMITED, first.begin(0, command(1, "more", "add"), Places.ASKED));
    assertEquals(
        IdempotencyTable.LIMITED, second.begin(0, command(1, "more", "add"), Places.ASKED));
    assertEquals(2, limit.refusalCount());
    assertEquals(2 * CHUNK, first.expire(WINDOW_NS, 3 * CHUNK));
    assertEquals(0, first.size());
    assertEquals(
        IdempotencyTable.RESERVED,
        second.begin(WINDOW_NS, command(1, "more", "add"), Places.ASKED));
  }

  @Test
  void shouldHoldNoPlaceWhenNoKeyIsRemembered() {
    final IdempotencyLimit limit = new IdempotencyLimit(1 << 20);
    final IdempotencyTable table = table(1 << 20, limit);
    final Random random = new Random(11);
    long nowNs = 0;
    for (int burst = 0; burst < 200; burst++) {
      final int count = 1 + random.nextInt(3 * CHUNK);
      for (int i = 0; i < count; i++) {
        assertEquals(
            IdempotencyTable.RESERVED,
            table.begin(nowNs, command(1, "key" + i, "add"), Places.ASKED));
        conclude(table, i);
      }
      assertTrue(limit.acquired() < count + CHUNK, "no more than a chunk is held unused");
      nowNs += WINDOW_NS;
      table.expire(nowNs, Integer.MAX_VALUE);
      assertEquals(0, limit.acquired());
      assertEquals(0, table.size());
    }
  }

  @Test
  void shouldServeMoreShardsThanTheLimitHasChunksOneAfterTheOther() {
    final IdempotencyLimit limit = new IdempotencyLimit(2 * CHUNK);
    for (int shard = 0; shard < 10; shard++) {
      final IdempotencyTable table = table(1 << 20, limit);
      assertEquals(
          IdempotencyTable.RESERVED, table.begin(shard, command(1, "key", "add"), Places.ASKED));
      table.expire(shard + WINDOW_NS, Integer.MAX_VALUE);
    }
    assertEquals(0, limit.acquired());
  }

  @Test
  void shouldAgreeWithAMapOverManyKeysAndWindows() {
    final IdempotencyTable table = table(1 << 20);
    final Map<String, Long> firstUse = new HashMap<>();
    final Map<String, Long> answers = new HashMap<>();
    final Random random = new Random(7);
    long nowNs = 0;
    for (int i = 0; i < 200_000; i++) {
      nowNs += random.nextInt(100) == 0 ? 1 : 0;
      final String key = "key" + random.nextInt(20_000);
      final boolean known = firstUse.containsKey(key) && nowNs - firstUse.get(key) < WINDOW_NS;
      final int result = table.begin(nowNs, command(1, key, "add"), Places.ASKED);
      assertEquals(known ? IdempotencyTable.REPLAY : IdempotencyTable.RESERVED, result);
      if (known) {
        assertEquals(answers.get(key), replayed(table));
      } else {
        conclude(table, i);
        firstUse.put(key, nowNs);
        answers.put(key, (long) i);
      }
    }
    assertTrue(table.size() > CHUNK, "several chunks were in use");
    assertTrue(table.size() <= 20_000 + 64, "expired keys were dropped");
  }

  @Test
  void shouldAnswerTheSameHoweverFarSweepsHaveCome() {
    final Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      final int maxKeys = 1 + random.nextInt(3 * CHUNK);
      final IdempotencyTable swept = table(maxKeys);
      final IdempotencyTable unswept = table(maxKeys);
      long timeNs = 0;
      for (int i = 0; i < 1_000; i++) {
        // Sometimes a burst within one window, sometimes a pause beyond it.
        timeNs += random.nextInt(100) == 0 ? random.nextInt((int) (2 * WINDOW_NS)) : 1;
        final Command command =
            command(1, "key" + random.nextInt(2 * maxKeys), random.nextInt(9) == 0 ? "a" : "b");
        swept.expire(timeNs, random.nextInt(4 * CHUNK));
        final int result = unswept.begin(timeNs, command, Places.ASKED);
        assertEquals(result, swept.begin(timeNs, command, Places.ASKED));
        if (result == IdempotencyTable.RESERVED) {
          conclude(swept, i);
          conclude(unswept, i);
        } else if (result == IdempotencyTable.REPLAY) {
          assertEquals(replayed(swept), replayed(unswept));
        }
      }
    }
  }

  @Test
  void shouldFindRoomInWhatHasExpiredWithoutASweep() {
    final IdempotencyLimit limit = new IdempotencyLimit(2 * CHUNK);
    final IdempotencyTable table = table(1 << 20, limit);
    for (int i = 0; i < 3 * CHUNK; i++) {
      assertEquals(
          i < 2 * CHUNK ? IdempotencyTable.RESERVED : IdempotencyTable.LIMITED,
          table.begin(0, command(1, "key" + i, "add"), Places.ASKED));
    }
    for (int i = 0; i < 2 * CHUNK; i++) {
      assertEquals(
          IdempotencyTable.RESERVED,
          table.begin(WINDOW_NS, command(1, "key" + i, "add"), Places.ASKED));
    }
  }

  @Test
  void shouldForgetAKeyThatIsGivenBackAndNoOther() {
    final IdempotencyLimit limit = new IdempotencyLimit(1 << 20);
    final int maxKeys = 3 * CHUNK;
    final IdempotencyTable table = table(maxKeys, limit);
    final Map<String, Long> firstUse = new HashMap<>();
    final Random random = new Random(3);
    long timeNs = 0;
    for (int i = 0; i < 100_000; i++) {
      // Sometimes so long that nothing is left.
      timeNs += random.nextInt(2_000) == 0 ? 2 * WINDOW_NS : random.nextInt(20) == 0 ? 50 : 0;
      final long nowNs = timeNs;
      firstUse.values().removeIf(usedNs -> nowNs - usedNs >= WINDOW_NS);
      if (random.nextInt(50) == 0) {
        table.sweep(timeNs, random.nextInt(2 * CHUNK));
      }
      final String key = "key" + random.nextInt(4 * CHUNK);
      final int expected =
          firstUse.containsKey(key)
              ? IdempotencyTable.REPLAY
              : firstUse.size() == maxKeys ? IdempotencyTable.LIMITED : IdempotencyTable.RESERVED;
      assertEquals(expected, table.begin(timeNs, command(1, key, "add"), Places.ASKED));
      if (expected == IdempotencyTable.RESERVED && random.nextBoolean()) {
        table.giveBack();
      } else if (expected == IdempotencyTable.RESERVED) {
        conclude(table, i);
        firstUse.put(key, timeNs);
      }
      assertTrue(limit.acquired() <= table.size() + 2 * CHUNK, "chunks without keys are held");
    }
    table.sweep(timeNs + WINDOW_NS, Integer.MAX_VALUE);
    assertEquals(0, table.size());
    assertEquals(0, limit.acquired());
  }

  @Test
  void shouldDoAsItIsToldWhetherThereIsAPlace() {
    final IdempotencyLimit limit = new IdempotencyLimit(CHUNK);
    final IdempotencyTable table = table(1 << 20, limit);
    final Places given =
        budget -> {
          budget.take();
          return true;
        };
    assertEquals(
        IdempotencyTable.LIMITED, table.begin(0, command(1, "key", "add"), budget -> false));
    for (int i = 0; i < 3 * CHUNK; i++) {
      assertEquals(IdempotencyTable.RESERVED, table.begin(0, command(1, "key" + i, "add"), given));
      conclude(table, i);
    }
    assertEquals(IdempotencyTable.LIMITED, table.begin(0, command(1, "k", "a"), Places.ASKED));
    for (int i = 0; i < 3 * CHUNK; i++) {
      assertEquals(
          IdempotencyTable.REPLAY, table.begin(1, command(1, "key" + i, "add"), Places.ASKED));
      assertEquals(i, replayed(table));
    }
    table.sweep(WINDOW_NS, Integer.MAX_VALUE);
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(WINDOW_NS, command(1, "k", "a"), Places.ASKED));
  }

  @Test
  void shouldKeepLongRepliesBesideTheRowsAndGiveTheirRoomBack() {
    final ReplyRoom room = new ReplyRoom(1 << 24);
    final IdempotencyTable table = table(1 << 20, new IdempotencyLimit(1 << 20, room));
    final Map<String, Integer> lengths = new HashMap<>();
    final Map<String, Long> firstUse = new HashMap<>();
    final Random random = new Random(5);
    long nowNs = 0;
    long kept = 0;
    for (int i = 0; i < 20_000; i++) {
      nowNs += random.nextInt(8) == 0 ? 1 : 0;
      final String key = "key" + random.nextInt(1_500);
      final Command command = command(1, key, "swap");
      command.maxReplyLength = LONGEST;
      final boolean known = firstUse.containsKey(key) && nowNs - firstUse.get(key) < WINDOW_NS;
      final int result = table.begin(nowNs, command, Places.ASKED);
      assertEquals(known ? IdempotencyTable.REPLAY : IdempotencyTable.RESERVED, result);
      if (known) {
        assertLongReply(table, key, lengths.get(key));
      } else {
        final int length = random.nextInt(3) == 0 ? 8 : random.nextInt(LONGEST);
        longReply.setMemory(0, length, (byte) key.hashCode());
        table.conclude(ReplyCode.ANSWERED, 0, longReply, 0, length);
        lengths.put(key, length);
        firstUse.put(key, nowNs);
      }
      kept = Math.max(kept, room.taken());
    }
    assertTrue(kept > 100 * LONGEST, "many were kept at a time");
    assertEquals(0, room.refusalCount());
    table.expire(nowNs + WINDOW_NS, Integer.MAX_VALUE);
    assertEquals(0, room.taken());
  }

  @Test
  void shouldRefuseAKeyWhoseLongestReplyHasNoRoomAndHoldNothingForIt() {
    final ReplyRoom room = new ReplyRoom(2 * LongReplies.chargeOf(LONGEST));
    final IdempotencyLimit limit = new IdempotencyLimit(CHUNK, room);
    final IdempotencyTable table = table(1 << 20, limit);
    final IdempotencyTable other = table(1 << 20, limit);
    assertEquals(IdempotencyTable.RESERVED, table.begin(0, longCommand("a"), Places.ASKED));
    table.conclude(ReplyCode.ANSWERED, 0, longReply, 0, LONGEST);
    assertEquals(
        IdempotencyTable.LIMITED,
        other.begin(0, longCommand("a"), Places.ASKED),
        "no chunk of rows");
    assertEquals(LongReplies.chargeOf(LONGEST), room.taken());
    assertEquals(IdempotencyTable.RESERVED, table.begin(0, longCommand("b"), Places.ASKED));
    table.conclude(ReplyCode.ANSWERED, 0, longReply, 0, LONGEST - 1);
    assertEquals(IdempotencyTable.LIMITED, table.begin(0, longCommand("c"), Places.ASKED));
    assertEquals(1, room.refusalCount());
    assertEquals(2, table.size());
    assertEquals(
        IdempotencyTable.RESERVED, table.begin(0, command(1, "short", "add"), Places.ASKED));
    conclude(table, 5);
    assertEquals(IdempotencyTable.REPLAY, table.begin(0, longCommand("b"), Places.ASKED));
    assertEquals(IdempotencyTable.RESERVED, table.begin(WINDOW_NS, longCommand("c"), Places.ASKED));
    table.conclude(ReplyCode.INTERNAL, 0, longReply, 0, 0);
    assertEquals(0, room.taken(), "the first two are expired, and the third has no reply");
  }

  private static Command longCommand(final String key) {
    final Command command = command(1, key, "swap");
    command.maxReplyLength = LONGEST;
    return command;
  }

  private void assertLongReply(final IdempotencyTable table, final String key, final int length) {
    longReply.setMemory(0, LONGEST, (byte) 0);
    assertEquals(length, table.copyReply(longReply, 0));
    for (int i = 0; i < length; i++) {
      assertEquals((byte) key.hashCode(), longReply.getByte(i));
    }
  }

  @Test
  void shouldComputeADefaultFromTheHeap() {
    final long keys = IdempotencyLimit.defaultMaxKeys(1L << 30, REPLY_LENGTH);
    assertTrue(keys * IdempotencyTable.bytesPerKey(REPLY_LENGTH) <= 1L << 27);
    assertFalse((keys + 1) * IdempotencyTable.bytesPerKey(REPLY_LENGTH) <= 1L << 27);
  }

  private IdempotencyTable table(final int maxKeys) {
    return table(maxKeys, processLimit);
  }

  private static IdempotencyTable table(final int maxKeys, final IdempotencyLimit limit) {
    return new IdempotencyTable(WINDOW_NS, maxKeys, REPLY_LENGTH, limit, 11, 13);
  }

  private void conclude(final IdempotencyTable table, final long value) {
    reply.putLong(0, value);
    table.conclude(ReplyCode.ANSWERED, 0, reply, 0, Long.BYTES);
  }

  private long replayed(final IdempotencyTable table) {
    reply.setMemory(0, REPLY_LENGTH, (byte) 0xFF);
    assertEquals(Long.BYTES, table.copyReply(reply, 0));
    return reply.getLong(0);
  }

  private static Command command(final long entityHash, final String key, final String payload) {
    final byte[] bytes = (key + payload).getBytes(StandardCharsets.US_ASCII);
    final Command command = new Command();
    command.entityHash = entityHash;
    command.buffer = new UnsafeBuffer(bytes);
    command.idempotencyKeyOffset = 0;
    command.idempotencyKeyLength = key.length();
    command.payloadOffset = key.length();
    command.payloadLength = payload.length();
    return command;
  }
}
