package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.StableHash;
import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.codecs.CommandEncoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The link with a given clock and a simulated network. */
@Timeout(30)
class SteppedLinkTest {
  /** Too long to be gathered, so it waits in the ring as soon as it is claimed. */
  static final int LONG_MESSAGE = 20_000;

  private static final long MS = 1_000_000L;

  private final SimulatedCarrier carrier = new SimulatedCarrier();
  private long nowNs = -5_000_000_000L;
  private TestNode a;
  private TestNode b;

  private void launchPair(final NodeSetup setupA, final NodeSetup setupB) {
    a = TestNode.launch(setupA.nodeIds(List.of("a", "b")).nodeId("a"), carrier);
    b = TestNode.launch(setupB.nodeIds(List.of("a", "b")).nodeId("b"), carrier);
    a.link.markReady();
    b.link.markReady();
    exchange();
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
  }

  private void launchPair() {
    launchPair(TestNode.setup("a", 10), TestNode.setup("b", 20));
  }

  private void exchange() {
    for (int i = 0; i < 6; i++) {
      a.step(nowNs);
      b.step(nowNs);
      carrier.deliver();
    }
  }

  /** A meets a process, whose frame comes first. */
  private void meet(final TestNode other) {
    for (int i = 0; i < 3; i++) {
      a.step(nowNs);
      carrier.deliver();
      other.step(nowNs);
      carrier.deliver();
    }
    a.step(nowNs);
  }

  /** Steps one node, or both, every 10 ms. */
  private void pass(final long durationMs, final TestNode... nodes) {
    for (long i = 0; i < durationMs; i += 10) {
      nowNs += 10 * MS;
      for (final TestNode node : nodes) {
        node.step(nowNs);
      }
      carrier.deliver();
    }
  }

  private static List<Long> numbers(final long from, final long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void shouldDeclareASilentPeerDownWithinThreeSeconds() {
    launchPair();
    pass(2_750, a);
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    pass(200, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    assertEquals(0, a.link.incarnation(1));
    assertEquals(NodeOutput.DOWN, a.offerCommand(1, 1, 10));
    assertEquals(1, a.count(LinkCounter.PEERS_SILENT));
    assertEquals(List.of("b 20 UP", "b 20 DOWN"), a.events);
  }

  @Test
  void shouldStayUpWhileOnlyHellosPass() {
    launchPair();
    pass(20_000, a, b);
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    final int hellos = carrier.publishedTo("test.node.b.20");
    assertTrue(hellos >= 20 && hellos < 30, "hellos in 20 s: " + hellos);
    assertTrue(carrier.publishedTo("test.hello") < 50);
  }

  @Test
  void shouldComeBackAfterSilence() {
    launchPair();
    carrier.loses = subject -> true;
    pass(4_000, a, b);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    assertEquals(PeerStatus.DOWN, b.link.peerStatus(0));
    carrier.loses = subject -> false;
    pass(1_200, a, b);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
    assertEquals(0, a.count(LinkCounter.INCARNATION_CHANGES));
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 7, 10));
    exchange();
    assertEquals(List.of(7L), b.commands);
  }

  @Test
  void shouldHandNothingToAPeerThatIsHeardAndDoesNotHear() {
    launchPair();
    carrier.loses = subject -> subject.startsWith("test.node.b.");
    pass(2_700, a, b);
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    pass(1_200, a, b);
    assertEquals(PeerStatus.DEAF, a.link.peerStatus(1));
    assertEquals(PeerStatus.DEAF, b.link.peerStatus(0), "it gets no acknowledgement of its frames");
    assertEquals(NodeOutput.DOWN, a.offerCommand(1, 1, 10));
    final int events = a.events.size();
    final int before = carrier.publishedTo("test.node.b.20");
    pass(60_000, a, b);
    assertEquals(events, a.events.size(), "no flapping");
    final int hellos = carrier.publishedTo("test.node.b.20") - before;
    assertTrue(hellos > 60 && hellos < 140, "hellos in 60 s: " + hellos);
    assertEquals(1, a.count(LinkCounter.PEERS_DEAF));
    carrier.loses = subject -> false;
    pass(1_200, a, b);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
    assertEquals(List.of("b 20 UP", "b 20 DEAF", "b 20 UP"), a.events);
    a.offerCommand(1, 1, 10);
    exchange();
    assertEquals(List.of(1L), b.commands);
  }

