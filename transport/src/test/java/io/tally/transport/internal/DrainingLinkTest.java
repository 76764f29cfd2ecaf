package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node leaves in two steps, with a given clock and a simulated network. */
@Timeout(30)
class DrainingLinkTest {
  private static final long MS = 1_000_000L;
  private static final String TO_A = "test.node.a.10";

  private final SimulatedCarrier carrier = new SimulatedCarrier();
  private final List<byte[]> framesToA = new ArrayList<>();
  private long nowNs = -5_000_000_000L;
  private TestNode a;
  private TestNode b;

  @BeforeEach
  void launchPair() {
    carrier.subscribe(TO_A, framesToA::add);
    a = launch("a", 10);
    b = launch("b", 20);
    a.link.markReady();
    b.link.markReady();
    exchange();
    assertEquals(20, a.link.incarnation(1));
    assertEquals(10, b.link.incarnation(0));
  }

  private TestNode launch(final String id, final long incarnation) {
    return TestNode.launch(
        TestNode.setup(id, incarnation).nodeIds(List.of("a", "b")).nodeId(id), carrier);
  }

  private void exchange() {
    for (int i = 0; i < 6; i++) {
      step(a, b);
    }
  }

  private void step(final TestNode... nodes) {
    for (final TestNode node : nodes) {
      node.step(nowNs);
    }
    carrier.deliver();
  }

  private void pass(final long durationMs, final TestNode... nodes) {
    for (long i = 0; i < durationMs; i += 10) {
      nowNs += 10 * MS;
      step(nodes);
    }
  }

