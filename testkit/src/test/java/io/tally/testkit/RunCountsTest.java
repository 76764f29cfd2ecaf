package io.tally.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.check.Fate;
import io.tally.testkit.ServiceHistory.Applied;
import io.tally.testkit.ServiceHistory.Call;
import io.tally.testkit.ServiceHistory.Life;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a write may have run, by what clients know of it. */
class RunCountsTest {
  private static final String WRITE = "write";
  private static final String READ = "read";
  private static final String RUN = " of Run[incarnation=7, ask=Ask[id=a, call=write]] ";

  private final List<Call<String, String>> calls = new ArrayList<>();
  private final List<Applied<String, String>> applied = new ArrayList<>();

  private RunCountsTest answered(final String call, final String key, final boolean replayed) {
    calls.add(new Call<>("a", call, key, 0, 1, Fate.APPLIED, "", 7, replayed));
    return this;
  }

  private RunCountsTest ended(final String key, final Fate fate) {
    calls.add(new Call<>("a", WRITE, key, 0, 1, fate, null, 0, false));
    return this;
  }

  private RunCountsTest ran(final String call, final boolean isKept) {
    applied.add(new Applied<>(0, "a", call, "", isKept));
    return this;
  }

  private void assertFound(final String... expected) {
    final List<String> violations = new ArrayList<>();
    new RunCounts<>(calls, WRITE::equals)
        .check(List.of(new Life<>(0, 7, List.copyOf(applied))), violations::add);
    assertEquals(List.of(expected), violations);
  }

  @Test
  void shouldPassWhatRanAsOftenAsItWasAnswered() {
    answered(WRITE, "", false).ran(WRITE, true).ended("", Fate.NOT_APPLIED).assertFound();
  }

  @Test
  void shouldPassAnyNumberOfReads() {
    answered(READ, "", false).ran(READ, true).ran(READ, true).ran(READ, true).assertFound();
  }

  @Test
  void shouldPassWhatMayHaveRun() {
    ended("", Fate.UNKNOWN).assertFound();
    ran(WRITE, true).assertFound();
  }

  @Test
  void shouldFindAWriteThatRanTwice() {
    answered(WRITE, "", false)
        .ran(WRITE, true)
        .ran(WRITE, true)
        .assertFound("runs: 2" + RUN + "for 1 requests", "runs: 2" + RUN + "where clients allow 1");
  }

  @Test
  void shouldFindAWriteThatRanAlthoughItWasRefused() {
    ended("", Fate.NOT_APPLIED)
        .ran(WRITE, true)
        .assertFound("runs: 1" + RUN + "for 0 requests", "runs: 1" + RUN + "where clients allow 0");
  }

  @Test
  void shouldFindAKeyThatRanForTwoOfItsRequests() {
    ended("k", Fate.UNKNOWN)
        .answered(WRITE, "k", false)
        .answered(WRITE, "k", true)
        .ran(WRITE, true)
        .ran(WRITE, true)
        .assertFound("runs: 2" + RUN + "where clients allow 1");
  }

  @Test
  void shouldFindAnAnswerForWhichNothingRan() {
    answered(WRITE, "", false).assertFound("runs: 0" + RUN + "where clients know of 1");
  }

  /** It stands under no key, so it may run for each request, and no more often. */
  @Test
  void shouldFindARefusalThatRanMoreOftenThanItWasAskedFor() {
    answered(WRITE, "k", false).answered(WRITE, "k", false);
    ran(WRITE, false).ran(WRITE, false).assertFound();
    ran(WRITE, false).assertFound("runs: 3" + RUN + "for 2 requests");
  }
}
