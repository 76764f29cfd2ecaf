package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ShardDirectory;
import io.tally.transport.internal.codecs.NodeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nodes tell each other of their shards, stepped by a clock over a simulated network. */
@Timeout(30)
final class ShardAnnouncementTest {
  private static final long MS = 1_000_000;
  private static final List<String> IDS = List.of("a", "b");
  private static final int A = 0;
  private static final int B = 1;
  private static final int MAX_SHARD_COUNT = 4096;

  private final SimulatedCarrier carrier = new SimulatedCarrier();
  private final List<byte[]> toA = new ArrayList<>();
  private long nowNs = -5_000_000_000L;
  private TestNode a = launch("a", 10);
  private TestNode b = launch("b", 20);

  ShardAnnouncementTest() {
    carrier.subscribe("test.node.a.10", toA::add);
  }

  @Test
  void shouldTellPeersWhenTheyMeet() {
    learn(a, A, 7);
    learn(b, B, 33);
    ready();
    assertKnown(33, a, B);
    assertKnown(7, b, A);
    assertKnown(7, a, A);
  }

  @Test
  void shouldTellNothingBeforeItIsReady() {
    learn(b, B, 33);
    a.link.markReady();
    pass(2_000, a, b);
    assertKnown(0, a, B);
    b.link.markReady();
    pass(20, a, b);
    assertKnown(33, a, B);
  }

  @Test
  void shouldTellAChangeAtOnce() {
    learn(b, B, 33);
    ready();
    final int shard = b.link.directory().table().shardsOf(B)[0];
    b.link.directory().learn(new int[] {shard}, new long[] {44});
    final int wakeups = b.wakeups;
    b.link.onShardsChanged();
    assertEquals(wakeups + 1, b.wakeups);
    exchange();
    assertEquals(44, a.link.directory().table().incarnation(shard));
    assertEquals(33, a.link.directory().table().incarnation(other(shard)));
  }

  @Test
  void shouldRepeatUntilItIsAcknowledgedAndNoLonger() {
    learn(b, B, 33);
    ready();
    learn(b, B, 44);
    carrier.loses = subject -> subject.startsWith("test.node.a.");
    pass(1_000, a, b);
    assertKnown(33, a, B);
    carrier.loses = subject -> false;
    pass(1_000, a, b);
    assertKnown(44, a, B);
    final int before = announcements();
    assertTrue(before > 1);
    pass(10_000, a, b);
    assertEquals(before, announcements());
  }

  @Test
  void shouldRepeatWhenOnlyTheAcknowledgementIsLost() {
    learn(b, B, 33);
    ready();
    carrier.loses = subject -> subject.startsWith("test.node.b.");
    learn(b, B, 44);
    pass(1_000, a, b);
    assertKnown(44, a, B);
    final int before = announcements();
    assertTrue(before > 2, "repeated as long as nothing is heard: " + before);
    carrier.loses = subject -> false;
    pass(1_000, a, b);
    final int heard = announcements();
    pass(10_000, a, b);
    assertEquals(heard, announcements());
  }

  @Test
  void shouldNotTakeALifeBackForALateOrDoubledAnnouncement() {
    learn(b, B, 33);
    ready();
    final List<byte[]> old = List.copyOf(toA);
    learn(b, B, 44);
    exchange();
    assertKnown(44, a, B);
    for (final byte[] late : old) {
      carrier.publish("test.node.a.10", late, late.length);
      carrier.publish("test.node.a.10", late, late.length);
    }
    carrier.deliver();
    a.step(nowNs);
    assertKnown(44, a, B);
    assertTrue(a.link.counters().refused(FrameRefusal.STALE_INCARNATION) > 0);
    exchange();
    assertKnown(44, a, B);
  }

