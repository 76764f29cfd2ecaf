package io.tally.testkit;

import java.util.EnumSet;
import java.util.List;
import java.util.function.LongFunction;

/** One history, behind a type that the loader of mutated classes shares with the test. */
final class MutatedHistory implements LongFunction<List<String>> {
  private final EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);

  /** A history with the named faults. */
  MutatedHistory(final String... names) {
    for (final String name : names) {
      faults.add(Fault.valueOf(name));
    }
  }

  @Override
  public List<String> apply(final long seed) {
    try {
      return new Simulation(seed, faults).run().violations();
    } catch (final IllegalArgumentException fault) {
      return List.of("fault: " + fault.getMessage());
    }
  }
}
