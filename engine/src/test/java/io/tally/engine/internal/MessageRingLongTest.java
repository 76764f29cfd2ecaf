package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that take several slots of a ring. */
@Tag("default-jdk")
final class MessageRingLongTest {
  private static final int SLOT_COUNT = 16;
  private static final int SHORT = 48;
  private static final int SLOT_LENGTH = 64;
  private static final int LONGEST = SLOT_COUNT / 2 * SLOT_LENGTH - 16;

  private final MessageRing ring = new MessageRing(SLOT_COUNT, SHORT, LONGEST);
  private final MessageClaim claim = new MessageClaim();
  private final ArrayDeque<Message> expected = new ArrayDeque<>();
  private int nextFill = 1;

  private record Message(int length, byte fill) {}

  private enum Kind {
    PUT,
    ABORT,
    OPEN,
    CLOSE,
    POLL_ONE,
    POLL_ALL
  }

  private record Step(Kind kind, int length) {}

  /** A claim that is not ended yet: the reader stops in front of it. */
  private record Open(MessageClaim claim, boolean aborts) {}

  @Test
  @Timeout(20)
  void shouldTakeTheLongestMessageWhereverAnEmptyRingStands() {
    for (int shorts = 0; shorts < 3 * SLOT_COUNT; shorts++) {
      assertTrue(put(SHORT));
      pollAll();
      for (int length = SHORT; length <= LONGEST; length += 8) {
        assertTrue(put(length), shorts + " short ones, then " + length);
        pollAll();
      }
    }
    assertEquals(0, ring.depth());
  }

  @Test
  @Timeout(20)
  void shouldKeepAShortMessageInOneSlot() {
    for (int i = 0; i < SLOT_COUNT; i++) {
      assertTrue(put(i % 2 == 0 ? SHORT : 0));
    }
    assertFalse(put(0));
    assertEquals(SLOT_COUNT, ring.depth());
  }

  @Test
  @Timeout(20)
  void shouldCountTheSlotsOfALongMessageAndOfItsPadding() {
    assertTrue(put(SHORT + 1));
    assertEquals(2, ring.depth());
    assertTrue(put(LONGEST));
    assertEquals(2 + SLOT_COUNT / 2, ring.depth());
    pollAll();
    assertTrue(put(LONGEST));
    assertEquals(SLOT_COUNT - 10 + SLOT_COUNT / 2, ring.depth(), "six slots before the slab's end");
    pollAll();
  }

  @Test
  @Timeout(20)
  void shouldRefuseAMessageLongerThanTheLongest() {
    assertThrows(IllegalArgumentException.class, () -> ring.tryClaim(LONGEST + 1, 0, claim));
    assertEquals(0, ring.depth());
  }

  @Test
  @Timeout(20)
  void shouldRefuseToHoldMessagesLongerThanHalfOfTheRing() {
    assertThrows(
        IllegalArgumentException.class, () -> new MessageRing(SLOT_COUNT, SHORT, LONGEST + 1));
    assertEquals(SLOT_COUNT, MessageRing.minSlots(SHORT, LONGEST));
    assertEquals(1, MessageRing.minSlots(SHORT, SHORT));
  }

  @Test
  @Timeout(20)
  void shouldTakeNothingOfWhatWasClaimedAfterTheBound() {
    assertTrue(put(LONGEST));
    final long bound = ring.lastClaimed();
    assertTrue(put(SHORT + 1));
    assertEquals(1, ring.poll(this::take, 10, bound));
    assertEquals(0, ring.poll(this::take, 10, bound));
    assertTrue(put(LONGEST - SLOT_LENGTH), "with padding: it begins at the slab's start");
    assertEquals(0, ring.poll(this::take, 10, bound));
    pollAll();
  }

  @Test
  @Timeout(20)
  void shouldStopInFrontOfALongMessageThatIsNotCommitted() {
    assertTrue(put(SHORT));
    final MessageClaim open = new MessageClaim();
    assertTrue(ring.tryClaim(3 * SLOT_LENGTH, 0, open));
    open.buffer().setMemory(open.offset(), 3 * SLOT_LENGTH, (byte) 99);
    assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    expected.add(new Message(3 * SLOT_LENGTH, (byte) 99));
    assertTrue(put(SHORT));
    assertEquals(0, ring.poll(this::take, 10, MessageRing.NO_BOUND));
    open.commit();
    pollAll();
  }

  @Test
  @Timeout(20)
  void shouldStandBehindALongMessageThatTheFirstReaderHasNotSeen() {
    final MessageRing.FirstReader first = ring.addFirstReader();
    for (int round = 0; round < 5; round++) {
      assertTrue(put(SHORT));
      assertTrue(put(5 * SLOT_LENGTH));
      assertEquals(1, first.poll((b, offset, n, d) -> {}, 1, MessageRing.NO_BOUND));
      assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
      while (first.poll((b, offset, n, d) -> {}, 1, MessageRing.NO_BOUND) > 0) {
        assertEquals(1, ring.poll(this::take, 10, MessageRing.NO_BOUND));
      }
      assertEquals(0, ring.depth());
    }
    assertTrue(expected.isEmpty());
  }

