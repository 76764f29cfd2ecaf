package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.system.Http;
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
 * {@link RigCommand}.
 */
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
    "ROLLING_RESTART, STATE_ON_DISK, 500",
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
        rig.run(
            new Case(
                "increments that no client made",
                Setup.USUAL,
                List.of(),
                List.of(),
                false,
                500,
                seed,
                0,
                (cluster, node, durationMs) -> {
                  final int port = cluster.httpPort(node);
                  Http.post(port, "/counter/" + prefix + "plain-1/increment", "{\"amount\":1}");
                  Http.post(port, "/counter/" + prefix + "plain-2/increment", "{\"amount\":-1}");
                  Hold.forMs(durationMs);
                }));
    assertEquals(1, row.doubled(), row::toString);
    assertEquals(1, row.lost(), row::toString);
    final String violations = row.violations().toString();
    assertTrue(violations.contains("ConservationChecker: " + prefix + "plain-1"), violations);
    assertTrue(violations.contains("ConservationChecker: " + prefix + "plain-2"), violations);
  }

  private long seedOf(final int number) {
    return new Random(seed * 1_000 + number).nextLong();
  }

  private void check(final Row row) {
    System.out.println(row.markdown());
    assertEquals(List.of(), row.violations(), () -> "seed " + seed + ": " + row);
    assertEquals(0, row.lost());
    assertEquals(0, row.doubled());
    assertTrue(row.acked() > 100, row::toString);
  }
}
