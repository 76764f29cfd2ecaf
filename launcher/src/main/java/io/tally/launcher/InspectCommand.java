package io.tally.launcher;

import io.tally.store.internal.Inspection;
import io.tally.store.internal.StoreException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally inspect}: says what is in a data directory, and whether it is whole. */
@Command(
    name = "inspect",
    description =
        "Says what is in a data directory and whether it is whole; exits with 1 if it is not. No node is started,"
            + " nothing is changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Tally.Version.class,
    usageHelpWidth = 100)
final class InspectCommand implements Callable<Integer> {
  private static final int EXIT_NOT_WHOLE = 1;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The --data-dir of the nodes.")
  private Path directory;

  @Override
  public Integer call() throws StartException {
    try {
      final Inspection found = Inspection.of(directory);
      final PrintWriter out = spec.commandLine().getOut();
      found.lines().forEach(out::println);
      out.flush();
      return found.isWhole() ? 0 : EXIT_NOT_WHOLE;
    } catch (final StoreException fault) {
      throw new StartException(fault.getMessage(), fault);
    }
  }
}
