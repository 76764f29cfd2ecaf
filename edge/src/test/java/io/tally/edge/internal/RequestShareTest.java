package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestShareTest {
  private static final int SLOTS = 8_192;
  private static final long START_NS = Long.MAX_VALUE - 1_000;
  private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(RequestShare.TURN_MS);

  private final RequestShare share = new RequestShare(SLOTS, START_NS);

  @Test
  void shouldReadNobodyOnceATurnHasTakenTooLong() {
    share.onRead(START_NS);
    share.onRead(START_NS + TURN_NS);
    assertTrue(share.admits(0));
    share.onRead(START_NS + TURN_NS + 1);
    assertFalse(share.admits(0));
    assertFalse(share.admits(1));
    share.onStep();
    assertTrue(share.admits(0));
  }

  @Test
  void shouldBeginATurnWithItsFirstReadHoweverLongTheLoopWasIdle() {
    share.onRead(START_NS);
    share.onStep();
    share.onRead(START_NS + 100 * TURN_NS);
    assertTrue(share.admits(0));
  }

  @Test
  void shouldBeginCarefullyAndTakeMoreAsMoreIsAnswered() {
    int underWay = takenFromNewcomers();
    assertEquals(512, underWay);
    long nowNs = START_NS;
    while (underWay < SLOTS) {
      for (int request = 0; request < underWay; request++) {
        share.onEnd(0, 1);
      }
      nowNs += TimeUnit.MILLISECONDS.toNanos(100);
      share.onTick(nowNs);
      final int next = takenFromNewcomers();
      assertTrue(next > underWay);
      underWay = next;
    }
    assertEquals(SLOTS, underWay);
  }

  @Test
  void shouldOfferRoomToThoseThatStillWaitInTheOrderInWhichTheyCame() {
    takenFromNewcomers();
    final List<String> offered = new ArrayList<>();
    final List<RequestShare.Waiting> waiting = new ArrayList<>();
    for (final String name : List.of("gone", "first", "also gone", "second", "third")) {
      waiting.add(
          () -> {
            offered.add(name);
            share.onBegin(1);
          });
      share.enqueue(waiting.get(waiting.size() - 1));
    }
    share.dequeue(waiting.get(0));
    share.dequeue(waiting.get(2));
    share.offer();
    assertEquals(List.of(), offered);
    share.onEnd(0, 1);
    share.onEnd(0, 1);
    share.offer();
    assertEquals(List.of("first", "second"), offered);
    share.onEnd(0, 1);
    share.onEnd(0, 1);
    share.offer();
    assertEquals(List.of("first", "second", "third"), offered);
  }

  @Test
  void shouldCountARequestOfManyPartsAsMany() {
    share.onBegin(1);
    share.onParts(511);
    assertFalse(share.admits(0));
    share.onEnd(0, 512);
    assertTrue(share.admits(0));
    share.onBegin(1);
    share.onParts(511);
    share.onBegin(1);
    share.onParts(599);
    share.onClosed(1, 512);
    share.onClosed(1, 0);
    assertFalse(share.admits(0), "the second is not answered yet");
    share.onDropped(600);
    assertEquals(512, takenFromNewcomers());
  }

  /** Connections with one request each, until no more is taken. */
  private int takenFromNewcomers() {
    int taken = 0;
    while (share.admits(0)) {
      share.onBegin(1);
      taken++;
    }
    return taken;
  }
}
