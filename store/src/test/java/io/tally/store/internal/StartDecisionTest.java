package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.ClusterSettings;
import io.tally.engine.StableHash;
import io.tally.store.StartMode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All that can be in a folder, and what a node does about it. */
@Timeout(20)
final class StartDecisionTest {
  private static final long GENERATION = 5;
  private static final long INODE = 77;
  private static final String REFUSED = "refused";

  private enum Newest {
    NONE,
    SERVING,
    STOPPED
  }

  private enum Used {
    NOT,
    ELSEWHERE,
    HERE
  }

  private enum Identity {
    SAME,
    OTHER,
    MISSING
  }

  private final SteppedDisk disk = new SteppedDisk(1);

  static Stream<Arguments> shouldDecideByTheTable() {
    return Stream.of(Newest.values())
        .flatMap(
            newest ->
                Stream.of(Used.values())
                    .flatMap(
                        used ->
                            Stream.of(Identity.values())
                                .flatMap(
                                    identity ->
                                        Stream.of(false, true)
                                            .flatMap(
                                                damaged ->
                                                    Stream.of(false, true)
                                                        .map(
                                                            foreign ->
                                                                Arguments.of(
                                                                    newest, used, identity, damaged,
                                                                    foreign))))));
  }

  @ParameterizedTest
  @MethodSource
  void shouldDecideByTheTable(
      final Newest newest,
      final Used used,
      final Identity identity,
      final boolean damaged,
      final boolean foreign) {
    final FoundState found = found(newest, used, identity, damaged, foreign);
    final boolean hasSnapshot = newest != Newest.NONE;
    final boolean isFresh = !hasSnapshot && used == Used.NOT && !damaged;
    final String ifHere;
    if (isFresh) {
      ifHere = "EMPTY";
    } else if (damaged || hasSnapshot && foreign) {
      ifHere = REFUSED;
    } else if (newest == Newest.STOPPED && used == Used.NOT) {
      ifHere = "RESUMED";
    } else {
      ifHere = "CRASHED";
    }
    final boolean isUsedHere = used == Used.HERE && identity == Identity.OTHER;
    final boolean isCopy = hasSnapshot && identity != Identity.SAME && !isUsedHere;
    assertEquals(isCopy ? REFUSED : ifHere, decide(found, StartMode.NORMAL));
    assertEquals(ifHere, decide(found, StartMode.MOVED));
    assertEquals("DISCARDED", decide(found, StartMode.DISCARD));
  }

  private String decide(final FoundState found, final StartMode mode) {
    try {
      final Start start = new StartDecision(disk, SavedState.node(), found).decide(mode);
      assertEquals(found.highest(), start.generation());
      assertEquals(found.highestIncarnation(), start.highestIncarnation());
      assertEquals(
          start.kind() == StartKind.RESUMED ? found.snapshots().get(0) : null, start.snapshot());
      return start.kind().name();
    } catch (final StoreException refusal) {
      return REFUSED;
    }
  }

  private FoundState found(
      final Newest newest,
      final Used used,
      final Identity identity,
      final boolean damaged,
      final boolean foreign) {
    final long highest = newest == Newest.NONE ? 0 : GENERATION;
    final SnapshotKind kind =
        newest == Newest.STOPPED ? SnapshotKind.STOPPED : SnapshotKind.SERVING;
    final StoredNode writer =
        foreign ? SavedState.node(List.of("node-0", "node-1"), 2) : SavedState.node();
    final List<Snapshot> snapshots =
        newest == Newest.NONE
            ? List.of()
            : List.of(
                new Snapshot(disk, "", manifest(kind, GENERATION, writer), Map.of()),
                new Snapshot(
                    disk, "", manifest(SnapshotKind.STOPPED, GENERATION - 1, writer), Map.of()));
    return new FoundState(
        snapshots,
        damaged ? List.of(StoreException.of(disk, "manifest-6", "is damaged")) : List.of(),
        used == Used.NOT ? highest : highest + 1,
        highest * 10,
        switch (identity) {
          case SAME -> INODE;
          case OTHER -> INODE + 1;
          case MISSING -> 0;
        },
        switch (used) {
          case ELSEWHERE -> INODE;
          // An older mark says nothing of what came after it.
          case NOT, HERE -> INODE + 1;
        });
  }

