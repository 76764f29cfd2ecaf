package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LimitWatchTest {
  private final AtomicLong value = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private final List<String> told = new ArrayList<>();
  private final LimitWatch watch =
      new LimitWatch(
          List.of(
              new LimitWatch.Limit("things", "", value::get, 100, refusals::get, "--max-things")),
          (limit, at, reached) -> told.add((reached ? "reached " : "near ") + at));

  private void check(final long now, final String... expected) {
    value.set(now);
    told.clear();
    watch.check();
    watch.check();
    assertEquals(List.of(expected), told);
  }

  @Test
  void shouldWarnOnceNearTheLimitAndOnceAtIt() {
    check(79);
    check(80, "near 80");
    check(99);
    check(100, "reached 100");
    check(100);
  }

  @Test
  void shouldWarnAgainOnlyAfterTheLimitWasFarForAWhile() {
    check(100, "reached 100");
    calm(75);
    check(100);
    check(69);
    check(100);
    calm(69);
    check(85, "near 85");
    calm(69);
    check(100, "reached 100");
  }

  @Test
  void shouldSeeAPeakByWhatItRefused() {
    check(10);
    refusals.set(3);
    check(20, "reached 100");
    refusals.set(4);
    check(20);
    calm(20);
    refusals.set(5);
    check(20, "reached 100");
  }

  private void calm(final long now) {
    value.set(now);
    for (int i = 0; i < LimitWatch.CALM_CHECKS; i++) {
      watch.check();
    }
  }
}