  @Test
  void shouldHandNothingToAPeerThatRefusesIt() {
    // Its own clock is right: it made a mistake, and b alone hears of no clock that excuses it.
    final long mistaken = Incarnation.of(aheadMs(), 1);
    a = TestNode.launch(TestNode.setup("a", mistaken).nodeIds(List.of("a", "b")), carrier);
    b = TestNode.launch(TestNode.setup("b", 20).nodeIds(List.of("a", "b")), carrier);
    a.link.markReady();
    b.link.markReady();
    pass(5_000, a, b);
    assertEquals(PeerStatus.UNKNOWN, b.link.peerStatus(0));
    assertEquals(PeerStatus.DEAF, a.link.peerStatus(1));
    assertEquals(List.of("b 20 DEAF"), a.events, "it was never up");
    assertEquals(NodeOutput.DOWN, a.offerCommand(1, 1, 10));
  }

  @Test
  void shouldNotWaitForADeafPeerBeforeItLeaves() {
    launchPair();
    carrier.loses = subject -> subject.startsWith("test.node.b.");
    pass(2_000, a, b);
    b.link.markDraining();
    pass(500, a, b);
    assertFalse(b.link.isDrained());
    pass(1_500, a, b);
    assertEquals(PeerStatus.DEAF, b.link.peerStatus(0));
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldComeBackWhenOnlyOneSideNoticedTheSilence() {
    launchPair();
    carrier.loses = subject -> subject.contains(".a.") || subject.endsWith("hello");
    pass(3_500, a, b);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    carrier.loses = subject -> false;
    pass(1_200, a, b);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
  }

  @Test
  void shouldDropWhatIsQueuedForAPeerThatGoesDown() {
    launchPair();
    a.offerCommand(1, 1, 10);
    a.offerCommand(1, 2, 10);
    b.link.markLeaving();
    b.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    exchange();
    assertEquals(2, a.count(LinkCounter.MESSAGES_DROPPED));
    assertEquals(List.of(), b.commands);
  }

  @Test
  void shouldNotTakeItsOwnStandstillForSilence() {
    launchPair();
    nowNs += 60_000 * MS;
    a.step(nowNs);
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    pass(3_200, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
  }

  @Test
  void shouldAskToBeSteppedInTime() {
    launchPair();
    assertTrue(a.link.receiver().nextStepNs() <= nowNs + 1_000 * MS);
    assertTrue(a.link.sender().nextStepNs() <= nowNs + 1_000 * MS);
    assertTrue(a.link.sender().nextStepNs() > nowNs);
    b.hasNoRoom = id -> true;
    a.offerCommand(1, 1, 10);
    exchange();
    assertEquals(nowNs + MS, b.link.receiver().nextStepNs());
  }

  @Test
  void shouldAskForAStepWhileAClaimIsOpen() {
    launchPair();
    final MessageClaim claim = new MessageClaim();
    assertEquals(NodeOutput.CLAIMED, a.tryClaim(1, LONG_MESSAGE, claim));
    a.step(nowNs);
    assertEquals(nowNs + MS, a.link.sender().nextStepNs());
    claim.abort();
    a.step(nowNs);
    assertTrue(a.link.sender().nextStepNs() > nowNs + MS);
  }

  @Test
  void shouldWakeTheSenderOnlyForNewClaims() {
    launchPair();
    final NodeOutput output = a.link.newOutput();
    final int wakeups = a.wakeups;
    output.flush();
    assertEquals(wakeups, a.wakeups);
    a.gatherCommand(output, 1, 1, 10);
    assertEquals(wakeups, a.wakeups);
    output.flush();
    assertEquals(wakeups + 1, a.wakeups);
    a.step(nowNs);
    output.flush();
    assertEquals(wakeups + 1, a.wakeups);
  }

  @Test
  void shouldEndTheBatchOfEachFrameAlsoWhereAMessageIsHeldOrThrows() {
    launchPair();
    b.faults = id -> id == 2;
    b.hasNoRoom = id -> id == 3;
    final int before = b.batches;
    for (int i = 1; i <= 3; i++) {
      a.offerCommand(1, i, 10);
      a.step(nowNs);
    }
    carrier.deliver();
    b.receive(nowNs);
    assertEquals(before + 3, b.batches);
    b.receive(nowNs);
    assertEquals(before + 4, b.batches, "what is held is offered as a batch of its own");
    assertEquals(List.of(1L), b.commands);
  }

  @Test
  void shouldSplitWhatWasGatheredAsFramesAndWindowHaveRoom() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 14).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20));
    final NodeOutput output = a.link.newOutput();
    for (int i = 0; i < 40; i++) {
      assertEquals(NodeOutput.CLAIMED, a.gatherCommand(output, 1, i, 900));
    }
    assertEquals(List.of(), b.commands);
    output.flush();
    a.step(nowNs);
    assertEquals(1, a.count(LinkCounter.WINDOW_STALLS));
    pass(3_000, a, b);
    assertEquals(numbers(0, 40), b.commands);
  }

  @Test
  void shouldDropTheRestOfARecordWhosePeerGoesAway() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 13).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20));
    final NodeOutput output = a.link.newOutput();
    for (int i = 0; i < 12; i++) {
      assertEquals(NodeOutput.CLAIMED, a.gatherCommand(output, 1, i, 900));
    }
    output.flush();
    a.step(nowNs);
    final long left = a.count(LinkCounter.COMMANDS_SENT);
    assertTrue(left > 0 && left < 12, left + " have left");
    pass(3_500, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    assertEquals(12 - left, a.count(LinkCounter.MESSAGES_DROPPED));
    pass(200, a, b);
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 77, 900));
    pass(200, a, b);
    assertTrue(b.commands.contains(77L));
    assertFalse(b.commands.contains(11L));
  }

  @Test
  void shouldWakeTheSenderWhenAFullWindowOpens() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 16).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20).windowBytes(1 << 16));
    int claimed = 0;
    while (a.count(LinkCounter.WINDOW_STALLS) == 0) {
      assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, claimed++, 900));
      a.link.sender().doWork(nowNs);
    }
    carrier.deliver();
    b.step(nowNs);
    carrier.deliver();
    final int wakeups = a.wakeups;
    a.output().flush();
    assertEquals(wakeups, a.wakeups, "nothing new since the stall");
    a.link.receiver().doWork(nowNs);
    assertEquals(wakeups + 1, a.wakeups);
    a.link.sender().doWork(nowNs);
    carrier.deliver();
    b.step(nowNs);
    assertEquals(numbers(0, claimed), b.commands);
  }

  @Test
  void shouldHaveItsFramesLeaveUnlessTheyAreGathered() {
    launchPair();
    final int flushes = carrier.flushes;
    a.link.sender().doWork(nowNs);
    assertEquals(flushes + 1, carrier.flushes);
    final SteppedAgent gathering = a.link.gatheringSender();
    gathering.doWork(nowNs);
    assertEquals(flushes + 1, carrier.flushes);
    final SteppedAgent flush = a.link.frameFlush();
    assertEquals(0, flush.doWork(nowNs));
    assertEquals(SteppedAgent.NEVER, flush.nextStepNs());
    assertEquals(flushes + 2, carrier.flushes);
    a.link.close();
    assertEquals(flushes + 3, carrier.flushes, "nobody flushes after it");
  }

  @Test
  void shouldEmptyItsRingInOneStepAlsoWhereItWraps() {
    launchPair(TestNode.setup("a", 10).ringBytes(1 << 13), TestNode.setup("b", 20));
    long next = 0;
    for (int round = 0; round < 500; round++) {
      for (int i = 0; i < 7; i++) {
        assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, next++, 300 + round % 50));
      }
      a.link.sender().doWork(nowNs);
      carrier.deliver();
      b.link.receiver().doWork(nowNs);
      assertEquals(next, b.commands.size(), "after round " + round);
      b.link.sender().doWork(nowNs);
      carrier.deliver();
      a.link.receiver().doWork(nowNs);
    }
    assertEquals(numbers(0, next), b.commands);
  }

  @Test
  void shouldMakeFramesThatTheCarrierTakesAtPresent() {
    launchPair(
        TestNode.setup("a", 10).maxMessageBytes(1500),
        TestNode.setup("b", 20).maxMessageBytes(1500));
    final int least = TestNode.setup("a", 10).maxMessageBytes(1500).link().minFrameBytes();
    long next = 0;
    for (final long bytes : new long[] {Integer.MAX_VALUE, least, 5_000, least, 1 << 20}) {
      for (int i = 0; i < 40; i++) {
        // What is claimed before the carrier takes less has to leave, too.
        assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, next++, i % 2 == 0 ? 10 : 1_300));
      }
      carrier.maxFrameBytes = bytes;
      exchange();
      assertEquals(numbers(0, next), b.commands, "with frames of " + bytes);
    }
    assertEquals(0, a.count(LinkCounter.PUBLISH_FAILURES));
    assertEquals(0, a.count(LinkCounter.WINDOW_STALLS), "a short frame is no full window");
  }

  @Test
  void shouldRefuseACarrierThatCannotTakeTheLongestMessage() {
    final NodeSetup setup = TestNode.setup("node-0", 10).maxMessageBytes(1500);
    carrier.maxFrameBytes = setup.link().minFrameBytes() - 1;
    final AssertionError failure =
        assertThrows(AssertionError.class, () -> TestNode.launch(setup, carrier));
    assertEquals(
        "the network takes no message of " + setup.link().minFrameBytes() + " bytes",
        failure.getCause().getMessage());
  }

  @Test
  void shouldRegainTheWindowOfLostFrames() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 16).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20).windowBytes(1 << 16));
    carrier.loses = subject -> subject.endsWith("b.20");
    int claimed = 0;
    for (int i = 0; i < 100; i++) {
      while (a.offerCommand(1, claimed, 900) == NodeOutput.CLAIMED) {
        claimed++;
      }
      a.step(nowNs);
    }
    assertEquals(1, a.count(LinkCounter.WINDOW_STALLS));
    assertEquals(NodeOutput.BACK_PRESSURED, a.offerCommand(1, -1, 900));
    assertTrue(a.count(LinkCounter.QUEUE_FULL) > 0);
    assertTrue(a.link.traffic(1).unacknowledgedBytes() > (1 << 16) - 2_000);
    final int queueBytes = LinkSettings.DEFAULT_RING_BYTES;
    // An eighth stays free, for the padding at the end of the ring.
    assertTrue(a.link.traffic(1).queuedBytes() > queueBytes / 8 * 7 - 4_000);
    carrier.loses = subject -> false;
    pass(200, a, b);
    assertEquals(0, a.link.traffic(1).queuedBytes());
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, claimed, 900));
    pass(20, a, b);
    assertEquals(claimed, b.commands.get(b.commands.size() - 1));
    pass(2_000, a, b);
    assertTrue(a.link.traffic(1).unacknowledgedBytes() < 2_000, "its next hello saw it");
  }

  @Test
  void shouldKeepToTheWindowOfAnIncarnationThatReturns() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 16).ringBytes(1 << 16).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20));
    for (int i = 0; i < 200; i++) {
      a.offerCommand(1, i, 10);
      exchange();
    }
    pass(3_500, a);
    final TestNode twin =
        TestNode.launch(TestNode.setup("b", 30).nodeIds(List.of("a", "b")), carrier);
    twin.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1));
    twin.close();
    exchange();
    assertEquals(20, a.link.incarnation(1));
    // It says what it got before, and takes nothing now.
    int claimed = 0;
    for (int i = 0; i < 100; i++) {
      while (a.offerCommand(1, claimed, 900) == NodeOutput.CLAIMED) {
        claimed++;
      }
      a.step(nowNs);
      nowNs += 10 * MS;
      b.link.sender().doWork(nowNs);
      carrier.deliver();
    }
    assertTrue(claimed * 900 <= 2 << 16, claimed + " commands left or wait");
  }

  @Test
  void shouldNotGiveATwinsPlaceASecondWindow() {
    launchPair(
        TestNode.setup("a", 10).windowBytes(1 << 16).ringBytes(1 << 16).maxFrameBytes(1 << 13),
        TestNode.setup("b", 20));
    final long[] bytes = {0};
    carrier.subscribe("test.node.b.20", frame -> bytes[0] += frame.length > 500 ? frame.length : 0);
    fillWindow();
    assertTrue(bytes[0] > 3 << 14, bytes[0] + " bytes left");
    pass(3_500, a);
    final TestNode twin =
        TestNode.launch(TestNode.setup("b", 30).nodeIds(List.of("a", "b")), carrier);
    pass(1_500, a, twin);
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1));
    twin.close();
    // All that it was sent still waits for it, and it is heard.
    b.link.sender().doWork(nowNs);
    carrier.deliver();
    a.step(nowNs);
    fillWindow();
    assertTrue(bytes[0] <= 1 << 16, bytes[0] + " bytes are under way");
    pass(200, a, b);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 1, 900));
    fillWindow();
    assertTrue(bytes[0] > 1 << 16, "it has taken them, and the window is open again");
  }

  private void fillWindow() {
    for (int i = 0; i < 200; i++) {
      while (a.offerCommand(1, i, 900) == NodeOutput.CLAIMED) {
        continue;
      }
      a.link.sender().doWork(nowNs);
      carrier.deliver();
    }
  }

  @Test
  void shouldLeaveItsStepWhenAPeerGoesDownBetweenTwoOfItsFrames() {
    launchPair(TestNode.setup("a", 10).maxFrameBytes(1 << 13), TestNode.setup("b", 20));
    pass(2_750, a);
    for (int i = 0; i < 20; i++) {
      assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, i, 900));
    }
    carrier.loses =
        subject -> {
          a.link.receiver().doWork(nowNs + 100 * MS);
          return true;
        };
    a.link.sender().doWork(nowNs);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    a.link.sender().doWork(nowNs);
    assertTrue(a.count(LinkCounter.MESSAGES_DROPPED) > 0);
  }

  @Test
  void shouldHandNothingMoreToAnIncarnationThatIsReplacedBetweenTwoFrames() {
    launchPair(TestNode.setup("a", 10).maxFrameBytes(1 << 13), TestNode.setup("b", 20));
    final TestNode successor =
        TestNode.launch(TestNode.setup("b", 30).nodeIds(List.of("a", "b")), carrier);
    successor.link.markReady();
    successor.step(nowNs);
    carrier.deliver();
    for (int i = 0; i < 20; i++) {
      assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, i, 900));
    }
    final int before = carrier.publishedTo("test.node.b.20");
    carrier.loses =
        subject -> {
          a.link.receiver().doWork(nowNs);
          return true;
        };
    a.link.sender().doWork(nowNs);
    carrier.loses = subject -> false;
    assertEquals(before + 1, carrier.publishedTo("test.node.b.20"));
    pass(500, a, successor);
    assertEquals(30, a.link.incarnation(1));
    successor.close();
  }

  @Test
  void shouldAcknowledgeOneWayTraffic() {
    launchPair();
    long next = 0;
    // Six windows in no time, and b has nothing to say.
    for (int i = 0; next < 6 * 1024; i++) {
      assertTrue(i < 7 * 1024, "stuck at " + next);
      if (a.offerCommand(1, next, 900) == NodeOutput.CLAIMED) {
        next++;
      } else {
        exchange();
      }
    }
    exchange();
    assertEquals(numbers(0, next), b.commands);
  }

  @Test
  void shouldCountWhatTheCarrierDoesNotTake() {
    launchPair();
    carrier.publishFails = true;
    a.offerCommand(1, 1, 10);
    a.step(nowNs);
    assertEquals(1, a.count(LinkCounter.PUBLISH_FAILURES));
    assertEquals(1, a.count(LinkCounter.MESSAGES_DROPPED));
    carrier.publishFails = false;
    a.offerCommand(1, 2, 10);
    exchange();
    assertEquals(List.of(2L), b.commands);
  }

  @Test
  void shouldLetClaimsWaitWhileTheCarrierIsAway() {
    launchPair();
    a.offerCommand(1, 1, 10);
    carrier.connected = false;
    a.step(nowNs);
    assertEquals(NodeOutput.BACK_PRESSURED, a.offerCommand(1, 2, 10));
    assertEquals(nowNs + 20 * MS, a.link.sender().nextStepNs());
    carrier.connected = true;
    exchange();
    assertEquals(List.of(1L), b.commands);
    assertEquals(0, a.count(LinkCounter.MESSAGES_DROPPED));
  }

  @Test
  void shouldMeasureTheQueueLimitFromTheArrival() {
    launchPair();
    pass(200, a, b);
    b.hasNoRoom = id -> id != 3;
    for (int i = 1; i <= 3; i++) {
      a.offerCommand(1, i, 10);
    }
    a.offerReply(1, 4);
    exchange();
    pass(240, a, b);
    assertEquals(List.of(), b.busy);
    assertEquals(1, b.count(LinkCounter.FRAMES_HELD));
    pass(20, a, b);
    assertEquals(List.of(1L, 2L), b.busy);
    assertEquals(List.of(3L), b.commands);
    assertEquals(1, b.count(LinkCounter.REPLIES_DROPPED));
  }

  @Test
  void shouldDropHeldFramesOfAnEndedIncarnation() {
    launchPair();
    b.hasNoRoom = id -> true;
    a.offerCommand(1, 1, 10);
    exchange();
    final TestNode successor =
        TestNode.launch(TestNode.setup("a", 11).nodeIds(List.of("a", "b")).nodeId("a"), carrier);
    successor.link.markReady();
    for (int i = 0; i < 3; i++) {
      successor.step(nowNs);
      carrier.deliver();
      b.step(nowNs);
      carrier.deliver();
    }
    assertEquals(11, b.link.incarnation(0));
    assertEquals(1, b.count(LinkCounter.FRAMES_DROPPED));
    b.hasNoRoom = id -> false;
    b.step(nowNs);
    assertEquals(List.of(), b.commands);
    a.offerCommand(1, 2, 10);
    a.link.sender().doWork(nowNs);
    carrier.deliver();
    b.step(nowNs);
    assertEquals(List.of(), b.commands);
    assertEquals(1, b.link.counters().refused(FrameRefusal.SOURCE_INCARNATION));
  }

  @Test
  void shouldBoundTheFramesThatWaitForTheReceiver() {
    launchPair(TestNode.setup("a", 10), TestNode.setup("b", 20).inboundFrames(4));
    for (int i = 0; i < 10; i++) {
      a.offerCommand(1, i, 10);
      a.link.sender().doWork(nowNs);
      carrier.deliver();
    }
    b.step(nowNs);
    assertEquals(numbers(0, 4), b.commands);
    assertEquals(6, b.count(LinkCounter.INBOUND_FULL));
  }

  @Test
  void shouldDropWhatWasClaimedForAPeerThatWentDownWhileTheCarrierWasAway() {
    launchPair();
    a.offerCommand(1, 1, 10);
    carrier.connected = false;
    pass(3_000, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    assertEquals(1, a.count(LinkCounter.MESSAGES_DROPPED));
    carrier.connected = true;
    pass(1_000, a, b);
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    assertEquals(List.of(), b.commands);
  }

  @Test
  void shouldDropWhatWasClaimedBeforeAnOutageThatTheSenderDidNotSee() {
    launchPair();
    a.offerCommand(1, 1, 10);
    for (long i = 0; i < 300; i++) {
      nowNs += 10 * MS;
      a.receive(nowNs);
    }
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    b.step(nowNs);
    carrier.deliver();
    a.receive(nowNs);
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1));
    exchange();
    assertEquals(PeerStatus.UP, a.link.peerStatus(1));
    assertEquals(List.of(), b.commands);
    a.offerCommand(1, 2, 10);
    exchange();
    assertEquals(List.of(2L), b.commands);
  }

  @Test
  void shouldDropWhatWasClaimedBeforeAnOutageThatCameWhileTheSenderFilledItsFrame() {
    launchPair();
    final PeerSession session = ((LinkReceiver) a.link.receiver()).peers()[0].peer.session();
    a.offerCommand(1, 1, 10);
    carrier.beforeFrame =
        () -> {
          carrier.beforeFrame = () -> {};
          session.status(PeerStatus.DEAF);
          session.status(PeerStatus.UP);
        };
    exchange();
    assertEquals(List.of(), b.commands);
    assertEquals(1, a.count(LinkCounter.MESSAGES_DROPPED));
    a.offerCommand(1, 2, 10);
    exchange();
    assertEquals(List.of(2L), b.commands);
  }

  @Test
  void shouldStateADeadlineInThePeersClockAndNeverLater() {
    launchPair();
    b.clockOffsetNs = 777_000 * MS;
    final TestNode late =
        TestNode.launch(TestNode.setup("b", 21).nodeIds(List.of("a", "b")), carrier);
    late.clockOffsetNs = -123_456 * MS;
    late.link.markReady();
    // Each of its frames is on its way for 5 ms.
    for (int i = 0; i < 2; i++) {
      late.step(nowNs);
      carrier.deliver();
      nowNs += 5 * MS;
      a.step(nowNs);
      carrier.deliver();
    }
    assertEquals(21, a.link.incarnation(1));
    final long peerNowNs = nowNs + late.clockOffsetNs;
    final long deadlineNs = a.deadlineNs(1, nowNs, 100 * MS);
    assertEquals(peerNowNs + 95 * MS, deadlineNs, MS / 5);
    assertTrue(deadlineNs <= peerNowNs + 100 * MS);
  }

  @Test
  void shouldNotLetACommandLiveLongerThanItsOwnerAllows() {
    launchPair(TestNode.setup("a", 10), TestNode.setup("b", 20).requestTimeoutNs(50 * MS));
    assertEquals(a.deadlineNs(1, nowNs, 50 * MS), a.deadlineNs(1, nowNs, 5_000 * MS));
    assertEquals(50 * MS, a.deadlineNs(1, nowNs, 5_000 * MS) - nowNs, MS / 10);
    assertEquals(50 * MS, a.link.shortestRequestTimeoutNs());
  }

  @Test
  void shouldRefuseAnIncarnationFarAheadOfAllClocksAndNameIt() {
    launchPair();
    final TestNode outlier =
        TestNode.launch(TestNode.setup("b", Long.MAX_VALUE).nodeIds(List.of("a", "b")), carrier);
    outlier.link.markReady();
    outlier.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    assertEquals(20, a.link.incarnation(1));
    assertEquals(List.of("b"), a.link.startState(nowNs).outliers());
    assertEquals(1, a.link.counters().refused(FrameRefusal.INCARNATION));
    assertTrue(a.events.contains("b " + Long.MAX_VALUE + " refused: incarnation"));
    pass(3_000, a, b);
    assertEquals(List.of(), a.link.startState(nowNs).outliers());
    assertEquals(List.of("b 20 UP"), a.events.subList(0, 1));
  }

  @Test
  void shouldNotEndForATwinOrAPeerThatNamesAnImpossibleIncarnation() {
    launchPair();
    final TestNode twin =
        TestNode.launch(TestNode.setup("a", Long.MAX_VALUE).nodeIds(List.of("a", "b")), carrier);
    twin.link.markReady();
    twin.step(nowNs);
    carrier.deliver();
    exchange();
    assertEquals(0, a.link.startState(nowNs).superseded());
    assertEquals(10, b.link.incarnation(0));
    assertFalse(a.events.stream().anyMatch(event -> event.startsWith("superseded")));
  }

  @Test
  void shouldAcceptAnIncarnationThatAgreesWithItsOwnOrAThirdClock() {
    final long aheadMs = aheadMs();
    final long incarnation = Incarnation.of(aheadMs, 1);
    launchPair(TestNode.setup("a", 10), TestNode.setup("b", 20).wallClock(() -> aheadMs));
    final TestNode successor =
        TestNode.launch(TestNode.setup("b", incarnation).nodeIds(List.of("a", "b")), carrier);
    successor.link.markReady();
    meet(successor);
    assertEquals(incarnation, a.link.incarnation(1));
  }

  @Test
  void shouldKeepAndRegainAPeerWhoseWallClockWasSetRight() {
    final long[] clockMs = {aheadMs()};
    final long incarnation = Incarnation.of(clockMs[0], 1);
    a = TestNode.launch(TestNode.setup("a", 10).nodeIds(List.of("a", "b")), carrier);
    b =
        TestNode.launch(
            TestNode.setup("b", incarnation).nodeIds(List.of("a", "b")).wallClock(() -> clockMs[0]),
            carrier);
    a.link.markReady();
    b.link.markReady();
    exchange();
    assertEquals(incarnation, a.link.incarnation(1));
    clockMs[0] = System.currentTimeMillis();
    pass(3_000, a, b);
    pass(4_000, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    pass(1_500, a, b);
    assertEquals(incarnation, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
    // One that never heard the wrong clock, in the place of a node that is gone.
    a.link.close();
    final TestNode successor =
        TestNode.launch(TestNode.setup("a", 11).nodeIds(List.of("a", "b")), carrier);
    pass(500, successor, b);
    assertTrue(successor.link.startState(nowNs).mayBecomeReady());
    successor.link.markReady();
    pass(1_000, successor, b);
    assertEquals(incarnation, successor.link.incarnation(1));
    assertEquals(11, b.link.incarnation(0));
    b.link.markDraining();
    pass(500, successor, b);
    assertEquals(PeerStatus.DRAINING, successor.link.peerStatus(1));
    assertEquals(0, b.link.counters().refused(FrameRefusal.INCARNATION));
    assertEquals(0, successor.link.counters().refused(FrameRefusal.INCARNATION));
  }

  @Test
  void shouldStartAboveAPredecessorWhoseWallClockWasWrong() {
    final List<String> ids = List.of("a", "b", "c");
    final long ahead = launchAndEndWithAWrongClock(ids);
    pass(3_000, a);

    // The clock is right at the next start, and a third node knows nothing of the time before.
    final TestNode c = TestNode.launch(TestNode.setup("c", 30).nodeIds(ids), carrier);
    c.link.markReady();
    b = TestNode.launch(TestNode.setup("b", 20).nodeIds(ids), carrier);
    pass(500, a, b, c);
    assertEquals(ahead, b.link.startState(nowNs).knownIncarnation());
    for (long known = ahead; known < ahead + 3; known++) {
      b.link.close();
      b = TestNode.launch(successor(known).nodeIds(ids), carrier);
      pass(500, a, b, c);
      assertEquals(0, b.link.startState(nowNs).knownIncarnation());
      assertTrue(b.link.startState(nowNs).mayBecomeReady());
      b.link.markReady();
      pass(500, a, b, c);
      assertEquals(known + 1, a.link.incarnation(1));
      assertEquals(known + 1, c.link.incarnation(1));
      assertEquals(10, b.link.incarnation(0));
      assertEquals(30, b.link.incarnation(2));
      assertEquals(List.of(), c.link.startState(nowNs).outliers());
    }
  }

  @Test
  void shouldBeTakenUpAlsoWhereWhoeverKnewItsPredecessorIsGone() {
    final List<String> ids = List.of("a", "b");
    final long ahead = launchAndEndWithAWrongClock(ids);
    b = TestNode.launch(TestNode.setup("b", 20).nodeIds(ids), carrier);
    pass(500, a, b);
    assertEquals(ahead, b.link.startState(nowNs).knownIncarnation());
    a.link.close();
    b.link.close();
    b = TestNode.launch(successor(ahead).nodeIds(ids), carrier);
    a = TestNode.launch(TestNode.setup("a", 11).nodeIds(ids), carrier);
    b.link.markReady();
    a.link.markReady();
    pass(1_000, a, b);
    assertEquals(ahead + 1, a.link.incarnation(1));
    assertEquals(11, b.link.incarnation(0));
    assertEquals(0, a.link.counters().refused(FrameRefusal.INCARNATION));
  }

  /** A meets B, whose clock is days ahead, and B ends. */
  private long launchAndEndWithAWrongClock(final List<String> ids) {
    final long ahead = Incarnation.of(aheadMs(), 1);
    a = TestNode.launch(TestNode.setup("a", 10).nodeIds(ids), carrier);
    b =
        TestNode.launch(
            TestNode.setup("b", ahead).nodeIds(ids).wallClock(SteppedLinkTest::aheadMs), carrier);
    a.link.markReady();
    b.link.markReady();
    exchange();
    b.link.close();
    return ahead;
  }

  private static NodeSetup successor(final long known) {
    final WallClock clock = new WallClock(System::currentTimeMillis);
    clock.onKnownIncarnation(known);
    return TestNode.setup("b", known + 1).wallClock(clock);
  }

  @Test
  void shouldBecomeReadyBesideOneWithAWrongClock() {
    a = TestNode.launch(TestNode.setup("a", 10).nodeIds(List.of("a", "b")), carrier);
    b =
        TestNode.launch(
            TestNode.setup("b", Incarnation.of(aheadMs(), 1)).nodeIds(List.of("a", "b")), carrier);
    b.link.markReady();
    pass(500, a, b);
    assertEquals(List.of("b"), a.link.startState(nowNs).outliers());
    assertTrue(a.link.startState(nowNs).mayBecomeReady());
  }

  private static long aheadMs() {
    return System.currentTimeMillis() + 5 * 86_400_000L;
  }

  @Test
  void shouldKnowThatANodeWasReadyFromWhatItHandsOver() {
    a = TestNode.launch(TestNode.setup("a", 10).nodeIds(List.of("a", "b")), carrier);
    b = TestNode.launch(TestNode.setup("b", 20).nodeIds(List.of("a", "b")), carrier);
    a.link.markReady();
    exchange();
    b.link.markReady();
    carrier.loses = subject -> true;
    b.step(nowNs);
    carrier.loses = subject -> false;
    assertEquals(NodeOutput.CLAIMED, b.offerCommand(0, 1, 10));
    b.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    assertEquals(List.of(1L), a.commands);
    final TestNode successor =
        TestNode.launch(TestNode.setup("b", 15).nodeIds(List.of("a", "b")), carrier);
    for (int i = 0; i < 3; i++) {
      successor.step(nowNs);
      carrier.deliver();
      a.step(nowNs);
      carrier.deliver();
    }
    assertEquals(20, successor.link.startState(nowNs).knownIncarnation());
  }

  @Test
  void shouldTellItsHandlerWhoSentAMessage() {
    launchPair();
    a.offerCommand(1, 1, 10);
    exchange();
    assertEquals(Set.of(StableHash.hash("a") + "@10"), b.sources);
  }

  @Test
  void shouldListenBeforeItMayBecomeReady() {
    a = TestNode.launch(TestNode.setup("node-0", 10), carrier);
    assertFalse(a.link.startState(nowNs).listened());
    a.step(nowNs);
    pass(290, a);
    assertFalse(a.link.startState(nowNs).mayBecomeReady());
    pass(20, a);
    assertTrue(a.link.startState(nowNs).mayBecomeReady());
    assertEquals(List.of("node-1", "node-2"), a.link.startState(nowNs).missing());
  }

  @Test
  void shouldAnswerAStrangerWhereItMayCertainlyPublish() {
    launchPair();
    final TestNode stranger =
        TestNode.launch(TestNode.setup("node-0", 30).nodeIds(List.of("a", "node-0")), carrier);
    stranger.step(nowNs);
    carrier.deliver();
    exchange();
    stranger.step(nowNs);
    assertEquals(0, carrier.publishedTo("test.node.node-0.30"));
    assertEquals(List.of("a", "b"), stranger.link.startState(nowNs).refused());
    assertEquals(List.of("node-0"), a.link.startState(nowNs).refused());
  }

  @Test
  void shouldForgetARefusedProcessThatFellSilent() {
    launchPair();
    final TestNode stranger =
        TestNode.launch(
            TestNode.setup("b", 30).nodeIds(List.of("a", "b")).nodeId("b").seed("x"), carrier);
    stranger.step(nowNs);
    carrier.deliver();
    a.step(nowNs);
    assertEquals(List.of("b"), a.link.startState(nowNs).refused());
    pass(2_700, a, b);
    assertEquals(List.of("b"), a.link.startState(nowNs).refused());
    pass(200, a, b);
    assertEquals(List.of(), a.link.startState(nowNs).refused());
  }

  @Test
  void shouldRefuseAWrongConfiguration() {
    assertThrows(
        IllegalArgumentException.class,
        () -> TestNode.launch(TestNode.setup("node-7", 1), carrier));
    assertThrows(
        IllegalArgumentException.class,
        () -> TestNode.launch(TestNode.setup("node-0", 1).clusterName("a.*"), carrier));
    assertThrows(
        IllegalArgumentException.class,
        () -> TestNode.launch(TestNode.setup("b", 1).nodeIds(List.of("b", "b")), carrier));
  }

  @Test
  void shouldCarryTheLongestMessage() {
    launchPair();
    final int fixed = MessageHeaderEncoder.ENCODED_LENGTH + CommandEncoder.BLOCK_LENGTH + 1 + 2;
    final int longest = TestNode.setup("a", 10).link().maxMessageBytes();
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 1, longest - fixed));
    exchange();
    assertEquals(List.of(1L), b.commands);
    assertThrows(
        IllegalArgumentException.class, () -> a.tryClaim(1, longest + 64, new MessageClaim()));
  }
}
