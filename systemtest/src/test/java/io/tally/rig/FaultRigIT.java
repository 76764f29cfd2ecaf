package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.system.Http;
import io.tally.system.LeaseHolders;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The short form of the rig. Its seed is {@code -Drig.seed}, else a fixed one; the long form is
 * {@link RigCommand}. Alone, because what the rig notices depends on how much is asked meanwhile,
 * and because a planned stop excuses no request that is late.
 */
@Tag("alone")
@Tag("default-jdk")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultRigIT {
  private final long seed = Long.getLong("rig.seed", 1);
  private Rig rig;

  @BeforeAll
  void start() throws IOException {
    rig = new Rig(3);
  }

  @AfterAll
  void stop() throws IOException {
    rig.close();
  }

  @ParameterizedTest
  @CsvSource({
    "NOTHING, USUAL, 1000",
    "KILL_NODE, USUAL, 500",
    "STOP_NODE, USUAL, 1000",
    "STOP_NATS, USUAL, 1000",
    "KILL_NATS, USUAL, 500",
    "PARTITION_TO_SERVER, USUAL, 1500",
    "PARTITION_TO_NODE, USUAL, 1500",
    "FLAPPING, USUAL, 1200",
    "RESET, USUAL, 1200",
    "SLOW_READER, USUAL, 2000",
    "DUPLICATE, USUAL, 1000",
    "REPLAY, USUAL, 1000",
    "REPLAY_TO_SUCCESSOR, USUAL, 1000",
    "CREDENTIALS, USUAL, 3000",
    "STOP_NODE, SHORT_WINDOW, 5500",
    "PARTITION, SHORT_WINDOW, 5500",
    "MAINTENANCE, TWO_SERVERS, 500",
    "CLOCK_BACK, SKEWED_CLOCKS, 500",
    "CLOCK_STEPS, SKEWED_CLOCKS, 500",
    "NEXT_BUILD, PLANNED_STOPS, 300",
    "FULL_DISK, CRASHES_ON_DISK, 500",
    "ROLLING_RESTART, STATE_ON_DISK, 500",
    "CLOCK_OVER_RESTART, STATE_ON_DISK, 300",
  })
  void shouldKeepItsPromisesUnder(final Fault fault, final Setup setup, final long durationMs)
      throws IOException {
    check(rig.run(Case.of(fault, setup, durationMs, seedOf(fault.ordinal()), rig.nodeCount())));
  }

  @ParameterizedTest
  @ValueSource(ints = {100})
  void shouldKeepItsPromisesUnderSeveralAtOnce(final int number) throws IOException {
    check(rig.run(Case.several(2_500, seedOf(number), rig.nodeCount())));
  }

  /** A rig that cannot fail proves nothing. */
  @Test
  void shouldNoticeASingleCountTooMuchOrTooLittle() throws IOException {
    final String prefix = rig.nextPrefix();
    final Row row =
        meddle(
            Setup.USUAL,
            500,
            (cluster, node, durationMs) -> {
              final int port = cluster.httpPort(node);
              add(port, prefix + "plain-1", 1);
              add(port, prefix + "plain-2", -1);
              Hold.forMs(durationMs);
            });
    assertEquals(1, row.doubled(), row::toString);
    assertEquals(1, row.lost(), row::toString);
    final String violations = row.violations().toString();
    assertTrue(violations.contains("ConservationChecker: " + prefix + "plain-1"), violations);
    assertTrue(violations.contains("ConservationChecker: " + prefix + "plain-2"), violations);
  }

  @Test
  void shouldNoticeWhatPassesLimitsAndBoundsAndWhatNobodySet() throws IOException {
    final String prefix = rig.nextPrefix();
    final Row row =
        meddle(
            Setup.USUAL,
            1_000,
            (cluster, node, durationMs) -> {
              final int port = cluster.httpPort(node);
              for (int i = 0; i < 4; i++) {
                Hold.forMs(durationMs / 4);
                Http.call(port, "DELETE", "/counter/" + prefix + "window-0");
                Http.call(port, "DELETE", "/counter/" + prefix + "rate-0");
                Http.call(port, "DELETE", "/counter/" + prefix + "short-0");
                add(port, prefix + "short-1", 1);
              }
              add(port, prefix + "set-1", 1_000_000);
              add(port, prefix + "compared-1", 1_000_000);
              add(port, prefix + "capped-1", 1_000_000);
              add(port, "%7B" + prefix + "tag-0%7Dpowers-a", 1);
              Hold.forMs(durationMs / 2);
            });
    assertTrue(row.exceeded() > 900_000, row::toString);
    final String violations = row.violations().toString();
    for (final String found :
        List.of(
            "QuotaChecker: " + prefix + "rate-0",
            "QuotaChecker: " + prefix + "window-0",
            "QuotaChecker: " + prefix + "short-0",
            "QuotaChecker: " + prefix + "short-1: ",
            "counter=" + prefix + "set-1",
            "counter=" + prefix + "compared-1",
            "replaced what nobody had set",
            "is outside 0..200",
            "AtomicChecker")) {
      assertTrue(violations.contains(found), () -> found + " is not in " + violations);
    }
  }

  /** Whoever reads a lease sees its token, and so can end it while its holder counts on it. */
  @Test
  void shouldNoticeALeaseThatAnotherIsGrantedTooEarly() throws IOException {
    final Row row =
        meddle(
            Setup.LEASES,
            1_000,
            (cluster, node, durationMs) -> {
              final int port = cluster.httpPort(node);
              for (final String lease : LeaseHolders.longLeases()) {
                final String token = LeaseHolders.token(Http.get(port, "/lease/" + lease));
                if (!token.isEmpty()) {
                  Http.post(
                      port, "/lease/" + lease + "/release", "", "If-Match", '"' + token + '"');
                }
              }
              Hold.forMs(durationMs);
            });
    final List<String> violations = row.violations();
    assertTrue(violations.size() > 1, row::toString);
    assertTrue(
        violations.stream().allMatch(text -> text.startsWith("holders: two of long-")),
        row::toString);
  }

  /** Does what no client asked for. */
  private Row meddle(final Setup setup, final long durationMs, final Fault.Action action)
      throws IOException {
    return rig.run(
        new Case(
            "writes that no client made",
            setup,
            List.of(),
            List.of(),
            false,
            false,
            durationMs,
            seed,
            0,
            action));
  }

  private static void add(final int port, final String counter, final long amount) {
    Http.post(port, "/counter/" + counter + "/increment", "{\"amount\":" + amount + "}");
  }

  private long seedOf(final int number) {
    return new Random(seed * 1_000 + number).nextLong();
  }

  private void check(final Row row) {
    System.out.println(row.markdown());
    assertEquals(List.of(), row.violations(), () -> "seed " + seed + ": " + row);
    assertEquals(0, row.lost());
    assertEquals(0, row.doubled());
    assertEquals(0, row.exceeded());
    assertTrue(row.acked() > 100, row::toString);
  }
}
