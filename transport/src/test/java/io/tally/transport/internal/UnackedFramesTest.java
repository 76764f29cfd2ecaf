package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class UnackedFramesTest {
  @Test
  void shouldSumWhatIsNotAcknowledged() {
    final UnackedFrames frames = new UnackedFrames();
    long next = 1;
    long acked = 0;
    for (int round = 1; round <= 50; round++) {
      for (int i = 0; i < round; i++) {
        frames.add(next, (int) next);
        next++;
      }
      acked = (acked + next) / 2;
      frames.ackUpTo(acked);
      assertEquals((next - 1) * next / 2 - acked * (acked + 1) / 2, frames.bytes());
    }
    frames.clear();
    assertEquals(0, frames.bytes());
  }

  @Test
  void shouldNotGrowWhereNothingIsAcknowledged() {
    final UnackedFrames frames = new UnackedFrames();
    for (int number = 1; number <= 100_000; number++) {
      frames.add(number, 10);
    }
    assertEquals(1_000_000, frames.bytes());
    frames.ackUpTo(1_000);
    assertEquals(990_000, frames.bytes());
    frames.add(100_001, 10);
    // 1,023 entries for the first frames, and one for all others.
    frames.ackUpTo(99_999);
    assertEquals((100_000 - 1_023) * 10 + 10, frames.bytes());
    frames.ackUpTo(100_000);
    assertEquals(10, frames.bytes());
  }

  @Test
  void shouldAcceptGapsAndOldAcknowledgements() {
    final UnackedFrames frames = new UnackedFrames();
    frames.add(3, 10);
    frames.add(7, 20);
    frames.ackUpTo(2);
    assertEquals(30, frames.bytes());
    frames.ackUpTo(5);
    assertEquals(20, frames.bytes());
    frames.ackUpTo(1);
    frames.ackUpTo(Long.MAX_VALUE);
    assertEquals(0, frames.bytes());
  }
}