  @Test
  void shouldKnowWhatItKnewWhenASilentPeerReturns() {
    learn(b, B, 33);
    ready();
    carrier.loses = subject -> true;
    pass(4_000, a, b);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(B));
    assertKnown(33, a, B);
    final int before = announcements();
    carrier.loses = subject -> false;
    pass(1_200, a, b);
    assertEquals(PeerStatus.UP, a.link.peerStatus(B));
    assertKnown(33, a, B);
    assertEquals(before, announcements(), "nothing was to be told anew");
  }

  @Test
  void shouldForgetWhatAnotherProcessHad() {
    learn(b, B, 33);
    ready();
    b = launch("b", 40);
    b.link.markReady();
    exchange();
    assertEquals(40, a.link.incarnation(B));
    assertKnown(0, a, B);
    learn(b, B, 40);
    exchange();
    assertKnown(40, a, B);
  }

  @Test
  void shouldNameToASuccessorTheHighestLifeThatWasKnown() {
    learn(b, B, 500);
    ready();
    b = launch("b", 40);
    exchange();
    assertEquals(500, b.link.startState(nowNs).knownIncarnation(), "it has to begin above");
    assertFalse(b.link.startState(nowNs).mayBecomeReady());
  }

  @Test
  void shouldGiveWayWhenLaterLivesAreKnownThanItsOwn() {
    learn(b, B, 500);
    ready();
    b = launch("b", 40);
    learn(b, B, 41);
    b.link.markReady();
    exchange();
    assertEquals(500, b.link.startState(nowNs).superseded());
    assertKnown(0, a, B);
  }

  @Test
  void shouldGiveWayWhenALaterLifeOfOneShardIsKnown() {
    learn(b, B, 500);
    ready();
    b = launch("b", 40);
    learn(b, B, 41);
    learn(b, new int[] {b.link.directory().table().shardsOf(B)[0]}, 600);
    b.link.markReady();
    exchange();
    assertEquals(500, b.link.startState(nowNs).superseded());
  }

  @Test
  void shouldNotGiveWayForALateRefusal() {
    learn(b, B, 33);
    ready();
    final List<byte[]> old = List.copyOf(toA);
    learn(b, B, 44);
    exchange();
    for (int i = 0; i < 3; i++) {
      for (final byte[] late : old) {
        carrier.publish("test.node.a.10", late, late.length);
      }
      pass(300, a, b);
    }
    assertEquals(0, b.link.startState(nowNs).superseded());
    assertKnown(44, a, B);
  }

  @Test
  void shouldNotTakeItsOwnLaterLifeForAnothers() {
    learn(b, B, 33);
    ready();
    learn(b, B, 500);
    pass(3_000, a, b);
    assertKnown(500, a, B);
    assertEquals(0, b.link.startState(nowNs).superseded());
    assertEquals(PeerStatus.UP, a.link.peerStatus(B));
  }

  @Test
  void shouldCutWhatIsLongerThanAFrame() {
    for (final long maxFrameBytes : new long[] {Integer.MAX_VALUE, 1_500}) {
      carrier.maxFrameBytes = Integer.MAX_VALUE;
      a = launchWithManyShards("a", 10);
      b = launchWithManyShards("b", 20);
      carrier.maxFrameBytes = maxFrameBytes;
      final int[] shards = b.link.directory().table().shardsOf(B);
      b.link.directory().learn(shards, IntStream.of(shards).mapToLong(s -> 1_000 + s).toArray());
      ready();
      pass(200, a, b);
      final RoutingTable known = a.link.directory().table();
      for (final int shard : shards) {
        assertEquals(1_000 + shard, known.incarnation(shard));
      }
      final int before = announcements();
      assertTrue(before > 1);
      pass(2_000, a, b);
      assertEquals(before, announcements());
    }
  }

  @Test
  void shouldBeKnownWhenAllPartsHaveComeInWhateverRepetition() {
    a = launchWithManyShards("a", 10);
    b = launchWithManyShards("b", 20);
    ready();
    carrier.maxFrameBytes = 1_500;
    final SplittableRandom random = new SplittableRandom(3);
    carrier.loses = subject -> subject.startsWith("test.node.a.") && random.nextInt(3) == 0;
    learn(b, B, 33);
    b.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    assertKnown(0, a, B);
    pass(20_000, a, b);
    assertKnown(33, a, B);
  }

  @Test
  void shouldRefuseShardsOfOthersAndImpossibleIncarnations() {
    learn(b, B, 33);
    ready();
    final int[] own = b.link.directory().table().shardsOf(B);
    final int foreign = b.link.directory().table().shardsOf(A)[0];
    forge(new int[] {foreign}, 34);
    assertEquals(1, a.link.counters().refused(FrameRefusal.ANNOUNCEMENT));
    forge(own, 0);
    forge(own, -1);
    assertEquals(3, a.link.counters().refused(FrameRefusal.ANNOUNCEMENT));
    forge(own, Long.MAX_VALUE);
    assertEquals(1, a.link.counters().refused(FrameRefusal.INCARNATION));
    assertKnown(33, a, B);
    assertEquals(0, a.link.directory().table().incarnation(foreign));
    forge(own, 34);
    assertKnown(34, a, B);
  }

  @Test
  void shouldNameAPeerWhoseShardsAreFarAheadOfAllClocks() {
    learn(b, B, 33);
    ready();
    final int[] own = b.link.directory().table().shardsOf(B);
    final String refusal = "b " + Long.MAX_VALUE + " refused: incarnation";
    assertEquals(List.of(), a.link.startState(nowNs).doubted());
    forge(own, Long.MAX_VALUE);
    forge(own, Long.MAX_VALUE);
    assertEquals(List.of("b"), a.link.startState(nowNs).doubted());
    assertEquals(1, a.events.stream().filter(refusal::equals).count(), "told once");
    assertEquals(List.of(), a.link.startState(nowNs).refused());
    forge(own, 34);
    assertEquals(List.of(), a.link.startState(nowNs).doubted());
    forge(own, Long.MAX_VALUE);
    carrier.loses = subject -> true;
    pass(4_000, a);
    assertEquals(List.of(), a.link.startState(nowNs).doubted(), "nor one that is gone");
  }

  private int forged = 1_000;

  /** A frame of b that tells of these shards. */
  private void forge(final int[] shards, final long life) {
    final int[] owners = new int[64];
    for (final int shard : shards) {
      owners[shard] = 1;
    }
    final ShardDirectory directory =
        new ShardDirectory(new RoutingTable(IDS, owners, new long[owners.length]));
    final NodeSetup setup = TestNode.setup("b", 20).nodeIds(IDS);
    final LocalNode local =
        new LocalNode(
            setup.cluster(),
            setup.start(),
            directory,
            1_000_000_000,
            new CachedNanoClock(),
            setup.wallClock());
    local.state(NodeState.READY);
    final long[] lives = new long[shards.length];
    Arrays.fill(lives, Math.max(1, life));
    directory.learn(shards, lives);
    final ShardAnnouncement announcement = new ShardAnnouncement(directory, 1, 0);
    announcement.update();
    final OutboundFrame frame = new OutboundFrame(local, 1 << 12);
    frame.appendShards(announcement, 0, 1 << 12);
    final byte[] bytes = Arrays.copyOf(frame.memory(), frame.finish(++forged, 0));
    if (life <= 0) {
      final byte value = (byte) life;
      final int entry =
          FrameLayout.messageOffset(FrameLayout.HEADER_BYTES)
              + FrameLayout.EMPTY_ANNOUNCEMENT_BYTES;
      Arrays.fill(bytes, entry, entry + Long.BYTES, value);
    }
    carrier.publish("test.node.a.10", bytes, bytes.length);
    carrier.deliver();
    a.step(nowNs);
  }

  private int announcements() {
    final InboundFrame frame = new InboundFrame();
    int count = 0;
    for (final byte[] bytes : toA) {
      assertEquals(null, frame.wrap(bytes));
      count += frame.announcementCount();
    }
    return count;
  }

  private int other(final int shard) {
    return IntStream.of(b.link.directory().table().shardsOf(B))
        .filter(s -> s != shard)
        .findFirst()
        .orElseThrow();
  }

  private TestNode launch(final String id, final long incarnation) {
    return TestNode.launch(TestNode.setup(id, incarnation).nodeIds(IDS), carrier);
  }

  private TestNode launchWithManyShards(final String id, final long incarnation) {
    return TestNode.launch(
        TestNode.setup(id, incarnation)
            .nodeIds(IDS)
            .shardCount(MAX_SHARD_COUNT)
            .maxMessageBytes(1_000)
            .maxFrameBytes(1 << 13),
        carrier);
  }

  private static void learn(final TestNode node, final int index, final long life) {
    learn(node, node.link.directory().table().shardsOf(index), life);
  }

  private static void learn(final TestNode node, final int[] shards, final long life) {
    final long[] lives = new long[shards.length];
    Arrays.fill(lives, life);
    assertTrue(node.link.directory().learn(shards, lives));
  }

  private static void assertKnown(final long life, final TestNode node, final int index) {
    final RoutingTable table = node.link.directory().table();
    for (final int shard : table.shardsOf(index)) {
      assertEquals(life, table.incarnation(shard));
    }
  }

  private void ready() {
    a.link.markReady();
    b.link.markReady();
    exchange();
  }

  private void exchange() {
    for (int i = 0; i < 6; i++) {
      b.step(nowNs);
      a.step(nowNs);
      carrier.deliver();
    }
  }

  private void pass(final long durationMs, final TestNode... nodes) {
    for (long i = 0; i < durationMs; i += 10) {
      nowNs += 10 * MS;
      for (final TestNode node : nodes) {
        node.step(nowNs);
      }
      carrier.deliver();
    }
  }
}
