package io.tally.lane.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LaneSnapshotTest {
  private static final int WINDOW = 64;
  private static final byte MARKED = 7;
  private static final int ORIGINS = 3;
  private static final int LOOPS = 4;
  private static final int LONG_LENGTH = 40;

  private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[LONG_LENGTH]);
  private final long[] incarnations = {1, 1, 1};
  private final long[][] highest = new long[ORIGINS][LOOPS];
  private final long[][] floors = new long[ORIGINS][LOOPS];
  private long timeNs;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldShowAllLanesAsTheyWereAtOneInstant(final long seed) {
    final Random random = new Random(seed);
    final LongReplies longReplies = new LongReplies(new Unbounded());
    final OwnerLanes lanes = new OwnerLanes(WINDOW, Long.BYTES, MARKED, longReplies);
    for (int round = 0; round < 20; round++) {
      step(random, lanes, longReplies, random.nextInt(100));
      final Map<String, String> atBegin = images(lanes);
      final Map<String, String> shown = new TreeMap<>();
      final OwnerLanes restored =
          new OwnerLanes(WINDOW, Long.BYTES, MARKED, new LongReplies(new Unbounded()));
      final LaneSnapshot snapshot =
          lanes.beginSnapshot(
              new LaneSnapshot.Visitor() {
                private String name;
                private OwnerLane to;

                @Override
                public void onLane(
                    final long key, final long incarnation, final int loop, final OwnerLane lane) {
                  name = name(key, incarnation, loop);
                  assertEquals(null, shown.put(name, "floor " + lane.floor()));
                  to = restored.lane(key, incarnation, loop, lane.floor());
                }

                @Override
                public void onRecorded(final OwnerLane lane, final long sequence) {
                  shown.merge(name, image(lane, sequence), String::concat);
                  copy(lane, sequence, to);
                }
              });
      boolean done = false;
      while (!done) {
        step(random, lanes, longReplies, random.nextInt(20));
        final int limit = 1 + random.nextInt(30);
        final int before = pieces(shown);
        done = snapshot.write(limit);
        assertTrue(pieces(shown) - before <= limit);
      }
      step(random, lanes, longReplies, random.nextInt(20));
      snapshot.end();
      assertEquals(atBegin, shown, "seed " + seed);
      assertEquals(atBegin, images(restored));
    }
  }

  @Test
  void shouldShowNothingAfterTheEnd() {
    final OwnerLanes lanes =
        new OwnerLanes(WINDOW, Long.BYTES, MARKED, new LongReplies(new Unbounded()));
    final OwnerLane lane = lanes.lane(0, 1, 0, 0);
    final LaneSnapshot snapshot =
        lanes.beginSnapshot(
            new LaneSnapshot.Visitor() {
              @Override
              public void onLane(
                  final long key, final long incarnation, final int loop, final OwnerLane shown) {
                throw new AssertionError("shown after the end");
              }

              @Override
              public void onRecorded(final OwnerLane shown, final long sequence) {
                throw new AssertionError("shown after the end");
              }
            });
    snapshot.end();
    assertEquals(OwnerLane.EXECUTE, lane.begin(1, 0));
  }

  @Test
  void shouldRefuseToRestoreWhatIsThereOrOutsideOfTheWindow() {
    final OwnerLane lane = new OwnerLane(WINDOW, Long.BYTES, 10, MARKED, null);
    lane.restore(11, (byte) 0, (byte) 0, (byte) 0, scratch, 0, Long.BYTES, 0);
    for (final long sequence : new long[] {-1, 10, 11, 10 + WINDOW + 1, Long.MAX_VALUE}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> lane.restore(sequence, (byte) 0, (byte) 0, (byte) 0, scratch, 0, Long.BYTES, 0));
    }
  }

  private void step(
      final Random random, final OwnerLanes lanes, final LongReplies longReplies, final int times) {
    for (int i = 0; i < times; i++) {
      final int origin = random.nextInt(ORIGINS);
      final int loop = random.nextInt(LOOPS);
      timeNs++;
      if (random.nextInt(150) == 0) {
        incarnations[origin]++;
        highest[origin] = new long[LOOPS];
        floors[origin] = new long[LOOPS];
      } else if (random.nextInt(20) == 0) {
        longReplies.expire(timeNs, random.nextInt(3));
      } else if (random.nextInt(3) == 0) {
        floors[origin][loop] +=
            random.nextInt((int) (highest[origin][loop] - floors[origin][loop]) + 1);
      } else if (highest[origin][loop] < floors[origin][loop] + WINDOW) {
        run(random, lanes, longReplies, origin, loop);
      }
    }
  }

  private void run(
      final Random random,
      final OwnerLanes lanes,
      final LongReplies longReplies,
      final int origin,
      final int loop) {
    final long floor = floors[origin][loop];
    final OwnerLane lane = lanes.lane(origin, incarnations[origin], loop, floor);
    final long sequence = ++highest[origin][loop];
    assertEquals(OwnerLane.EXECUTE, lane.begin(sequence, floor));
    scratch.putLong(0, random.nextLong());
    scratch.putLong(LONG_LENGTH - Long.BYTES, random.nextLong());
    final byte code = (byte) random.nextInt(5);
    final byte serviceCode = (byte) random.nextInt(256);
    final byte flags = (byte) random.nextInt(2);
    if (random.nextInt(3) > 0) {
      lane.concludeFrom(sequence, code, serviceCode, flags, scratch, 0, Long.BYTES, 0);
    } else {
      longReplies.tryReserve(LONG_LENGTH);
      lane.concludeFrom(sequence, code, serviceCode, flags, scratch, 0, LONG_LENGTH, timeNs + 30);
      longReplies.settle();
    }
  }

  private static void copy(final OwnerLane from, final long s, final OwnerLane to) {
    final long recorded = from.recorded(s);
    final boolean inSlot = RecordedReply.isInSlot(recorded);
    to.restore(
        s,
        RecordedReply.codeOf(recorded),
        (byte) RecordedReply.serviceCodeOf(recorded),
        RecordedReply.flagsOf(recorded),
        inSlot ? from.buffer() : from.longReply(s, 0),
        inSlot ? from.replyOffset(s) : 0,
        RecordedReply.lengthOf(recorded),
        inSlot || from.longReply(s, 0) == null ? 0 : from.longReplyUntilNs(s));
  }

  /** Lanes and recorded sequences. */
  private static int pieces(final Map<String, String> images) {
    return images.values().stream().mapToInt(image -> image.split(", ").length).sum();
  }

  private Map<String, String> images(final OwnerLanes lanes) {
    final Map<String, String> images = new TreeMap<>();
    for (int origin = 0; origin < ORIGINS; origin++) {
      for (long incarnation = 1; incarnation <= incarnations[origin]; incarnation++) {
        for (int loop = 0; loop < LOOPS; loop++) {
          final OwnerLane lane = lanes.find(origin, incarnation, loop);
          if (lane != null) {
            images.put(name(origin, incarnation, loop), image(lane));
          }
        }
      }
    }
    return images;
  }

  private static String name(final long origin, final long incarnation, final int loop) {
    return origin + "/" + incarnation + "/" + loop;
  }

  private static String image(final OwnerLane lane) {
    final StringBuilder image = new StringBuilder("floor " + lane.floor());
    for (long s = lane.floor() + 1; s <= lane.floor() + lane.capacity(); s++) {
      if (lane.isRecorded(s)) {
        image.append(image(lane, s));
      }
    }
    return image.toString();
  }

  private static String image(final OwnerLane lane, final long s) {
    final StringBuilder image = new StringBuilder();
    final long recorded = lane.recorded(s);
    image.append(", ").append(s).append(' ').append(RecordedReply.codeOf(recorded));
    image.append(' ').append(RecordedReply.serviceCodeOf(recorded));
    image.append(' ').append(RecordedReply.flagsOf(recorded)).append(' ');
    final int length = RecordedReply.lengthOf(recorded);
    final boolean inSlot = RecordedReply.isInSlot(recorded);
    final DirectBuffer reply = inSlot ? lane.buffer() : lane.longReply(s, 0);
    final int offset = inSlot ? lane.replyOffset(s) : 0;
    image.append(length);
    if (!inSlot && reply != null) {
      image.append(" until ").append(lane.longReplyUntilNs(s));
    }
    if (reply != null) {
      image.append(' ').append(reply.getLong(offset));
      image.append(' ').append(reply.getLong(offset + length - Long.BYTES));
    }
    return image.toString();
  }

  /** Room without end. */
  private static final class Unbounded implements LongReplies.Room {
    @Override
    public boolean tryTake(final long bytes) {
      return true;
    }

    @Override
    public void take(final long bytes) {}

    @Override
    public void release(final long bytes) {}
  }
}