  @Test
  void shouldBeHandedNothingNewAtOnceAndServeOn() {
    a.resolved = false;
    b.link.markDraining();
    step(b);
    step(a);
    assertEquals(PeerStatus.DRAINING, a.link.peerStatus(1));
    assertEquals(0, a.link.incarnation(1));
    assertEquals(20, a.link.drainingIncarnation(1));
    assertTrue(a.link.isAnyDraining());
    assertEquals(1, a.drainingTold);
    pass(5_000, a, b);
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 7, 10), "a repeat");
    assertEquals(NodeOutput.CLAIMED, b.offerReply(0, 7));
    exchange();
    assertEquals(List.of(7L), b.commands);
    assertEquals(List.of(7L), a.replies);
    assertFalse(b.link.isDrained());
    assertEquals(10, b.link.incarnation(0), "and hands over itself");
    assertEquals(1, a.drainingTold);
  }

  @Test
  void shouldNotBeDrainedBeforeItSaysSo() {
    assertFalse(b.link.isDrained());
    b.link.markDraining();
    assertFalse(b.link.isDrained());
    exchange();
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldBeDrainedAsSoonAsThePeerHasResolvedItsCommands() {
    a.resolved = false;
    b.link.markDraining();
    exchange();
    a.resolved = true;
    final int wakeups = a.wakeups;
    a.link.onResolved();
    assertEquals(wakeups + 1, a.wakeups);
    step(a);
    step(b);
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldNotBeDrainedBeforeWhatWasClaimedHasLeft() {
    final MessageClaim claim = new MessageClaim();
    assertEquals(NodeOutput.CLAIMED, a.tryClaim(1, SteppedLinkTest.LONG_MESSAGE, claim));
    assertEquals(NodeOutput.CLAIMED, a.offerCommand(1, 1, 10));
    b.link.markDraining();
    pass(100, a, b);
    assertFalse(b.link.isDrained());
    assertEquals(nowNs + MS, a.link.sender().nextStepNs());
    claim.abort();
    step(a);
    step(b);
    assertEquals(List.of(1L), b.commands);
    assertFalse(b.link.isDrained());
    assertEquals(nowNs, a.link.sender().nextStepNs(), "what a has to say is due");
    step(a);
    step(b);
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldRestWhenADrainingPeerIsHeardStartingOnceMore() {
    final MessageClaim claim = new MessageClaim();
    assertEquals(NodeOutput.CLAIMED, a.tryClaim(1, SteppedLinkTest.LONG_MESSAGE, claim));
    b.link.markDraining();
    step(b);
    step(a);
    pass(3_500, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    claim.abort();
    final TestNode before = launch("b", 20);
    step(before);
    step(a);
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1));
    step(a);
    assertTrue(a.link.sender().nextStepNs() > nowNs);
  }

  @Test
  void shouldGoByWhatIsRepeatedWhenHellosAreLost() {
    b.link.markDraining();
    carrier.loses = subject -> true;
    exchange();
    carrier.loses = subject -> false;
    pass(200, a, b);
    assertEquals(PeerStatus.DRAINING, a.link.peerStatus(1));
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldAskAgainWhenTheAcknowledgementWasLost() {
    carrier.loses = subject -> subject.endsWith("b.20");
    b.link.markDraining();
    exchange();
    assertFalse(b.link.isDrained());
    carrier.loses = subject -> false;
    pass(200, a, b);
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldNotWaitForAPeerThatIsGone() {
    a.resolved = false;
    b.link.markDraining();
    exchange();
    a.link.markLeaving();
    step(a);
    step(b);
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldNotWaitForAPeerThatIsDown() {
    a.resolved = false;
    b.link.markDraining();
    exchange();
    pass(2_750, b);
    assertFalse(b.link.isDrained());
    pass(200, b);
    assertEquals(PeerStatus.DOWN, b.link.peerStatus(0));
    assertTrue(b.link.isDrained());
  }

  @Test
  void shouldTakeANewerIncarnationForAnAcknowledgement() {
    a.resolved = false;
    b.link.markDraining();
    exchange();
    final TestNode successor = launch("a", 11);
    successor.link.markReady();
    for (int i = 0; i < 6; i++) {
      step(successor, b);
    }
    assertEquals(11, b.link.incarnation(0));
    assertTrue(b.link.isDrained());
    assertEquals(List.of("b 20 DRAINING"), successor.events);
  }

  @Test
  void shouldTellAPeerThatComesUpMeanwhileInItsFirstHello() {
    a.resolved = false;
    a.link.close();
    step(b);
    b.link.markDraining();
    pass(500, b);
    assertTrue(b.link.isDrained());
    final TestNode late = launch("a", 12);
    late.resolved = false;
    for (int i = 0; i < 6; i++) {
      step(late, b);
    }
    assertEquals(List.of("b 20 DRAINING"), late.events);
    assertEquals(0, late.link.incarnation(1));
    assertFalse(b.link.isDrained(), "a living peer that has not resolved it");
    late.resolved = true;
    late.link.markReady();
    for (int i = 0; i < 6; i++) {
      step(late, b);
    }
    assertTrue(b.link.isDrained());
    assertEquals(List.of("b 20 DRAINING"), late.events);
  }

  @Test
  void shouldNotBeUndoneByHellosOfBefore() {
    final byte[] ready = framesToA.get(framesToA.size() - 1);
    b.link.markDraining();
    exchange();
    carrier.publish(TO_A, ready, ready.length);
    exchange();
    assertEquals(PeerStatus.DRAINING, a.link.peerStatus(1));
    pass(4_000, a);
    assertEquals(PeerStatus.DOWN, a.link.peerStatus(1));
    carrier.publish(TO_A, ready, ready.length);
    step(a);
    step(a);
    assertEquals(PeerStatus.DRAINING, a.link.peerStatus(1));

    b.link.markLeaving();
    exchange();
    assertEquals(PeerStatus.LEFT, a.link.peerStatus(1));
    final TestNode successor = launch("b", 21);
    for (int i = 0; i < 6; i++) {
      step(a, successor);
    }
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1));
    carrier.publish(TO_A, ready, ready.length);
    step(a);
    step(a);
    assertEquals(PeerStatus.STARTING, a.link.peerStatus(1), "one that is gone stays gone");
  }

  @Test
  void shouldKeepItsPlaceUntilItIsGone() {
    a.resolved = false;
    b.link.markDraining();
    exchange();
    final TestNode successor = launch("b", 21);
    step(successor);
    step(a);
    assertEquals(20, a.link.drainingIncarnation(1));
    for (int i = 0; i < 6; i++) {
      step(a, b, successor);
    }
    assertEquals(20, successor.link.startState(nowNs).alreadyRunning());
  }

  @Test
  void shouldLetTwoLeaveAtOnce() {
    a.link.markDraining();
    b.link.markDraining();
    exchange();
    assertTrue(a.link.isDrained());
    assertTrue(b.link.isDrained());
    assertEquals(0, a.link.incarnation(1));
    assertEquals(0, b.link.incarnation(0));
  }

  @Test
  void shouldNotTalkWithoutEndWhileTwoWaitForEachOther() {
    a.resolved = false;
    b.resolved = false;
    a.link.markDraining();
    b.link.markDraining();
    exchange();
    final int before = framesToA.size();
    for (int i = 0; i < 100; i++) {
      step(a, b);
    }
    assertTrue(framesToA.size() - before <= 1, "nothing was due");
    pass(9_000, a, b);
    final int hellos = framesToA.size() - before;
    assertTrue(hellos <= 2 * 50 + 2, "hellos in 9 s: " + hellos);
    assertFalse(a.link.isDrained() || b.link.isDrained());
  }

  @Test
  void shouldNotDrainWhatWasNeverReady() {
    final TestNode twin = launch("b", 21);
    twin.link.markDraining();
    assertTrue(twin.link.isDrained());
    exchange();
    step(twin);
    exchange();
    assertEquals(20, a.link.incarnation(1));
  }

  @Test
  void shouldNotWaitForPeersThatTalkToItsSuccessor() {
    a.resolved = false;
    final TestNode successor = launch("b", 21);
    successor.link.markReady();
    for (int i = 0; i < 6; i++) {
      step(a, successor);
    }
    step(b);
    b.link.markDraining();
    for (int i = 0; i < 6; i++) {
      step(b, a);
    }
    assertEquals(21, b.link.startState(nowNs).superseded());
    assertTrue(b.link.isDrained());
    assertEquals(21, a.link.incarnation(1));
  }

  @Test
  void shouldHaveLeftWhenTheGoodbyeWasPublished() {
    b.link.markDraining();
    exchange();
    b.link.markLeaving();
    assertTrue(b.link.isDrained());
    assertFalse(b.link.hasLeft());
    b.link.sender().doWork(nowNs);
    assertTrue(b.link.hasLeft());
    carrier.deliver();
    step(a);
    assertEquals(PeerStatus.LEFT, a.link.peerStatus(1));
    assertFalse(a.link.isAnyDraining());
  }

  @Test
  void shouldNotWaitToSayGoodbyeWhereNobodyHears() {
    carrier.connected = false;
    b.link.markLeaving();
    assertTrue(b.link.hasLeft());
  }
}
