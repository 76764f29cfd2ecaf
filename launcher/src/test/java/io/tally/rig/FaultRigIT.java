package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The short form of the rig. Its seed is {@code -Drig.seed}, else a fixed one; the long form is
 * {@link RigCommand}.
 */
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
    "NOTHING, 1000",
    "KILL_NODE, 500",
    "STOP_NODE, 1000",
    "STOP_NODE, 5000",
    "STOP_NATS, 1000",
    "KILL_NATS, 500",
    "PARTITION, 1500",
    "PARTITION_TO_SERVER, 1500",
    "PARTITION_TO_NODE, 1500",
    "FLAPPING, 1200",
    "RESET, 1200",
    "SLOW_READER, 2000",
    "DUPLICATE, 1000",
    "REPLAY, 1000",
    "REPLAY_TO_SUCCESSOR, 1000",
    "SEVERAL, 2000",
  })
  void shouldKeepItsPromisesUnder(final Fault fault, final long durationMs) throws IOException {
    final long own = new Random(seed + fault.ordinal() * 31L + durationMs).nextLong();
    final Row row = rig.run(fault, durationMs, own);
    System.out.println(row.markdown());
    assertEquals(List.of(), row.violations(), () -> "seed " + seed + ": " + row);
    assertEquals(0, row.lost());
    assertEquals(0, row.doubled());
    assertTrue(row.acked() > 500, row::toString);
  }
}
