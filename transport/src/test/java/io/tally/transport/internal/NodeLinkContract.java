package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.codecs.CommandEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a link owes the engine, whatever carries its frames. Nodes are stepped by the test. */
@Timeout(60)
abstract class NodeLinkContract {
  private static final AtomicInteger CLUSTERS = new AtomicInteger();

  private final List<TestNode> stepped = new ArrayList<>();
  private String cluster;
  private FrameCarrier carrier;

  abstract FrameCarrier carrier();

  @BeforeEach
  void nameCluster() {
    cluster = getClass().getSimpleName() + '-' + CLUSTERS.incrementAndGet();
    carrier = carrier();
  }

  @AfterEach
  void closeNodes() {
    stepped.forEach(TestNode::close);
  }

  private NodeSetup setup(final int node, final long incarnation) {
    return TestNode.setup("node-" + node, incarnation).clusterName(cluster);
  }

  private TestNode launch(final NodeSetup setup) {
    final TestNode node = TestNode.launch(setup, carrier);
    stepped.add(node);
    return node;
  }

  private void stepUntil(final String what, final BooleanSupplier condition) {
    Await.until(
        what,
        () -> {
          final long nowNs = System.nanoTime();
          stepped.forEach(node -> node.step(nowNs));
          return condition.getAsBoolean();
        });
  }

  private TestNode[] launchReady() {
    final TestNode[] nodes = {launch(setup(0, 100)), launch(setup(1, 101)), launch(setup(2, 102))};
    stepUntil(
        "all have answered",
        () ->
            stepped.stream()
                .allMatch(n -> n.link.startState(System.nanoTime()).missing().isEmpty()));
    stepped.forEach(node -> node.link.markReady());
    stepUntil(
        "all are up",
        () ->
            stepped.stream().allMatch(n -> n.link.startState(System.nanoTime()).up().size() == 2));
    return nodes;
  }

