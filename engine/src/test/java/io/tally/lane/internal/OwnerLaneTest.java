package io.tally.lane.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class OwnerLaneTest {
  private static final int WINDOW = 64;
  private static final byte MARKED_CODE = 9;
  private static final long UNTIL_NS = 1_000;

  private long takenBytes;
  private final LongReplies longReplies = new LongReplies(room(Long.MAX_VALUE));
  private final OwnerLane lane = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, null);

  @Test
  void shouldRunTheFirstCopyAndRepeatTheAnswerToTheOthers() {
    run(1, 0, 100);
    assertEquals(OwnerLane.DUPLICATE, lane.begin(1, 0));
    assertAnswer(1, 100);
  }

  @Test
  void shouldKeepWhatWasMarkedAndNeverConcluded() {
    assertEquals(OwnerLane.EXECUTE, lane.begin(1, 0));
    assertEquals(OwnerLane.DUPLICATE, lane.begin(1, 0));
    assertEquals(MARKED_CODE, RecordedReply.codeOf(lane.recorded(1)));
    assertEquals(0, RecordedReply.lengthOf(lane.recorded(1)));
  }

  @Test
  void shouldTakeSequencesInAnyOrder() {
    run(3, 0, 300);
    run(1, 0, 100);
    run(2, 0, 200);
    assertEquals(OwnerLane.DUPLICATE, lane.begin(2, 0));
    assertAnswer(3, 300);
    assertAnswer(2, 200);
  }

  @Test
  void shouldRefuseWhatTheFloorHasPassed() {
    run(1, 0, 100);
    run(2, 1, 200);
    assertEquals(1, lane.floor());
    assertEquals(OwnerLane.STALE, lane.begin(1, 0));
    assertEquals(OwnerLane.STALE, lane.begin(1, 1));
    assertEquals(OwnerLane.DUPLICATE, lane.begin(2, 0));
  }

  @Test
  void shouldNotLowerTheFloorForALateCopy() {
    run(10, 9, 1);
    assertEquals(OwnerLane.STALE, lane.begin(4, 2));
    assertEquals(9, lane.floor());
  }

  @Test
  void shouldRefuseBeyondTheWindowAndChangeNothing() {
    assertEquals(OwnerLane.BEYOND_WINDOW, lane.begin(WINDOW + 1, 0));
    assertEquals(0, lane.floor());
    assertEquals(OwnerLane.BEYOND_WINDOW, lane.begin(1, Long.MAX_VALUE - 1));
    assertEquals(0, lane.floor());
    run(WINDOW, 0, 1);
  }

  @Test
  void shouldGrowWithOutstandingWorkUpToTheWindowAndKeepTheAnswers() {
    final int initial = lane.capacity();
    assertTrue(initial < WINDOW);
    for (int sequence = 1; sequence <= WINDOW; sequence++) {
      run(sequence, 0, sequence * 10L);
      assertTrue(lane.capacity() <= WINDOW && lane.capacity() >= sequence);
    }
    for (int sequence = 1; sequence <= WINDOW; sequence++) {
      assertEquals(OwnerLane.DUPLICATE, lane.begin(sequence, 0));
      assertAnswer(sequence, sequence * 10L);
    }
  }

  @Test
  void shouldGrowStraightToAFarSequence() {
    run(1, 0, 10);
    run(WINDOW, 0, 640);
    assertEquals(WINDOW, lane.capacity());
    assertEquals(OwnerLane.DUPLICATE, lane.begin(1, 0));
    assertAnswer(1, 10);
  }

  @Test
  void shouldNotGrowWhileTheFloorKeepsUp() {
    final int initial = lane.capacity();
    for (long sequence = 1; sequence <= 10L * WINDOW; sequence++) {
      run(sequence, sequence - 1, sequence);
    }
    assertEquals(initial, lane.capacity());
  }

  @Test
  void shouldUseASlotAgainOnceTheFloorPassedIt() {
    for (long sequence = 1; sequence <= 16; sequence++) {
      run(sequence, 0, sequence);
    }
    run(17, 1, 17);
    assertEquals(16, lane.capacity());
    assertEquals(OwnerLane.STALE, lane.begin(1, 0));
    assertEquals(OwnerLane.DUPLICATE, lane.begin(2, 0));
    assertAnswer(2, 2);
    assertEquals(OwnerLane.DUPLICATE, lane.begin(17, 0));
    assertAnswer(17, 17);
  }

  @Test
  void shouldForgetEveryAnswerWhenTheFloorLeapsBeyondAllSlots() {
    for (long sequence = 1; sequence <= 16; sequence++) {
      run(sequence, 0, sequence);
    }
    run(1001, 1000, 5);
    for (long sequence = 1002; sequence <= 1016; sequence++) {
      run(sequence, 1000, sequence);
    }
  }

  @Test
  void shouldHoldAnswersOfTheGreatestLengthWithoutTouchingTheirNeighbours() {
    final OwnerLane wide = new OwnerLane(WINDOW, 13, 0, MARKED_CODE, null);
    for (int sequence = 1; sequence <= 16; sequence++) {
      assertEquals(OwnerLane.EXECUTE, wide.begin(sequence, 0));
      wide.buffer().setMemory(wide.replyOffset(sequence), 13, (byte) sequence);
      wide.conclude(sequence, (byte) sequence, (byte) (255 - sequence), (byte) 1, 13);
    }
    for (int sequence = 1; sequence <= 16; sequence++) {
      assertEquals(sequence, RecordedReply.codeOf(wide.recorded(sequence)));
      assertEquals(1, RecordedReply.flagsOf(wide.recorded(sequence)));
      assertEquals(13, RecordedReply.lengthOf(wide.recorded(sequence)));
      for (int i = 0; i < 13; i++) {
        assertEquals(sequence, wide.buffer().getByte(wide.replyOffset(sequence) + i));
      }
    }
  }

  @Test
  void shouldStartAnUnknownLaneAtTheFloorOfItsFirstCommand() {
    final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED_CODE, null);
    final OwnerLane first = lanes.lane(1, 100, 0, 40);
    assertNotNull(first);
    assertEquals(40, first.floor());
    assertEquals(OwnerLane.STALE, first.begin(40, 12));
    assertSame(first, lanes.lane(1, 100, 0, 50));
  }

  @Test
  void shouldKeepLanesOfLoopsAndNodesApart() {
    final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED_CODE, null);
    final OwnerLane first = lanes.lane(1, 100, 0, 0);
    assertNotSame(first, lanes.lane(1, 100, 255, 0));
    assertNotSame(first, lanes.lane(2, 100, 0, 0));
    assertSame(first, lanes.lane(1, 100, 0, 0));
    assertSame(lanes.lane(1, 100, 255, 0), lanes.lane(1, 100, 255, 0));
  }

  @Test
  void shouldDropTheLanesOfAPastIncarnationAndRefuseItForEver() {
    final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED_CODE, null);
    final OwnerLane old = lanes.lane(1, 100, 0, 0);
    final OwnerLane current = lanes.lane(1, 101, 0, 0);
    assertNotSame(old, current);
    assertNull(lanes.lane(1, 100, 0, 0));
    assertNull(lanes.lane(1, 100, 3, 0));
    assertSame(current, lanes.lane(1, 101, 0, 0));
  }

  @Test
  void shouldKeepALongReplyBesideItsSlotUntilTheFloorPassesIt() {
    final OwnerLane wide = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, longReplies);
    for (int sequence = 1; sequence <= WINDOW; sequence++) {
      runLong(wide, sequence, 0, 100 + sequence);
    }
    assertEquals(WINDOW, wide.capacity(), "it has grown twice");
    long expectedBytes = 0;
    for (int sequence = 1; sequence <= WINDOW; sequence++) {
      assertLong(wide, sequence, 100 + sequence);
      expectedBytes += LongReplies.chargeOf(100 + sequence);
    }
    assertEquals(expectedBytes, takenBytes);
    runLong(wide, WINDOW + 1, WINDOW - 1, 50);
    assertLong(wide, WINDOW, 100 + WINDOW);
    assertEquals(
        LongReplies.chargeOf(100 + WINDOW) + LongReplies.chargeOf(50), takenBytes, "two are left");
    assertEquals(OwnerLane.EXECUTE, wide.begin(1000, 999));
    assertEquals(0, takenBytes);
    assertTrue(longReplies.isEmpty());
  }

  @Test
  void shouldKeepAShortReplyOfALongKindInItsSlot() {
    final OwnerLane wide = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, longReplies);
    runLong(wide, 1, 0, Long.BYTES);
    assertTrue(RecordedReply.isInSlot(wide.recorded(1)));
    assertEquals(1, wide.buffer().getByte(wide.replyOffset(1)));
    assertEquals(0, takenBytes);
  }

  @Test
  void shouldKnowThatADroppedSequenceRan() {
    final OwnerLane wide = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, longReplies);
    runLong(wide, 1, 0, 100);
    runLong(wide, 2, 0, 100);
    assertEquals(0, longReplies.expire(UNTIL_NS - 1, 10));
    assertEquals(1, longReplies.expire(UNTIL_NS, 1));
    assertEquals(OwnerLane.DUPLICATE, wide.begin(1, 0));
    assertFalse(RecordedReply.isInSlot(wide.recorded(1)));
    assertNull(wide.longReply(1, 0));
    assertLong(wide, 2, 100);
    assertEquals(LongReplies.chargeOf(100), takenBytes);
    runLong(wide, WINDOW, 0, 100);
    assertNull(wide.longReply(1, 0), "also after growing");
    assertEquals(OwnerLane.EXECUTE, wide.begin(100, 99));
    assertEquals(0, takenBytes);
  }

  @Test
  void shouldAnswerTheSameHoweverFarSweepsHaveCome() {
    final OwnerLane wide = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, longReplies);
    runLong(wide, 1, 0, 100);
    assertNotNull(wide.longReply(1, UNTIL_NS - 1));
    assertNull(wide.longReply(1, UNTIL_NS), "nobody can await it, although it is not dropped yet");
    assertTrue(takenBytes > 0);
  }

  @Test
  void shouldRunNothingWithoutRoomAndRefuseALongReplyThatReservedNone() {
    final LongReplies full = new LongReplies(room(LongReplies.chargeOf(99)));
    assertFalse(full.tryReserve(100));
    assertTrue(full.tryReserve(99));
    full.settle();
    assertEquals(0, takenBytes);
    final OwnerLane wide = new OwnerLane(WINDOW, Long.BYTES, 0, MARKED_CODE, full);
    assertEquals(OwnerLane.EXECUTE, wide.begin(1, 0));
    final UnsafeBuffer reply = new UnsafeBuffer(new byte[100]);
    assertThrows(
        IllegalStateException.class,
        () -> wide.concludeFrom(1, (byte) 0, (byte) 0, (byte) 0, reply, 0, 100, UNTIL_NS));
  }

  @Test
  void shouldGiveBackTheLongRepliesOfAPastIncarnation() {
    final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED_CODE, longReplies);
    runLong(lanes.lane(1, 100, 0, 0), 1, 0, 200);
    runLong(lanes.lane(1, 100, 7, 0), 1, 0, 200);
    runLong(lanes.lane(2, 100, 0, 0), 1, 0, 200);
    assertNotNull(lanes.lane(1, 101, 0, 0));
    assertEquals(LongReplies.chargeOf(200), takenBytes);
    assertEquals(1, longReplies.expire(UNTIL_NS, 10));
  }

  private void runLong(
      final OwnerLane wide, final long sequence, final long floor, final int length) {
    assertEquals(OwnerLane.EXECUTE, wide.begin(sequence, floor));
    final UnsafeBuffer reply = new UnsafeBuffer(new byte[3 + length]);
    reply.setMemory(3, length, (byte) sequence);
    assertTrue(longReplies.tryReserve(1000));
    wide.concludeFrom(sequence, (byte) 0, (byte) 0, (byte) 1, reply, 3, length, UNTIL_NS);
    longReplies.settle();
  }

  private static void assertLong(final OwnerLane wide, final long sequence, final int length) {
    final long recorded = wide.recorded(sequence);
    assertFalse(RecordedReply.isInSlot(recorded));
    assertEquals(0, RecordedReply.codeOf(recorded));
    assertEquals(1, RecordedReply.flagsOf(recorded));
    assertEquals(length, RecordedReply.lengthOf(recorded));
    final DirectBuffer reply = wide.longReply(sequence, 0);
    assertEquals(length, reply.capacity());
    for (int i = 0; i < length; i++) {
      assertEquals((byte) sequence, reply.getByte(i));
    }
  }

  private LongReplies.Room room(final long maxBytes) {
    return new LongReplies.Room() {
      @Override
      public boolean tryTake(final long bytes) {
        if (takenBytes + bytes > maxBytes) {
          return false;
        }
        takenBytes += bytes;
        return true;
      }

      @Override
      public void take(final long bytes) {
        takenBytes += bytes;
      }

      @Override
      public void release(final long bytes) {
        takenBytes -= bytes;
      }
    };
  }

  private void run(final long sequence, final long floor, final long answer) {
    assertEquals(OwnerLane.EXECUTE, lane.begin(sequence, floor));
    lane.buffer().putLong(lane.replyOffset(sequence), answer);
    lane.conclude(sequence, (byte) 0, (byte) 0, (byte) 0, Long.BYTES);
  }

  private void assertAnswer(final long sequence, final long answer) {
    assertEquals(0, RecordedReply.codeOf(lane.recorded(sequence)));
    assertEquals(0, RecordedReply.flagsOf(lane.recorded(sequence)));
    assertEquals(Long.BYTES, RecordedReply.lengthOf(lane.recorded(sequence)));
    assertEquals(answer, lane.buffer().getLong(lane.replyOffset(sequence)));
  }
}
