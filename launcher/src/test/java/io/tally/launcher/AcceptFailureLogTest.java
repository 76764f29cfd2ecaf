package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;

class AcceptFailureLogTest {
  @Test
  void shouldSayItOnceAMinute() {
    final CachedNanoClock clock = new CachedNanoClock();
    final List<String> lines = new ArrayList<>();
    final AcceptFailureLog failures = new AcceptFailureLog(clock, lines::add);
    failures.accept(new IOException("of one port"));
    clock.advance(TimeUnit.MINUTES.toNanos(1) - 1);
    failures.accept(new IOException("of the other"));
    assertEquals(List.of("of one port"), lines);
    clock.advance(1);
    failures.accept(new IOException("still"));
    assertEquals(List.of("of one port", "still"), lines);
  }
}