  private static List<Long> numbers(final long from, final long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void shouldDeliverCommandsAndRepliesInOrder() {
    final TestNode[] nodes = launchReady();
    for (int i = 0; i < 100; i++) {
      assertEquals(NodeOutput.CLAIMED, nodes[0].offerCommand(1, i, 50));
    }
    nodes[0].output().flush();
    stepUntil("commands", () -> nodes[1].commands.size() == 100);
    assertEquals(numbers(0, 100), nodes[1].commands);
    for (int i = 0; i < 100; i++) {
      assertEquals(NodeOutput.CLAIMED, nodes[1].offerReply(0, i));
    }
    nodes[1].output().flush();
    stepUntil("replies", () -> nodes[0].replies.size() == 100);
    assertEquals(numbers(0, 100), nodes[0].replies);
    assertTrue(nodes[2].commands.isEmpty() && nodes[2].replies.isEmpty());
    assertTrue(nodes[1].flushes >= 1);
  }

  @Test
  void shouldPutWhatIsQueuedIntoOneFrame() {
    final TestNode[] nodes = launchReady();
    for (int i = 0; i < 100; i++) {
      nodes[0].offerCommand(1, i, 50);
    }
    nodes[0].output().flush();
    stepUntil("commands", () -> nodes[1].commands.size() == 100);
    final LinkCounters counters = nodes[0].link.counters();
    long frames = 0;
    for (int i = 0; i < LinkCounters.frameBucketCount(); i++) {
      frames += counters.frameBucket(i);
    }
    assertEquals(1, frames);
    assertEquals(1, counters.frameBucket(7), "65 to 128 messages");
    assertEquals(100, nodes[0].count(LinkCounter.COMMANDS_SENT));
    assertEquals(100, nodes[1].count(LinkCounter.COMMANDS_RECEIVED));
  }

  @Test
  void shouldKeepFramesWithinTheirLargestSize() {
    launch(setup(0, 100).maxFrameBytes(2048));
    launch(setup(1, 101).maxFrameBytes(2048));
    launch(setup(2, 102).maxFrameBytes(2048));
    stepped.forEach(node -> node.link.markReady());
    final TestNode[] nodes = stepped.toArray(new TestNode[0]);
    stepUntil("up", () -> nodes[0].link.incarnation(1) == 101);
    for (int i = 0; i < 100; i++) {
      assertEquals(NodeOutput.CLAIMED, nodes[0].offerCommand(1, i, 500));
    }
    stepUntil("commands", () -> nodes[1].commands.size() == 100);
    assertEquals(numbers(0, 100), nodes[1].commands);
    assertEquals(0, nodes[1].link.counters().refused(FrameRefusal.OVERSIZED));
  }

  @Test
  void shouldTakeClaimsFromSeveralThreads() throws InterruptedException {
    final TestNode[] nodes = launchReady();
    final int perThread = 5_000;
    final List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      final long first = t * 1_000_000L;
      final Thread thread =
          new Thread(
              () -> {
                final MessageClaim claim = new MessageClaim();
                final CommandEncoder encoder = new CommandEncoder();
                for (int i = 0; i < perThread; ) {
                  if (nodes[0].offerCommand(1, first + i, 100, claim, encoder)
                      == NodeOutput.CLAIMED) {
                    i++;
                    nodes[0].output().flush();
                  } else {
                    Thread.yield();
                  }
                }
              });
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    stepUntil("all commands", () -> nodes[1].commands.size() == 3 * perThread);
    for (final Thread thread : threads) {
      thread.join();
    }
    for (int t = 0; t < 3; t++) {
      final long first = t * 1_000_000L;
      assertEquals(
          numbers(first, first + perThread),
          nodes[1].commands.stream().filter(c -> c / 1_000_000L * 1_000_000L == first).toList());
    }
  }

  @Test
  void shouldBoundUnacknowledgedBytesAndGoOnAfterTheAck() {
    final int window = 1 << 16;
    final TestNode sender = launch(setup(0, 100).windowBytes(window).ringBytes(1 << 14));
    final TestNode receiver = launch(setup(1, 101).queueLimitNs(60_000_000_000L));
    sender.link.markReady();
    receiver.link.markReady();
    stepUntil("up", () -> sender.link.incarnation(1) == 101 && receiver.link.incarnation(0) == 100);
    receiver.hasNoRoom = id -> true;
    final AtomicInteger claimed = new AtomicInteger();
    stepUntil(
        "full",
        () -> {
          while (sender.offerCommand(1, claimed.get(), 400) == NodeOutput.CLAIMED) {
            claimed.incrementAndGet();
          }
          sender.output().flush();
          return sender.count(LinkCounter.WINDOW_STALLS) == 1 && claimed.get() > 100;
        });
    final long bytesSent = sender.count(LinkCounter.BYTES_SENT);
    assertTrue(bytesSent < window + 4_096, "published " + bytesSent);
    final long hellos = sender.count(LinkCounter.HELLOS_SENT);
    stepUntil(
        "hellos pass a full window", () -> sender.count(LinkCounter.HELLOS_SENT) > hellos + 2);
    assertEquals(NodeOutput.BACK_PRESSURED, sender.offerCommand(1, -1, 400));
    assertEquals(List.of(), receiver.commands);

    receiver.hasNoRoom = id -> false;
    stepUntil("rest", () -> receiver.commands.size() == claimed.get());
    assertEquals(numbers(0, claimed.get()), receiver.commands);
    stepUntil("room again", () -> sender.offerCommand(1, claimed.get(), 400) == NodeOutput.CLAIMED);
  }

  /** Anybody who may publish to the subject can send this, and no step takes it away. */
  @Test
  void shouldKeepWithinItsBoundsWhateverArrivesWhileItStandsStill() {
    final int mostBytes = 1 << 20;
    final int longest = LinkSettings.DEFAULT_MAX_FRAME_BYTES;
    final TestNode sender = launch(setup(0, 100));
    final TestNode still = launch(setup(1, 101).windowBytes(mostBytes).inboundBytes(mostBytes));
    sender.link.markReady();
    still.link.markReady();
    stepUntil("up", () -> sender.link.incarnation(1) == 101 && still.link.incarnation(0) == 100);
    stepUntil("quiet", () -> still.link.inboundBytes() == 0);

    final String subject = new Subjects(cluster).node("node-1", 101);
    for (int i = 0; i < 32; i++) {
      carrier.publish(subject, new byte[1 << 20], 1 << 20);
      carrier.publish(subject, new byte[longest], longest);
      carrier.flush();
    }
    Await.until(
        "the flood",
        () -> {
          assertTrue(still.link.inboundBytes() <= mostBytes);
          return still.link.counters().refused(FrameRefusal.OVERSIZED) == 32
              && still.link.inboundBytes() / longest + still.count(LinkCounter.INBOUND_FULL) == 32;
        });
    sender.offerCommand(1, 1, 2_000);
    sender.step(System.nanoTime());
    Await.until("the command", () -> still.count(LinkCounter.INBOUND_FULL) >= 32 - 16 + 1);

    stepUntil("the flood is over", () -> still.link.inboundBytes() == 0);
    final long kept = still.link.counters().refused(FrameRefusal.FOREIGN_SCHEMA);
    assertTrue(kept > 0 && kept * longest <= mostBytes, "it kept " + kept + " frames of the flood");
    assertEquals(List.of(), still.commands, "whoever sent it repeats it");
    sender.offerCommand(1, 2, 2_000);
    stepUntil("a command again", () -> still.commands.equals(List.of(2L)));
    stepUntil("no byte is missing", () -> sender.link.traffic(1).unacknowledgedBytes() < 2_000);
    assertEquals(0, still.count(LinkCounter.FRAMES_DROPPED));
  }

  @Test
  void shouldKeepWhatFindsNoRoomAndNotHoldUpOtherPeers() {
    final TestNode[] nodes = launchReady();
    nodes[0].hasNoRoom = id -> id == 5;
    for (int i = 0; i < 10; i++) {
      nodes[1].offerCommand(0, i, 10);
      nodes[2].offerCommand(0, 100 + i, 10);
    }
    stepUntil("the other peer's", () -> nodes[0].commands.contains(109L));
    assertTrue(nodes[0].commands.contains(4L));
    assertFalse(nodes[0].commands.contains(6L));
    nodes[0].hasNoRoom = id -> false;
    stepUntil("the rest", () -> nodes[0].commands.size() == 20);
    assertEquals(numbers(0, 10), nodes[0].commands.stream().filter(id -> id < 100).toList());
    assertEquals(List.of(), nodes[0].busy);
  }

  @Test
  void shouldAnswerBusyAfterTheQueueLimitAndGoOn() {
    final TestNode[] nodes = launchReady();
    nodes[0].hasNoRoom = id -> id == 5;
    final long startNs = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      nodes[1].offerCommand(0, i, 10);
    }
    stepUntil("the rest", () -> nodes[0].commands.size() == 9);
    assertEquals(List.of(5L), nodes[0].busy);
    assertTrue(System.nanoTime() - startNs >= 250_000_000L);
    assertEquals(1, nodes[0].count(LinkCounter.COMMANDS_BUSY));
  }