  private static Manifest manifest(
      final SnapshotKind kind, final long generation, final StoredNode writer) {
    return manifest(kind, generation, writer, StableHash.VERSION, new int[] {0, 1});
  }

  private static Manifest manifest(
      final SnapshotKind kind,
      final long generation,
      final StoredNode writer,
      final int hashVersion,
      final int[] shardIds) {
    return new Manifest(
        kind,
        generation,
        20,
        30,
        1000,
        INODE,
        hashVersion,
        writer,
        Arrays.stream(shardIds).mapToObj(id -> new StoredShard(id, 9, 1, 1, 1)).toList());
  }

  private String refusal(final Manifest manifest) {
    final FoundState found =
        new FoundState(
            List.of(new Snapshot(disk, "", manifest, Map.of())),
            List.of(),
            GENERATION,
            30,
            INODE,
            0);
    return assertThrows(
            StoreException.class,
            () -> new StartDecision(disk, SavedState.node(), found).decide(StartMode.NORMAL))
        .getMessage();
  }

  private String refusal(final StoredNode writer) {
    return refusal(manifest(SnapshotKind.STOPPED, GENERATION, writer));
  }

  private static StoredNode writer(
      final String nodeId,
      final String cluster,
      final ClusterSettings settings,
      final StoredService... services) {
    return new StoredNode(nodeId, cluster, settings, List.of(services));
  }

  @Test
  void shouldSayWhatIsOfAnotherCluster() {
    final String start = "/data/node-0/manifest-5 is of another cluster or build: ";
    final ClusterSettings settings = SavedState.node().settings();
    final List<String> nodes = List.of("node-0", "node-1");
    assertEquals(
        start + "node node-1, here node-0",
        refusal(writer("node-1", "tally", ClusterSettings.of(nodes), SavedState.SERVICE)));
    assertEquals(
        start + "cluster other, here tally",
        refusal(writer("node-0", "other", settings, SavedState.SERVICE)));
    assertEquals(
        start + "nodes [node-0, node-1], here [node-0]", refusal(SavedState.node(nodes, 2)));
    assertEquals(
        start + "number of shards 3, here 2", refusal(SavedState.node(List.of("node-0"), 3)));
    assertEquals(
        start + "seed other, here counter-cluster",
        refusal(
            writer(
                "node-0",
                "tally",
                new ClusterSettings(settings.nodeIds(), 2, "other", settings.laneWindow()),
                SavedState.SERVICE)));
    assertEquals(
        start + "lane window 64, here 4096",
        refusal(
            writer(
                "node-0",
                "tally",
                new ClusterSettings(settings.nodeIds(), 2, settings.seed(), 64),
                SavedState.SERVICE)));
    assertEquals(
        start + "version of the hash 1, here 2",
        refusal(
            manifest(SnapshotKind.STOPPED, GENERATION, SavedState.node(), 1, new int[] {0, 1})));
    assertEquals(
        start + "shards [1], here [0, 1]",
        refusal(
            manifest(
                SnapshotKind.STOPPED,
                GENERATION,
                SavedState.node(),
                StableHash.VERSION,
                new int[] {1})));
  }

  @Test
  void shouldSayWhichServiceIsMissingOrOlder() {
    final String start = "/data/node-0/manifest-5 is of another cluster or build: ";
    final ClusterSettings settings = SavedState.node().settings();
    assertEquals(
        start + "service lease, here none of that name",
        refusal(
            writer(
                "node-0",
                "tally",
                settings,
                SavedState.SERVICE,
                new StoredService(9, 1, "lease"))));
    assertEquals(
        start + "version of the service counter 4, here 3",
        refusal(writer("node-0", "tally", settings, new StoredService(2121, 4, "counter"))));
  }

  @Test
  void shouldLoadWhatAnEarlierBuildWithFewerServicesWrote() throws StoreException {
    final Manifest manifest =
        manifest(
            SnapshotKind.STOPPED,
            GENERATION,
            writer("node-0", "tally", SavedState.node().settings()));
    final FoundState found =
        new FoundState(
            List.of(new Snapshot(disk, "", manifest, Map.of())),
            List.of(),
            GENERATION,
            30,
            INODE,
            0);
    assertEquals(
        StartKind.RESUMED,
        new StartDecision(disk, SavedState.node(), found).decide(StartMode.NORMAL).kind());
  }
}