  @Property(tries = 2_000)
  void shouldHandOverWhatWasPutInItsOrderWhateverTheLengths(
      @ForAll("histories") final List<Step> history) {
    final MessageRingLongTest test = new MessageRingLongTest();
    test.run(history);
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    final Arbitrary<Integer> lengths =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, SHORT),
            Arbitraries.integers().between(0, LONGEST),
            Arbitraries.of(SHORT, SHORT + 1, LONGEST));
    return Arbitraries.of(Kind.values())
        .flatMap(kind -> lengths.map(length -> new Step(kind, length)))
        .list()
        .ofMinSize(10)
        .ofMaxSize(200);
  }

  private void run(final List<Step> history) {
    final List<Open> open = new ArrayList<>();
    for (final Step step : history) {
      switch (step.kind) {
        case PUT -> put(step.length);
        case ABORT -> {
          if (ring.tryClaim(step.length, 0, claim)) {
            claim.abort();
          }
        }
        case OPEN -> open(step.length, open);
        case CLOSE -> close(open);
        case POLL_ONE -> ring.poll(this::take, 1, MessageRing.NO_BOUND);
        case POLL_ALL -> ring.poll(this::take, SLOT_COUNT, ring.lastClaimed());
        default -> throw new AssertionError(step);
      }
      assertTrue(ring.depth() <= SLOT_COUNT);
    }
    while (!open.isEmpty()) {
      close(open);
    }
    pollAll();
    assertEquals(0, ring.depth());
    assertTrue(put(LONGEST), "an empty ring has room for the longest");
  }

  private void open(final int length, final List<Open> open) {
    final MessageClaim own = new MessageClaim();
    if (ring.tryClaim(length, length, own)) {
      final boolean aborts = length % 3 == 0;
      final byte fill = (byte) nextFill++;
      own.buffer().setMemory(own.offset(), length, fill);
      open.add(new Open(own, aborts));
      if (!aborts) {
        expected.add(new Message(length, fill));
      }
    }
  }

  /** The last one first, so that what lies behind is published before what lies in front. */
  private static void close(final List<Open> open) {
    if (!open.isEmpty()) {
      final Open last = open.remove(open.size() - 1);
      if (last.aborts) {
        last.claim.abort();
      } else {
        last.claim.commit();
      }
    }
  }

  private boolean put(final int length) {
    if (!ring.tryClaim(length, length, claim)) {
      return false;
    }
    assertEquals(length, claim.length());
    final byte fill = (byte) nextFill++;
    claim.buffer().setMemory(claim.offset(), length, fill);
    claim.commit();
    expected.add(new Message(length, fill));
    return true;
  }

  private void pollAll() {
    while (ring.poll(this::take, 3, MessageRing.NO_BOUND) > 0) {
      assertTrue(ring.depth() >= 0);
    }
    assertTrue(expected.isEmpty(), "everything that was put has arrived");
  }

  private void take(
      final DirectBuffer buffer, final int offset, final int length, final long deadlineNs) {
    final Message message = expected.remove();
    assertEquals(message.length, length);
    for (int i = 0; i < length; i++) {
      assertEquals(message.fill, buffer.getByte(offset + i));
    }
  }

  @Test
  @Timeout(20)
  void shouldLoseAndTearNothingBetweenThreads() throws InterruptedException {
    final int perThread = 20_000;
    final Thread[] producers = new Thread[3];
    for (int t = 0; t < producers.length; t++) {
      final int thread = t;
      producers[t] = new Thread(() -> produce(thread, perThread));
      producers[t].start();
    }
    final long[] next = new long[producers.length];
    final MessageRing.Handler handler =
        (buffer, offset, length, deadlineNs) -> {
          final int thread = (int) (deadlineNs >>> Integer.SIZE);
          final long number = next[thread]++;
          assertEquals(number, deadlineNs & 0xFFFF_FFFFL);
          assertEquals(length(thread, number), length);
          for (int i = 0; i < length; i += Long.BYTES) {
            assertEquals(deadlineNs, buffer.getLong(offset + i));
          }
        };
    long total = 0;
    while (total < (long) producers.length * perThread) {
      ring.poll(handler, 4, ring.lastClaimed());
      total = 0;
      for (final long count : next) {
        total += count;
      }
      Thread.yield();
    }
    for (final Thread producer : producers) {
      producer.join();
    }
    ring.poll(handler, SLOT_COUNT, MessageRing.NO_BOUND);
    assertEquals(0, ring.depth(), "nothing is left but padding");
  }

  private void produce(final int thread, final int count) {
    final MessageClaim own = new MessageClaim();
    for (int i = 0; i < count; ) {
      final int length = length(thread, i);
      final long value = (long) thread << Integer.SIZE | i;
      if (ring.tryClaim(length, value, own)) {
        for (int at = 0; at < length; at += Long.BYTES) {
          own.buffer().putLong(own.offset() + at, value);
        }
        own.commit();
        i++;
      } else {
        Thread.yield();
      }
    }
  }

  /** One thread sends short ones, one long ones, one both. */
  private static int length(final int thread, final long number) {
    final int slots = 1 + (int) (number * 7 % (SLOT_COUNT / 2));
    final int length = slots * SLOT_LENGTH - 16;
    return switch (thread) {
      case 0 -> SHORT;
      case 1 -> Math.max(length, SHORT + Long.BYTES);
      default -> number % 2 == 0 ? SHORT : length;
    };
  }
}