  @Test
  void shouldSkipAMessageAtWhichTheHandlerThrows() {
    final TestNode[] nodes = launchReady();
    nodes[0].faults = id -> id == 1;
    for (int i = 0; i < 3; i++) {
      nodes[1].offerCommand(0, i, 10);
    }
    stepUntil("the others", () -> nodes[0].commands.size() == 2);
    assertEquals(List.of(0L, 2L), nodes[0].commands);
    assertEquals(1, nodes[0].count(LinkCounter.MESSAGE_FAULTS));
  }

  @Test
  void shouldNotAddressAPeerBeforeItIsReady() {
    final TestNode ready = launch(setup(0, 100));
    ready.link.markReady();
    assertEquals(NodeOutput.DOWN, ready.offerCommand(1, 1, 10));
    final TestNode starting = launch(setup(1, 101));
    stepUntil("met", () -> ready.link.peerStatus(1) == PeerStatus.STARTING);
    assertEquals(0, ready.link.incarnation(1));
    assertEquals(NodeOutput.DOWN, ready.offerCommand(1, 1, 10));
    starting.link.markReady();
    stepUntil("up", () -> ready.link.incarnation(1) == 101);
    assertEquals(NodeOutput.CLAIMED, ready.offerCommand(1, 1, 10));
    assertEquals(NodeOutput.DOWN, ready.offerCommand(0, 1, 10), "to itself");
    assertEquals(0, ready.link.incarnation(0));
  }

