package io.tally.launcher;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemNanoClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally import}: sets the counters of an export through a node that runs. */
@Command(
    name = "import",
    description =
        "Sets each counter of an export, NDJSON or CSV, through a node that runs: its value, and when it ends. Other counters"
            + " stay as they are. It can be run again. Versions are not kept. Exits with 1 at a line that is bad or refused,"
            + " and if something had to be left out.",
    mixinStandardHelpOptions = true,
    versionProvider = Tally.Version.class,
    sortOptions = false,
    usageHelpWidth = 100)
final class ImportCommand implements Callable<Integer> {
  private static final int EXIT_INCOMPLETE = 1;
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream input;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "What the export has written; standard input if absent.")
  private Path file;

  @Option(
      names = "--url",
      paramLabel = "http://HOST:PORT",
      required = true,
      description = "The API of a node.")
  private String url;

  @Option(
      names = "--skip-rates",
      description = "Exit with 0 though limits with a burst are left out. They cannot be set.")
  private boolean skipRates;

  @Option(
      names = "--retry-for",
      paramLabel = "TIME",
      defaultValue = "30s",
      description =
          "Give up when nothing could be set for so long, because the node or a shard is away or busy (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration retryFor;

  /** Reads standard input if there is no file. */
  ImportCommand() {
    this(System.in);
  }

  ImportCommand(final InputStream input) {
    this.input = input;
  }

  @Override
  public Integer call() throws StartException {
    final ImportTarget target;
    try {
      target = ImportTarget.of(url);
    } catch (final IllegalArgumentException fault) {
      throw new ParameterException(spec.commandLine(), fault.getMessage(), fault);
    }
    try (InputStream from = file == null ? input : Files.newInputStream(file);
        ImportConnection connection = new ImportConnection(target)) {
      return run(new ImportReader(new BufferedInputStream(from, BUFFER_BYTES)), connection);
    } catch (final IOException fault) {
      throw new StartException("the export cannot be read: " + fault, fault);
    }
  }

  private int run(final ImportReader reader, final ImportConnection connection) throws IOException {
    final PrintWriter err = spec.commandLine().getErr();
    final CounterImport counters =
        new CounterImport(
            connection,
            retryFor.toNanos(),
            SystemNanoClock.INSTANCE,
            ms -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms)),
            err::println);
    ImportException fault = null;
    try {
      counters.run(reader);
    } catch (final ImportException stopped) {
      fault = stopped;
    }
    final PrintWriter out = spec.commandLine().getOut();
    out.println("counters set: " + counters.setCount());
    if (counters.leftOutCount() > 0) {
      out.println("limits with a burst left out: " + counters.leftOutCount());
    }
    out.flush();
    if (fault != null) {
      err.println("tally: " + fault.getMessage() + "; the import can be run again");
      return EXIT_INCOMPLETE;
    }
    return counters.leftOutCount() == 0 || skipRates ? 0 : EXIT_INCOMPLETE;
  }
}
