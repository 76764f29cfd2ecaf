package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.ClusterSettings;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.SnapshotCompletion;
import io.tally.engine.SnapshotSink;
import io.tally.store.NodeDirectory;
import io.tally.store.SnapshotKind;
import io.tally.store.StartMode;
import io.tally.store.StoreException;
import io.tally.store.StoredNode;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** That an export of less than there was is none that went well. */
@Timeout(20)
final class ExportCommandTest {
  private static final int OTHER_SCHEMA = 9_999;

  @TempDir private Path dataDir;
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void setUp() throws StoreException {
    save("a");
    save("b");
  }

  /** Two snapshots without a counter. */
  private void save(final String nodeId) throws StoreException {
    final ClusterSettings settings = ClusterSettings.of(List.of("a", "b")).withShardCount(8);
    try (NodeDirectory directory =
        NodeDirectory.open(
            dataDir, new StoredNode(nodeId, "tally", settings, List.of()), StartMode.NORMAL)) {
      directory.begin(1, 0);
      for (int i = 0; i < 2; i++) {
        directory.save(
            SnapshotKind.STOPPED, ExportCommandTest::show, Duration.ofSeconds(20), 0, () -> false);
      }
    }
  }

  private static boolean show(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    final int offset = sink.tryClaim(MessageHeaderWord.ENCODED_LENGTH);
    MessageHeaderWord.put(sink.buffer(), offset, MessageHeaderWord.of(0, 1, OTHER_SCHEMA, 0));
    sink.commit();
    completion.onEnd(shardId, true);
    return true;
  }

  private int export(final Path directory) {
    err.getBuffer().setLength(0);
    return new CommandLine(new ExportCommand(OutputStream.nullOutputStream()))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (fault, command, parsed) -> {
              command.getErr().println(fault.getMessage());
              return 1;
            })
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(directory.toString());
  }

  private List<String> errors() {
    return err.toString().lines().map(line -> line.replaceAll(" as of .*", "")).toList();
  }

  @Test
  void shouldSayOfWhichTimeEachNodeIs() {
    assertEquals(0, export(dataDir));
    assertEquals(List.of("a: 0 counters", "b: 0 counters"), errors());
  }

  @Test
  void shouldFailWhereANewerSnapshotIsDamaged() throws Exception {
    final Path newest = dataDir.resolve("a/manifest-2");
    Files.write(newest, new byte[1]);
    assertEquals(1, export(dataDir));
    assertEquals(
        List.of(newest + " is damaged: it has 1 bytes", "a: 0 counters", "b: 0 counters"),
        errors());
  }

  @Test
  void shouldFailWhereANodeHasNoSnapshot() throws Exception {
    final Path empty = Files.createDirectory(dataDir.resolve("c"));
    assertEquals(1, export(dataDir));
    assertEquals(
        List.of("a: 0 counters", "b: 0 counters", empty + " holds no whole snapshot"), errors());
  }

  @Test
  void shouldFailWhereItIsToldTheFolderOfANode() {
    assertEquals(1, export(dataDir.resolve("a")));
    assertEquals(
        List.of(dataDir.resolve("a") + " is the folder of one node: name the directory above it"),
        errors());
  }
}
