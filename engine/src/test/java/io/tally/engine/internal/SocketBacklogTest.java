package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SocketBacklogTest {
  private static final long TICK = StandstillDetector.TICK_NS;
  private static final long TIMEOUT = 10 * TICK;

  private final StandstillDetector detector = new StandstillDetector(TIMEOUT, 0);
  private final SocketBacklog socket = new SocketBacklog(detector, 0, 0);
  private long nowNs;

  private void idle(final int ticks) {
    for (int i = 0; i < ticks; i++) {
      nowNs += TICK;
      detector.onTick(nowNs);
    }
  }

  private boolean isLateRead() {
    socket.onRead(nowNs);
    return socket.isLate(nowNs);
  }

  @Test
  void shouldTakeWhatComesAfterALongIdleTime() {
    idle(1_000);
    nowNs += TICK - 1;
    assertFalse(isLateRead());
  }

  @Test
  void shouldRefuseWhatWaitedThroughAStandstill() {
    idle(10);
    nowNs += TIMEOUT + 2 * TICK;
    assertTrue(isLateRead());
  }

  @Test
  void shouldTakeWhatWaitedForTheTimeoutAndNoLonger() {
    idle(10);
    nowNs += TICK - 1 + TIMEOUT;
    assertFalse(isLateRead());
  }

  @Test
  void shouldTakeWhatComesOnceTwoTicksHaveFollowedAStandstill() {
    idle(10);
    nowNs += 10 * TIMEOUT;
    assertTrue(isLateRead());
    socket.onDrained();
    detector.onTick(nowNs);
    assertEquals(nowNs, detector.nextTickNs());
    nowNs++;
    assertTrue(isLateRead(), "it may have come before the poll");
    socket.onDrained();
    detector.onTick(nowNs);
    assertEquals(nowNs + TICK, detector.nextTickNs());
    nowNs++;
    assertFalse(isLateRead());
  }

  @Test
  void shouldRefuseWhatAPausedSocketHeldForTooLong() {
    idle(10);
    assertFalse(isLateRead());
    socket.onPause();
    socket.onDrained();
    idle(5);
    assertFalse(socket.isLate(nowNs));
    idle(8);
    socket.onResume(nowNs);
    assertTrue(socket.isLate(nowNs));
    assertTrue(isLateRead());
  }

  @Test
  void shouldTakeWhatComesAfterAPausedSocketTurnedOutEmpty() {
    idle(10);
    assertFalse(isLateRead());
    socket.onPause();
    idle(20);
    socket.onResume(nowNs);
    idle(2);
    assertFalse(isLateRead());
  }

  @Test
  void shouldRefuseWhatItNeverCaughtUpWith() {
    idle(10);
    for (int i = 0; i < 11; i++) {
      assertFalse(isLateRead());
      idle(1);
    }
    assertFalse(isLateRead());
    idle(1);
    assertTrue(isLateRead());
    socket.onDrained();
    idle(2);
    assertFalse(isLateRead());
  }

  @Test
  void shouldKnowSinceWhenSomethingWaitsThatFailedReadsLeft() {
    idle(10);
    socket.onPause();
    for (int attempt = 0; attempt < 3; attempt++) {
      idle(5);
      socket.onResume(nowNs);
      // A read may say that it is at its end, and then that this was a failure.
      final long unreadSinceNs = socket.sinceNs();
      socket.onDrained();
      socket.onPause(unreadSinceNs);
    }
    assertTrue(isLateRead());
  }

  @Test
  void shouldKnowSinceWhenAConnectionMayHaveWaitedToBeAccepted() {
    idle(100);
    final SocketBacklog accepted = new SocketBacklog(detector, nowNs - 2 * TIMEOUT, nowNs);
    accepted.onRead(nowNs);
    assertTrue(accepted.isLate(nowNs));
    final SocketBacklog silent = new SocketBacklog(detector, nowNs - 2 * TIMEOUT, nowNs);
    idle(2);
    silent.onRead(nowNs);
    assertFalse(silent.isLate(nowNs));
  }
}
