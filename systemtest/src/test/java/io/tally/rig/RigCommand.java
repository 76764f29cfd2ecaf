package io.tally.rig;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The long form of the rig: {@code ./rig --seconds=600 --seed=42 --nodes=3}. Every fault in turn,
 * again and again with other choices, until the time is over. Prints a Markdown table; exits 1 and
 * says with which seed if a promise was broken.
 */
public final class RigCommand {
  private RigCommand() {}

  /** Runs the command. */
  public static void main(final String[] arguments) throws IOException {
    long seconds = 300;
    long seed = System.nanoTime() & 0xFFFFFF;
    int nodes = 3;
    String only = "";
    Setup setup = null;
    for (final String argument : arguments) {
      final String value = argument.substring(argument.indexOf('=') + 1);
      switch (argument.substring(0, argument.length() - value.length())) {
        case "--seconds=" -> seconds = Long.parseLong(value);
        case "--seed=" -> seed = Long.parseLong(value);
        case "--nodes=" -> nodes = Integer.parseInt(value);
        case "--fault=" -> only = Fault.valueOf(value).title();
        case "--setup=" -> setup = Setup.valueOf(value);
        default -> usage(argument);
      }
    }
    if (seconds < 1 || nodes < 3 || nodes > 7) {
      usage("--seconds=" + seconds + " --nodes=" + nodes);
    }
    System.exit(run(seconds, seed, nodes, only, setup) ? 0 : 1);
  }

  private static void usage(final String argument) {
    System.err.println(
        "rig: "
            + argument
            + " is none of --seconds=N --seed=N --nodes=3..7 --fault="
            + List.of(Fault.values())
            + " --setup="
            + List.of(Setup.values()));
    System.exit(2);
  }

  private static boolean run(
      final long seconds, final long seed, final int nodes, final String only, final Setup setup)
      throws IOException {
    final List<Row> failed = new ArrayList<>();
    int rows = 0;
    try (Rig rig = new Rig(nodes)) {
      final long endNs = System.nanoTime() + seconds * 1_000_000_000L;
      System.out.printf(
          "seed %d, %d nodes, %d s, java %s, nats-server %s%n%n",
          seed, nodes, seconds, Runtime.version(), rig.natsVersion());
      System.out.println(Row.HEAD);
      final Random random = new Random(seed);
      while (System.nanoTime() - endNs < 0) {
        for (final Case next : Case.round(random, nodes)) {
          final boolean wanted =
              next.title().startsWith(only) && (setup == null || setup == next.setup());
          if (wanted && System.nanoTime() - endNs < 0) {
            final Row row = rig.run(next);
            rows++;
            System.out.println(row.markdown());
            row.violations().forEach(violation -> System.out.println("  VIOLATION " + violation));
            if (!row.passed()) {
              failed.add(row);
            }
          }
        }
      }
    } catch (final AssertionError fault) {
      System.out.printf("%nFAILED with seed %d: %s%n", seed, fault.getMessage());
      return false;
    }
    if (rows == 0 || !failed.isEmpty()) {
      System.out.printf("%nFAILED with seed %d: %d of %d rows%n", seed, failed.size(), rows);
      return false;
    }
    System.out.printf("%nPassed: %d rows.%n", rows);
    return true;
  }
}
