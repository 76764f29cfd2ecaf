package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.LongReplies;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Keys are shown as they were at one instant, although others are added and they expire. */
final class KeySnapshotTest {
  private static final long WINDOW_NS = 1_000;
  private static final int SHORT_REPLY = 16;
  private static final int LONG_REPLY = 300;
  private static final int CHUNK = IdempotencyTable.CHUNK_ROWS;

  private record Used(String payload, long replyLength, long timeNs) {}

  private final ReplyRoom room = new ReplyRoom(Long.MAX_VALUE / 2);
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[LONG_REPLY]);
  private long nowNs;
  private int nextKey;

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void shouldShowTheKeysOfTheInstant(@ForAll final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final IdempotencyTable table = table(new IdempotencyLimit(1 << 20, room), random);
    final Map<String, Used> known = new LinkedHashMap<>();
    use(table, known, random, random.nextInt(1_000));
    final Map<String, Used> atInstant = new LinkedHashMap<>(known);
    final long instantNs = nowNs;
    final long oldest = table.rows().oldest();
    final KeptRecords records = new KeptRecords();
    table.snapshot().beginSnapshot(records);
    do {
      use(table, known, random, random.nextInt(50));
      if (random.nextInt(10) == 0) {
        nowNs += random.nextLong(WINDOW_NS);
        table.sweep(nowNs, random.nextInt(500));
      }
    } while (!table.snapshot().writeSnapshot(1 + random.nextInt(100)));
    use(table, known, random, 50);
    table.snapshot().endSnapshot();

    final long standstillNs = random.nextLong(10 * WINDOW_NS);
    final ReplyRoom otherRoom = new ReplyRoom(Long.MAX_VALUE / 2);
    final IdempotencyTable restored = table(new IdempotencyLimit(0, otherRoom), random);
    restoreInto(restored, records, standstillNs);
    assertTrue(restored.snapshot().isRestored());
    assertEquals(oldest, restored.rows().oldest(), "rows keep their numbers");
    assertKnown(restored, atInstant, instantNs, standstillNs);
    restored.close();
    assertEquals(0, otherRoom.taken());
  }

  /** Whatever stands still, the window goes on where it stood, and ends when it has passed. */
  private void assertKnown(
      final IdempotencyTable table,
      final Map<String, Used> keys,
      final long instantNs,
      final long standstillNs) {
    keys.forEach(
        (key, used) -> {
          final boolean isKept = instantNs - used.timeNs < WINDOW_NS;
          if (isKept) {
            final long lastNs = used.timeNs + standstillNs + WINDOW_NS - 1;
            assertEquals(
                IdempotencyTable.REPLAY,
                table.begin(lastNs, command(key, used.payload), Places.ASKED));
            reply.setMemory(0, LONG_REPLY, (byte) 0);
            assertEquals(used.replyLength, table.copyReply(reply, 0));
            if (used.replyLength > 0) {
              assertEquals(key.hashCode(), reply.getInt(0));
              assertEquals((byte) key.hashCode(), reply.getByte((int) used.replyLength - 1));
            } else {
              assertEquals(ReplyCode.INTERNAL, table.code());
            }
            assertEquals(
                IdempotencyTable.MISMATCH,
                table.begin(lastNs, command(key, "other"), Places.ASKED));
          }
        });
  }

  @Test
  void shouldKeepRestoredKeysAboveTheLimitsAndRefuseNewOnes() {
    final SplittableRandom random = new SplittableRandom(3);
    final IdempotencyTable table = table(new IdempotencyLimit(1 << 20, room), random);
    final Map<String, Used> known = new LinkedHashMap<>();
    for (int i = 0; i < 2 * CHUNK; i++) {
      add(table, known, LONG_REPLY);
    }
    final KeptRecords records = new KeptRecords();
    table.snapshot().beginSnapshot(records);
    assertTrue(table.snapshot().writeSnapshot(Integer.MAX_VALUE));
    table.snapshot().endSnapshot();
    final ReplyRoom small = new ReplyRoom(LongReplies.chargeOf(LONG_REPLY));
    final IdempotencyLimit limit = new IdempotencyLimit(CHUNK, small);
    final IdempotencyTable restored = table(limit, random);
    restoreInto(restored, records, 0);
    assertEquals(2 * CHUNK, restored.size());
    assertEquals(
        IdempotencyTable.LIMITED, restored.begin(nowNs, command("new", "add"), Places.ASKED));
    assertKnown(restored, known, nowNs, 0);
    restored.expire(nowNs + WINDOW_NS, Integer.MAX_VALUE);
    assertEquals(0, small.taken());
    assertEquals(0, limit.acquired());
    assertEquals(
        IdempotencyTable.RESERVED,
        restored.begin(nowNs + WINDOW_NS, command("new", "add"), Places.ASKED));
  }

  @Test
  void shouldGoOnWhenTheSinkIsFull() {
    final SplittableRandom random = new SplittableRandom(3);
    final IdempotencyTable table = table(new IdempotencyLimit(1 << 20, room), random);
    final Map<String, Used> known = new LinkedHashMap<>();
    use(table, known, random, 100);
    table.snapshot().beginSnapshot(new KeptRecords(5));
    nowNs += WINDOW_NS / 2;
    use(table, known, random, 10);
    assertFalse(table.snapshot().writeSnapshot(Integer.MAX_VALUE));
    nowNs += WINDOW_NS;
    table.sweep(nowNs, Integer.MAX_VALUE);
    assertFalse(table.snapshot().writeSnapshot(Integer.MAX_VALUE));
    table.snapshot().endSnapshot();
    assertEquals(0, table.size());
  }

  @Test
  void shouldRefuseKeysThatAreMissingOrComeTwice() {
    final SplittableRandom random = new SplittableRandom(3);
    final IdempotencyTable table = table(new IdempotencyLimit(1 << 20, room), random);
    final Map<String, Used> known = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      add(table, known, SHORT_REPLY);
    }
    final KeptRecords records = new KeptRecords();
    table.snapshot().beginSnapshot(records);
    assertTrue(table.snapshot().writeSnapshot(3));
    table.snapshot().endSnapshot();
    for (int doubled = 0; doubled < 4; doubled++) {
      final KeptRecords twice = new KeptRecords();
      twice.records.addAll(records.records);
      twice.records.add(doubled, twice.records.get(doubled));
      final IdempotencyTable target = table(new IdempotencyLimit(1 << 20, room), random);
      assertThrows(IllegalArgumentException.class, () -> restoreInto(target, twice, 0));
    }
    final KeptRecords lost = new KeptRecords();
    lost.records.addAll(records.records.subList(0, 3));
    final IdempotencyTable target = table(new IdempotencyLimit(1 << 20, room), random);
    restoreInto(target, lost, 0);
    assertFalse(target.snapshot().isRestored());
  }

  private void use(
      final IdempotencyTable table,
      final Map<String, Used> known,
      final SplittableRandom random,
      final int times) {
    for (int i = 0; i < times; i++) {
      nowNs += random.nextInt(8);
      final int kind = random.nextInt(8);
      if (kind == 0) {
        assertEquals(
            IdempotencyTable.RESERVED,
            table.begin(nowNs, command("back-" + nextKey++, "add"), Places.ASKED));
        table.giveBack();
      } else {
        add(table, known, kind == 1 ? 0 : kind == 2 ? LONG_REPLY - random.nextInt(50) : 8);
      }
    }
  }

  /** A key of which the command threw if there is no reply. */
  private void add(
      final IdempotencyTable table, final Map<String, Used> known, final int replyLength) {
    final String key = "key-" + nextKey++;
    final Command command = command(key, "add");
    command.maxReplyLength = LONG_REPLY;
    assertEquals(IdempotencyTable.RESERVED, table.begin(nowNs, command, Places.ASKED));
    if (replyLength == 0) {
      table.conclude(ReplyCode.INTERNAL, 0, reply, 0, 0);
    } else {
      reply.setMemory(0, LONG_REPLY, (byte) key.hashCode());
      reply.putInt(0, key.hashCode());
      table.conclude(ReplyCode.ANSWERED, 0, reply, 0, replyLength);
    }
    known.put(key, new Used("add", replyLength, nowNs));
  }

  private static IdempotencyTable table(
      final IdempotencyLimit limit, final SplittableRandom random) {
    return new IdempotencyTable(
        WINDOW_NS, 1 << 20, SHORT_REPLY, limit, random.nextLong(), random.nextLong());
  }

  private static void restoreInto(
      final IdempotencyTable table, final KeptRecords records, final long standstillNs) {
    table.snapshot().standstill(standstillNs);
    for (final byte[] record : records.records) {
      table.snapshot().restore(new UnsafeBuffer(record), 0, record.length);
    }
  }

  private static Command command(final String key, final String payload) {
    final byte[] bytes = WireBytes.ascii(key + payload);
    final Command command = new Command();
    command.entityHash = 1;
    command.buffer = new UnsafeBuffer(bytes);
    command.idempotencyKeyLength = key.length();
    // Some are keys of their own, the others those of items.
    command.keyItem = key.hashCode() & 3;
    command.payloadOffset = key.length();
    command.payloadLength = payload.length();
    return command;
  }
}
