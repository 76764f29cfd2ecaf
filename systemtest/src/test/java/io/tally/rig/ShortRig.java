package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The short form of the rig. Its seed is {@code -Drig.seed}, else a fixed one; the long form is
 * {@link RigCommand}.
 */
@Tag("default-jdk")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ShortRig {
  final long seed = Long.getLong("rig.seed", 1);
  private final Setup first;
  Rig rig;

  /**
   * Creates the tests.
   *
   * @param first setup that they want.
   */
  ShortRig(final Setup first) {
    this.first = first;
  }

  @BeforeAll
  void start() throws IOException {
    rig = new Rig(3, first);
  }

  @AfterAll
  void stop() throws IOException {
    rig.close();
  }

  final void check(final Fault fault, final Setup setup, final long durationMs) throws IOException {
    check(Case.of(fault, setup, durationMs, seedOf(fault.ordinal()), rig.nodeCount()));
  }

  final void check(final Case fault) throws IOException {
    final Row row = rig.run(fault);
    System.out.println(row.markdown());
    assertEquals(List.of(), row.violations(), () -> "seed " + seed + ": " + row);
    assertEquals(0, row.lost());
    assertEquals(0, row.doubled());
    assertEquals(0, row.exceeded());
    assertTrue(row.acked() > 100, row::toString);
  }

  final long seedOf(final int number) {
    return new Random(seed * 1_000 + number).nextLong();
  }
}
