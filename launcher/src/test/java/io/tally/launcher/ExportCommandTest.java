package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.CounterRowEncoder;
import io.tally.engine.ClusterSettings;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.SnapshotCompletion;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadEncoder;
import io.tally.store.StartMode;
import io.tally.store.internal.NodeDirectory;
import io.tally.store.internal.SnapshotKind;
import io.tally.store.internal.SnapshotRequest;
import io.tally.store.internal.StoreException;
import io.tally.store.internal.StoredNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
  private static final long SECOND_NS = 1_000_000_000;

  @TempDir private Path dataDir;
  private final StringWriter err = new StringWriter();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeEach
  void setUp() throws StoreException {
    save("a");
    save("b");
  }

  /** Two snapshots without a counter. */
  private void save(final String nodeId) throws StoreException {
    save(nodeId, ExportCommandTest::show);
  }

  private void save(final String nodeId, final SnapshotRequest show) throws StoreException {
    final ClusterSettings settings = ClusterSettings.of(List.of("a", "b")).withShardCount(8);
    try (NodeDirectory directory =
        NodeDirectory.open(
            dataDir, new StoredNode(nodeId, "tally", settings, List.of()), StartMode.NORMAL)) {
      directory.begin(directory.start().highestIncarnation() + 1, 0);
      for (int i = 0; i < 2; i++) {
        directory.save(SnapshotKind.STOPPED, show, Duration.ofSeconds(20), 0, () -> false);
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

  /** In each shard a counter without a deadline, one with, and one that has expired. */
  private static boolean showCounters(
      final int shardId, final SnapshotSink sink, final SnapshotCompletion completion) {
    final MessageHeaderEncoder headHeader = new MessageHeaderEncoder();
    final ShardHeadEncoder head = new ShardHeadEncoder();
    final int headLength =
        MessageHeaderEncoder.ENCODED_LENGTH
            + ShardHeadEncoder.BLOCK_LENGTH
            + ShardHeadEncoder.ServicesEncoder.sbeHeaderSize();
    final int offset = sink.tryClaim(headLength);
    // The time of each shard is its own.
    head.wrapAndApplyHeader(sink.buffer(), offset, headHeader)
        .shardIncarnation(1)
        .timeNs(shardId * SECOND_NS)
        .servicesCount(0);
    sink.commit();
    row(sink, "plain-" + shardId, Long.MAX_VALUE);
    row(sink, "timed-" + shardId, 8 * SECOND_NS);
    row(sink, "expired-" + shardId, shardId * SECOND_NS);
    completion.onEnd(shardId, true);
    return true;
  }

  private static void row(final SnapshotSink sink, final String id, final long deadlineNs) {
    final CounterRowEncoder row = new CounterRowEncoder();
    final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    final int offset =
        sink.tryClaim(
            MessageHeaderWord.ENCODED_LENGTH
                + CounterRowEncoder.BLOCK_LENGTH
                + CounterRowEncoder.counterIdHeaderLength()
                + bytes.length);
    row.wrapAndApplyHeader(
            sink.buffer(), offset, new io.tally.counter.codecs.MessageHeaderEncoder())
        .value(-3)
        .row(1)
        .tag(2)
        .counterVersion(9)
        .deadlineNs(deadlineNs)
        .intervalNs(0)
        .extension(0)
        .flags()
        .clear();
    row.putCounterId(bytes, 0, bytes.length);
    sink.commit();
  }

  @Test
  void shouldExportWhatWasThereAtTheTimeOfEachShard() throws StoreException {
    save("a", ExportCommandTest::showCounters);
    assertEquals(0, export(dataDir));
    final List<String> lines = output.toString(StandardCharsets.UTF_8).lines().toList();
    final int owned = lines.size() / 2;
    assertEquals(List.of("a: " + lines.size() + " counters", "b: 0 counters"), errors());
    assertTrue(owned > 1, "shards " + owned);
    for (int i = 0; i < 2 * owned; i += 2) {
      final String shard = lines.get(i).replaceAll("\\D*-(\\d)\".*", "$1");
      final int ttlMs = 8_000 - 1_000 * Integer.parseInt(shard);
      assertEquals("{\"id\":\"plain-" + shard + "\",\"value\":-3,\"version\":9}", lines.get(i));
      assertEquals(
          "{\"id\":\"timed-" + shard + "\",\"value\":-3,\"ttl_ms\":" + ttlMs + ",\"version\":9}",
          lines.get(i + 1));
    }
  }

  private int export(final Path directory) {
    output.reset();
    err.getBuffer().setLength(0);
    final CommandLine commandLine = new CommandLine(new ExportCommand(output));
    Tally.registerConverters(commandLine);
    return commandLine
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (fault, command, parsed) -> {
              command.getErr().println(fault.getMessage());
              return 1;
            })
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