  @Test
  void shouldKnowAtOnceThatAPeerLeft() {
    final TestNode[] nodes = launchReady();
    stepped.remove(nodes[1]);
    nodes[1].close();
    nodes[1].close();
    final long startNs = System.nanoTime();
    stepUntil("gone", () -> nodes[0].link.peerStatus(1) == PeerStatus.LEFT);
    assertTrue(System.nanoTime() - startNs < 2_000_000_000L);
    assertEquals(NodeOutput.DOWN, nodes[0].offerCommand(1, 1, 10));
    assertEquals(List.of("node-1"), nodes[0].link.startState(0).missing());
  }

  @Test
  void shouldLeaveWhenEveryPeerHasResolvedItsCommands() {
    final TestNode[] nodes = launchReady();
    nodes[0].resolved = false;
    nodes[1].link.markDraining();
    stepUntil(
        "all know",
        () ->
            nodes[0].link.drainingIncarnation(1) == 101
                && nodes[2].link.drainingIncarnation(1) == 101);
    assertEquals(NodeOutput.CLAIMED, nodes[0].offerCommand(1, 7, 10), "a repeat");
    stepUntil("command", () -> nodes[1].commands.size() == 1);
    assertEquals(NodeOutput.CLAIMED, nodes[1].offerReply(0, 7));
    stepUntil("reply", () -> nodes[0].replies.size() == 1);
    assertFalse(nodes[1].link.isDrained());
    nodes[0].resolved = true;
    stepUntil("drained", nodes[1].link::isDrained);
    nodes[1].link.markLeaving();
    stepUntil("left", nodes[1].link::hasLeft);
    stepUntil(
        "gone",
        () ->
            nodes[0].link.peerStatus(1) == PeerStatus.LEFT
                && nodes[2].link.peerStatus(1) == PeerStatus.LEFT);
  }

  @Test
  void shouldDeliverWhatALeavingPeerStillSends() {
    final TestNode[] nodes = launchReady();
    nodes[1].link.markLeaving();
    nodes[1].offerReply(0, 8);
    stepUntil(
        "reply",
        () -> nodes[0].replies.size() == 1 && nodes[0].link.peerStatus(1) == PeerStatus.LEFT);
  }

  @Test
  void shouldTurnToANewIncarnationWhenItIsReady() {
    final TestNode[] nodes = launchReady();
    stepped.remove(nodes[1]);
    final TestNode successor = launch(setup(1, 201));
    stepUntil("met", () -> successor.link.startState(System.nanoTime()).answered().size() == 2);
    assertEquals(101, nodes[0].link.incarnation(1), "a starting process takes nothing");
    nodes[0].offerCommand(1, 1, 10);
    successor.link.markReady();
    stepUntil("replaced", () -> nodes[0].link.incarnation(1) == 201);
    assertEquals(1, nodes[0].count(LinkCounter.INCARNATION_CHANGES));
    assertEquals(NodeOutput.CLAIMED, nodes[0].offerCommand(1, 2, 10));
    stepUntil("commands", () -> !successor.commands.isEmpty());
    assertEquals(List.of(2L), successor.commands);
    nodes[1].close();
    stepUntil("a goodbye of old changes nothing", () -> nodes[0].link.incarnation(1) == 201);
  }

