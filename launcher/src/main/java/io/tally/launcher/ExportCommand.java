package io.tally.launcher;

import io.tally.counter.CounterExport;
import io.tally.store.internal.Inspection;
import io.tally.store.internal.NewestSnapshot;
import io.tally.store.internal.Snapshot;
import io.tally.store.internal.StoreException;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally export}: writes every counter in a data directory, without starting a node. */
@Command(
    name = "export",
    description =
        "Writes every counter of the newest complete snapshot of each node in a data directory, a line each;"
            + " exits with 1 if something is damaged or missing. No node is started, nothing is changed.",
    mixinStandardHelpOptions = true,
    versionProvider = Tally.Version.class,
    usageHelpWidth = 100)
final class ExportCommand implements Callable<Integer> {
  private static final int EXIT_INCOMPLETE = 1;
  private static final int BUFFER_CHARS = 1 << 16;

  private final OutputStream output;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The --data-dir of the nodes.")
  private Path directory;

  @Option(
      names = "--format",
      paramLabel = "ndjson|csv",
      defaultValue = "ndjson",
      description = "Form of the lines (default: ${DEFAULT-VALUE}).")
  private ExportFormat format;

  /** Writes to standard output, which itself would swallow that it cannot be written to. */
  ExportCommand() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  /** Closes the stream when it is called. */
  ExportCommand(final OutputStream output) {
    this.output = output;
  }

  @Override
  public Integer call() throws StartException {
    final PrintWriter err = spec.commandLine().getErr();
    try (Writer out =
        new BufferedWriter(new OutputStreamWriter(output, StandardCharsets.UTF_8), BUFFER_CHARS)) {
      out.write(format.header);
      boolean isComplete = true;
      for (final NewestSnapshot node : Inspection.newest(directory)) {
        node.faults().forEach(err::println);
        isComplete &= node.faults().isEmpty();
        if (node.snapshot() != null) {
          final long count = export(node.snapshot(), out);
          err.println(
              node.nodeId()
                  + ": "
                  + count
                  + " counters as of "
                  + Instant.ofEpochMilli(node.snapshot().epochMs()));
        }
      }
      return isComplete ? 0 : EXIT_INCOMPLETE;
    } catch (final StoreException fault) {
      throw new StartException(fault.getMessage(), fault);
    } catch (final IOException | UncheckedIOException fault) {
      throw new StartException("the export cannot be written: " + fault.getMessage(), fault);
    }
  }

  private long export(final Snapshot snapshot, final Writer out) throws StoreException {
    final CounterExport counters = new CounterExport();
    final StringBuilder line = new StringBuilder();
    final ShardSnapshotTime time = new ShardSnapshotTime();
    final long[] count = new long[1];
    for (final int shardId : snapshot.shardIds()) {
      snapshot.read(
          shardId,
          (buffer, offset, length) -> {
            time.onRecord(buffer, offset, length);
            counters.onRecord(
                buffer,
                offset,
                length,
                time.timeNs(),
                (id, value, ttlMs, version, kind) -> {
                  count[0]++;
                  line.setLength(0);
                  format.append(line, id, value, ttlMs, version, kind);
                  write(out, line);
                });
          });
    }
    return count[0];
  }

  private static void write(final Writer out, final StringBuilder line) {
    try {
      out.append(line);
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
