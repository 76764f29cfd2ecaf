package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RepeatsTest {
  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
  private final Repeats repeats = new Repeats(nowNs::get);

  @Test
  void shouldLetEachKindThroughOnceAMinute() {
    assertTrue(repeats.admit("a"));
    assertTrue(repeats.admit("b"));
    assertFalse(repeats.admit("a"));
    nowNs.addAndGet(Repeats.INTERVAL_NS - 1);
    assertFalse(repeats.admit("a"));
    nowNs.incrementAndGet();
    assertTrue(repeats.admit("a"));
    assertFalse(repeats.admit("a"));
    assertTrue(repeats.admit("b"));
  }

  @Test
  void shouldKeepNoMoreThanSoManyKinds() {
    int admitted = 0;
    for (int i = 0; i < 10_000; i++) {
      admitted += repeats.admit("kind-" + i) ? 1 : 0;
    }
    assertTrue(admitted >= 100 && admitted < 1_000, () -> "let through");
    assertFalse(repeats.admit("kind-0"));
    nowNs.addAndGet(Repeats.INTERVAL_NS);
    assertTrue(repeats.admit("kind-10000"));
  }
}
