package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order of a stop, with a given clock and links in process. */
@Timeout(10)
class PlannedStopTest {
  private static final long MS = 1_000_000L;
  private static final long TIMEOUT_NS = 1_000 * MS;

  private final InProcessCarrier carrier = new InProcessCarrier();
  private long nowNs = -1_000_000 * MS;
  private ClusterLink peer;
  private ClusterLink own;
  private boolean frontEndDrained;
  private int abandoned;
  private PlannedStop stop;

  @BeforeEach
  void launch() throws IOException {
    peer = link("a", 10);
    own = link("b", 20);
    peer.markReady();
    own.markReady();
    step(peer, own, peer, own, peer, own);
    assertEquals(20, peer.incarnation(1));
    stop =
        new PlannedStop(List.of(own), () -> frontEndDrained, () -> abandoned++, nowNs, TIMEOUT_NS);
  }

  private ClusterLink link(final String id, final long incarnation) throws IOException {
    return ClusterLink.launch(
        ClusterSettings.of(List.of("a", "b")),
        new NodeStart("stop", id, incarnation, List.of()),
        LinkSettings.of(1_000, LinkSettings.DEFAULT_WINDOW_BYTES, 250 * MS, 1_000 * MS),
        new LinkContext(carrier, () -> nowNs, () -> 0, () -> {}, () -> {}, LinkListener.NONE));
  }

  private void step(final ClusterLink... links) {
    for (final ClusterLink link : links) {
      link.receiver().doWork(nowNs);
      link.sender().doWork(nowNs);
    }
  }

  private boolean advance(final long ms) {
    nowNs += ms * MS;
    return stop.advance(nowNs);
  }

  @Test
  void shouldDrainTheFrontEndThenThePeersThenSayGoodbye() {
    assertFalse(advance(100));
    step(own, peer);
    assertEquals(PeerStatus.UP, peer.peerStatus(1), "it serves while its requests are answered");
    frontEndDrained = true;
    assertFalse(advance(1));
    step(own, peer);
    assertEquals(PeerStatus.DRAINING, peer.peerStatus(1));
    assertFalse(advance(1), "the peer was not heard");
    step(own);
    assertFalse(advance(1), "the goodbye was not said");
    step(own, peer);
    assertEquals(PeerStatus.LEFT, peer.peerStatus(1));
    assertTrue(advance(0));
    assertEquals("stopped", stop.verdict());
    assertEquals(0, abandoned);
  }

  @Test
  void shouldNotLetASlowClientUseUpThePeersTime() {
    assertFalse(advance(499));
    step(own, peer);
    assertEquals(PeerStatus.UP, peer.peerStatus(1));
    assertFalse(advance(1));
    step(own, peer, own);
    assertEquals(PeerStatus.DRAINING, peer.peerStatus(1));
    assertTrue(own.isDrained());
    assertFalse(advance(100), "the client is answered yet");
    step(own, peer);
    assertEquals(PeerStatus.DRAINING, peer.peerStatus(1));
    frontEndDrained = true;
    assertFalse(advance(1));
    step(own);
    assertTrue(advance(0));
    assertEquals("stopped", stop.verdict());
  }

  @Test
  void shouldGiveUpWhatIsNotAnsweredAtTheTimeout() {
    assertFalse(advance(500));
    step(own, peer, own);
    assertFalse(advance(499));
    assertEquals(0, abandoned);
    assertFalse(advance(1));
    assertEquals(1, abandoned);
    assertFalse(advance(100), "the last answers are written");
    frontEndDrained = true;
    assertTrue(advance(1));
    assertEquals(1, abandoned);
    assertEquals("stopped; some connections were cut at the drain timeout", stop.verdict());
    own.close();
    step(peer);
    assertEquals(PeerStatus.LEFT, peer.peerStatus(1), "closing says goodbye at the latest");
  }

  @Test
  void shouldNotWaitForConnectionsThatDoNotEvenTakeTheLastAnswers() {
    assertFalse(advance(1_000));
    assertFalse(advance(199));
    assertTrue(advance(1));
  }

  @Test
  void shouldNotWaitForAPeerBeyondTheTimeout() {
    frontEndDrained = true;
    assertFalse(advance(999));
    step(own);
    assertTrue(advance(1));
    assertEquals(
        "stopped; some requests of peers were left unanswered at the drain timeout",
        stop.verdict());
  }

  @Test
  void shouldSaveBetweenTheLastAnswerAndTheGoodbye() {
    final boolean[] saved = new boolean[1];
    final int[] asked = new int[1];
    stop.beforeGoodbye(
        () -> {
          asked[0]++;
          return saved[0];
        });
    assertFalse(advance(100));
    assertEquals(0, asked[0], "the front end has not drained");
    frontEndDrained = true;
    assertFalse(advance(1));
    assertEquals(0, asked[0], "the peer was not heard");
    step(own, peer, own);
    assertFalse(advance(1));
    assertFalse(advance(5_000), "as long as that takes");
    assertTrue(asked[0] > 0);
    step(own, peer);
    assertEquals(PeerStatus.DRAINING, peer.peerStatus(1), "it is not gone yet");
    saved[0] = true;
    assertFalse(advance(1), "the goodbye has time, however long the save took");
    step(own, peer);
    assertEquals(PeerStatus.LEFT, peer.peerStatus(1));
    assertTrue(advance(1));
    assertEquals("stopped", stop.verdict());
  }

  @Test
  void shouldSaveAlsoWhereTheDrainIsCut() {
    final int[] asked = new int[1];
    stop.beforeGoodbye(() -> asked[0]++ > 0);
    assertFalse(advance(1_000));
    assertFalse(advance(199));
    assertEquals(0, asked[0]);
    assertFalse(advance(1));
    assertEquals(1, asked[0]);
    assertTrue(advance(1_000));
  }

  @Test
  void shouldStopANodeWithoutPeers() {
    stop = new PlannedStop(List.of(), () -> frontEndDrained, () -> abandoned++, nowNs, TIMEOUT_NS);
    assertFalse(advance(1));
    frontEndDrained = true;
    assertTrue(advance(1));
  }
}