  @Test
  void shouldRefuseAProcessWithAnotherConfiguration() {
    final TestNode[] nodes = launchReady();
    final TestNode stranger = launch(setup(1, 300).shardCount(32));
    stepUntil(
        "both sides know",
        () ->
            nodes[0].link.startState(0).refused().equals(List.of("node-1"))
                && stranger.link.startState(0).refused().contains("node-0"));
    assertFalse(stranger.link.startState(System.nanoTime() + 1_000_000_000L).mayBecomeReady());
    assertEquals(101, nodes[0].link.incarnation(1), "the right one serves on");
    assertTrue(nodes[0].link.counters().refused(FrameRefusal.FINGERPRINT) >= 1);
    final long refusals = nodes[0].link.counters().refused(FrameRefusal.FINGERPRINT);
    stepUntil(
        "more", () -> nodes[0].link.counters().refused(FrameRefusal.FINGERPRINT) > refusals + 1);
    assertEquals(
        1,
        nodes[0].events.stream().filter(e -> e.equals("node-1 300 refused: fingerprint")).count());
    stepped.remove(stranger);
    stranger.close();
    stepUntil("forgotten", () -> nodes[0].link.startState(0).refused().isEmpty());
  }

  @Test
  void shouldRefuseANodeThatIsNotInTheList() {
    final TestNode[] nodes = launchReady();
    final TestNode stranger =
        launch(setup(0, 300).nodeId("node-9").nodeIds(List.of("node-0", "node-9")));
    stepUntil("refused", () -> nodes[0].events.contains("node-9 300 refused: fingerprint"));
    stepUntil("told", () -> stranger.link.startState(0).refused().contains("node-0"));
    assertEquals(2, nodes[0].link.startState(0).up().size());
  }

  @Test
  void shouldMakeANewcomerGiveWayToTheRunningProcess() {
    final TestNode[] nodes = launchReady();
    final TestNode newcomer = launch(setup(1, 400));
    stepUntil("told", () -> newcomer.events.contains("already running 101"));
    assertEquals(101, newcomer.link.startState(0).alreadyRunning());
    assertFalse(newcomer.link.startState(System.nanoTime() + 1_000_000_000L).mayBecomeReady());
    stepped.remove(newcomer);
    newcomer.close();
    nodes[0].offerCommand(1, 1, 10);
    stepUntil("still served", () -> nodes[1].commands.size() == 1);
    assertEquals(0, nodes[1].link.startState(0).superseded());
  }

  @Test
  void shouldMakeTheHigherOfTwoStartingProcessesGiveWay() {
    final TestNode lower = launch(setup(1, 100));
    final TestNode higher = launch(setup(1, 200));
    stepUntil("told", () -> higher.events.contains("already running 100"));
    assertEquals(0, lower.link.startState(0).alreadyRunning());
  }

  @Test
  void shouldTellAProcessThatItsSuccessorIsReady() {
    final TestNode[] nodes = launchReady();
    stepped.remove(nodes[1]);
    final TestNode successor = launch(setup(1, 500));
    stepUntil("met", () -> successor.link.startState(0).answered().size() == 2);
    successor.link.markReady();
    stepUntil("replaced", () -> nodes[0].link.incarnation(1) == 500);
    stepped.add(nodes[1]);
    stepUntil("woken beside it", () -> nodes[1].link.startState(0).superseded() == 500);
    assertNotEquals(0, nodes[0].link.incarnation(1));
    assertEquals(0, successor.link.startState(0).superseded());
    assertEquals(500, nodes[0].link.incarnation(1));
  }

  @Test
  void shouldTellAStartingProcessOfAHigherIncarnation() {
    final TestNode[] nodes = launchReady();
    stepped.remove(nodes[1]);
    nodes[1].close();
    stepUntil("gone", () -> nodes[0].link.peerStatus(1) == PeerStatus.LEFT);
    final TestNode late = launch(setup(1, 50));
    stepUntil("told", () -> late.events.contains("known 101"));
    assertEquals(101, late.link.startState(0).knownIncarnation());
    assertFalse(late.link.startState(System.nanoTime() + 1_000_000_000L).mayBecomeReady());
    stepped.remove(late);
    late.close();
    final TestNode again = launch(setup(1, 150));
    stepUntil(
        "listened",
        () ->
            again.link.startState(System.nanoTime()).mayBecomeReady()
                && again.link.startState(0).missing().isEmpty());
    again.link.markReady();
    stepUntil("up", () -> nodes[0].link.incarnation(1) == 150);
  }
}
