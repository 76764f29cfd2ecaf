package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class MessageRingTest {
  private static final int SLOT_COUNT = 8;
  private static final int MAX_LENGTH = 24;

  private final MessageRing ring = new MessageRing(SLOT_COUNT, MAX_LENGTH);
  private final MessageClaim claim = new MessageClaim();
  private final List<Long> taken = new ArrayList<>();

  @Test
  void shouldHandOverInOrderWithLengthAndDeadline() {
    assertTrue(ring.tryClaim(MAX_LENGTH, 77, claim));
    assertEquals(MAX_LENGTH, claim.length());
    claim.buffer().setMemory(claim.offset(), MAX_LENGTH, (byte) 5);
    claim.commit();
    assertTrue(ring.tryClaim(0, -3, claim));
    claim.commit();
    final List<String> seen = new ArrayList<>();
    final int count =
        ring.poll(
            (buffer, offset, length, deadlineNs) -> {
              for (int i = 0; i < length; i++) {
                assertEquals(5, buffer.getByte(offset + i));
              }
              seen.add(length + "@" + deadlineNs);
            },
            10,
            MessageRing.NO_BOUND);
    assertEquals(2, count);
    assertEquals(List.of("24@77", "0@-3"), seen);
  }

  @Test
  void shouldBeFullAfterAllSlotsAndHaveRoomAfterAPoll() {
    for (int i = 0; i < SLOT_COUNT; i++) {
      put(i);
    }
    assertFalse(ring.tryClaim(8, 0, claim));
    assertEquals(SLOT_COUNT, ring.depth());
    assertEquals(1, ring.poll(this::take, 1, MessageRing.NO_BOUND));
    put(100);
    assertFalse(ring.tryClaim(8, 0, claim));
  }

  @Test
  void shouldLetAMessagePastOnlyWhereNothingIsClaimed() {
    assertTrue(ring.tryPass(8));
    assertTrue(ring.tryClaim(8, 0, claim));
    assertFalse(ring.tryPass(8), "claimed, not committed");
    claim.commit();
    assertFalse(ring.tryPass(8));
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertTrue(ring.tryPass(8));
    assertEquals(3, ring.consumedCount());
    assertEquals(0, ring.depth());
  }

  @Test
  void shouldLetNothingPastAFirstReader() {
    ring.addFirstReader();
    assertFalse(ring.tryPass(8));
  }

  @Test
  void shouldWrapManyTimes() {
    for (long i = 0; i < 10L * SLOT_COUNT; i += 5) {
      for (long j = 0; j < 5; j++) {
        put(i + j);
      }
      assertEquals(5, ring.poll(this::take, 100, MessageRing.NO_BOUND));
    }
    for (int i = 0; i < taken.size(); i++) {
      assertEquals(i, taken.get(i));
    }
    assertEquals(0, ring.depth());
  }

  @Test
  void shouldSkipAbortedClaims() {
    put(1);
    assertTrue(ring.tryClaim(8, 0, claim));
    claim.abort();
    put(2);
    assertEquals(3, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(List.of(1L, 2L), taken);
  }

  @Test
  void shouldStopInFrontOfAnUncommittedClaim() {
    put(1);
    final MessageClaim open = new MessageClaim();
    assertTrue(ring.tryClaim(8, 0, open));
    put(3);
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    open.buffer().putLong(open.offset(), 2);
    open.commit();
    assertEquals(2, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(List.of(1L, 2L, 3L), taken);
  }

  @Test
  void shouldKeepToTheLimitAndTheBound() {
    for (int i = 0; i < 6; i++) {
      put(i);
    }
    assertEquals(0, ring.poll(this::take, 10, -1));
    assertEquals(2, ring.poll(this::take, 10, 1));
    assertEquals(0, ring.poll(this::take, 10, 1));
    assertEquals(3, ring.poll(this::take, 3, MessageRing.NO_BOUND));
    assertEquals(1, ring.poll(this::take, 3, MessageRing.NO_BOUND));
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), taken);
  }

  @Test
  void shouldGoOnBehindACommandWhoseHandlerThrew() {
    put(1);
    put(2);
    put(3);
    assertThrows(
        IllegalStateException.class,
        () ->
            ring.poll(
                (buffer, offset, length, deadlineNs) -> {
                  take(buffer, offset, length, deadlineNs);
                  if (buffer.getLong(offset) == 2) {
                    throw new IllegalStateException("two");
                  }
                },
                10,
                MessageRing.NO_BOUND));
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(List.of(1L, 2L, 3L), taken);
  }

  @Test
  void shouldTakeWhatItsHandlerPublishes() {
    put(1);
    final int count =
        ring.poll(
            (buffer, offset, length, deadlineNs) -> {
              take(buffer, offset, length, deadlineNs);
              if (taken.size() < 3) {
                put(taken.size() + 1);
              }
            },
            10,
            MessageRing.NO_BOUND);
    assertEquals(3, count);
    assertEquals(List.of(1L, 2L, 3L), taken);
  }

  @Test
  void shouldRefuseMessagesLongerThanASlot() {
    final int tooLong = MessageRing.slotLength(MAX_LENGTH);
    assertThrows(IllegalArgumentException.class, () -> ring.tryClaim(tooLong, 0, claim));
    assertEquals(0, ring.depth());
  }

  @Test
  void shouldHandNothingToTheConsumerThatTheFirstReaderHasNotSeen() {
    final MessageRing.FirstReader first = ring.addFirstReader();
    final List<Long> seen = new ArrayList<>();
    put(1);
    put(2);
    put(3);
    assertEquals(0, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(
        2, first.poll((b, offset, n, d) -> seen.add(b.getLong(offset)), 2, MessageRing.NO_BOUND));
    assertEquals(1, ring.poll(this::take, 1, MessageRing.NO_BOUND));
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(
        1, first.poll((b, offset, n, d) -> seen.add(b.getLong(offset)), 2, MessageRing.NO_BOUND));
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(List.of(1L, 2L, 3L), seen);
    assertEquals(seen, taken);
  }

  @Test
  void shouldGateProducersByTheConsumerAlsoBehindAFirstReader() {
    final MessageRing.FirstReader first = ring.addFirstReader();
    for (int i = 0; i < SLOT_COUNT; i++) {
      put(i);
    }
    assertEquals(SLOT_COUNT, first.poll((b, offset, n, d) -> {}, SLOT_COUNT, MessageRing.NO_BOUND));
    assertFalse(ring.tryClaim(8, 0, claim), "read ahead, but not consumed");
    assertEquals(1, ring.poll(this::take, 1, MessageRing.NO_BOUND));
    put(100);
    assertFalse(ring.tryClaim(8, 0, claim));
  }

  @Test
  void shouldKeepTheBoundOfTheFirstReader() {
    final MessageRing.FirstReader first = ring.addFirstReader();
    put(1);
    final long bound = ring.lastClaimed();
    put(2);
    assertEquals(1, first.poll((b, offset, n, d) -> {}, 10, bound));
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    assertEquals(List.of(1L), taken);
  }

  @Test
  void shouldTakeAFirstReaderOnlyBeforeTheFirstClaim() {
    put(1);
    assertThrows(IllegalStateException.class, ring::addFirstReader);
    final MessageRing other = new MessageRing(SLOT_COUNT, MAX_LENGTH);
    other.addFirstReader();
    assertThrows(IllegalStateException.class, other::addFirstReader);
  }

  @Test
  void shouldLoseNothingBetweenThreads() throws InterruptedException {
    final int perThread = 20_000;
    final Thread[] producers = new Thread[2];
    for (int t = 0; t < producers.length; t++) {
      final long base = (long) t << 32;
      producers[t] = new Thread(() -> produce(base, perThread));
      producers[t].start();
    }
    final long[] next = {0, 0};
    int total = 0;
    while (total < producers.length * perThread) {
      total +=
          ring.poll(
              (buffer, offset, length, deadlineNs) -> {
                final long value = buffer.getLong(offset);
                assertEquals(next[(int) (value >> 32)]++, value & 0xFFFF_FFFFL);
              },
              64,
              MessageRing.NO_BOUND);
      Thread.yield();
    }
    for (final Thread producer : producers) {
      producer.join();
    }
    assertEquals(perThread, next[0]);
    assertEquals(perThread, next[1]);
  }

  private void produce(final long base, final int count) {
    final MessageClaim own = new MessageClaim();
    for (int i = 0; i < count; ) {
      if (ring.tryClaim(Long.BYTES, 0, own)) {
        own.buffer().putLong(own.offset(), base + i++);
        own.commit();
      } else {
        Thread.yield();
      }
    }
  }

  private void put(final long value) {
    assertTrue(ring.tryClaim(Long.BYTES, 0, claim));
    claim.buffer().putLong(claim.offset(), value);
    claim.commit();
  }

  private void take(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    assertEquals(Long.BYTES, length);
    taken.add(buffer.getLong(offset));
  }
}
