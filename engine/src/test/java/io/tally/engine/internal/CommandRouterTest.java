package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class CommandRouterTest {
  private static final int LENGTH = 16;

  /** Shards 0 to 2 are owned here, polled by agents 0, 1 and 1; shard 3 belongs to node 1. */
  private final RoutingTable routes =
      new RoutingTable(
          List.of("node-0", "node-1"), new int[] {0, 0, 0, 1}, new long[] {1, 2, 3, 4});

  private final ShardDirectory directory = new ShardDirectory(routes);

  private final MessageRing[] rings = {
    new MessageRing(2, LENGTH), new MessageRing(2, LENGTH), new MessageRing(2, LENGTH), null
  };
  private final int[] wakes = new int[2];
  private final SimulatedLink link = new SimulatedLink(2, 1 << 12);
  private final MessageClaim claim = new MessageClaim();

  @Test
  void shouldLeaveAllToTheAgentThatTheSameLoopSteps() {
    final boolean[] handedOver = new boolean[2];
    final CommandRouter router = router(handedOver);
    send(router, 1);
    send(router, 2);
    router.flush();
    assertArrayEquals(new int[] {0, 0}, wakes);
    assertArrayEquals(new boolean[] {false, true}, handedOver);
    assertEquals(1, rings[1].depth());
  }

  @Test
  void shouldWakeEachAgentOncePerBatchFromAThreadThatStepsNone() {
    final CommandRouter router = router(null);
    send(router, 1);
    send(router, 2);
    send(router, 1);
    assertArrayEquals(new int[] {0, 0}, wakes);
    router.flush();
    router.flush();
    assertArrayEquals(new int[] {0, 1}, wakes);
    send(router, 0);
    send(router, 2);
    router.flush();
    assertArrayEquals(new int[] {1, 2}, wakes);
  }

  @Test
  void shouldFlushTheLinkOncePerBatchAndOnlyAfterAClaim() {
    link.peerUp(1, 9);
    final CommandRouter router = router(null);
    router.flush();
    assertEquals(0, link.flushCount());
    send(router, 3);
    send(router, 3);
    router.flush();
    router.flush();
    assertEquals(1, link.flushCount());
  }

  @Test
  void shouldKnowApartWhetherAnOwnerIsThereAndWhichLifeItsShardHas() {
    final CommandRouter router = router(null);
    assertTrue(router.isOpen(0, 0));
    assertFalse(router.isOpen(3, 1));
    link.directory(directory);
    link.peerUpWithUnknownShards(1, 9);
    assertTrue(router.isOpen(3, 1));
    assertEquals(0, router.routes().incarnation(3));
    link.shard(3, 5);
    assertEquals(5, router.routes().incarnation(3));
    link.peerDown(1);
    assertFalse(router.isOpen(3, 1));
    assertEquals(5, router.routes().incarnation(3), "being down ends no life");
    assertEquals(4, router.routes().epoch(3));
  }

  @Test
  void shouldSayWhyACommandCanNotGo() {
    final CommandRouter router = router(null);
    assertEquals(HandOver.NO_OWNER, router.tryClaimRemote(1, 9, LENGTH, claim));
    send(router, 0);
    send(router, 0);
    assertEquals(HandOver.BACK_PRESSURED, router.tryClaimLocal(0, LENGTH, 0, claim));
    link.peerUp(1, 9);
    while (router.tryClaimRemote(1, 9, LENGTH, claim) == HandOver.DONE) {
      claim.commit();
    }
    assertEquals(HandOver.BACK_PRESSURED, router.tryClaimRemote(1, 9, LENGTH, claim));
  }

  @Test
  void shouldWaitForTheProcessThatHasTakenThePlaceOfTheOneThatIsMeant() {
    final CommandRouter router = router(null);
    link.peerUp(1, 8);
    assertEquals(HandOver.BACK_PRESSURED, router.tryClaimRemote(1, 9, LENGTH, claim));
    assertEquals(HandOver.BACK_PRESSURED, router.unsupported(1, 9));
    assertEquals(HandOver.UNSUPPORTED, router.unsupported(1, 8));
    link.peerDown(1);
    assertEquals(HandOver.NO_OWNER, router.tryClaimRemote(1, 9, LENGTH, claim));
    assertEquals(
        HandOver.BACK_PRESSURED, router.unsupported(1, 9), "it is gone before it was asked");
  }

  @Test
  void shouldHaveARingSteppedThatRefusedALongCommand() {
    final int length = 100;
    rings[1] = new MessageRing(4, LENGTH, length);
    final boolean[] handedOver = new boolean[2];
    final CommandRouter router = router(handedOver);
    for (int i = 0; i < 4; i++) {
      send(router, 1);
    }
    handedOver[1] = false;
    assertEquals(HandOver.BACK_PRESSURED, router.tryClaimLocal(1, LENGTH, 0, claim));
    assertFalse(handedOver[1], "whoever filled it has woken its reader");
    assertEquals(HandOver.BACK_PRESSURED, router.tryClaimLocal(1, length, 0, claim));
    assertTrue(handedOver[1], "what was refused may have left padding");
  }

  @Test
  void shouldRefuseWhatIsTooLongToGoBetweenNodes() {
    link.peerUp(1, 9);
    final CommandRouter router = router(null);
    final int tooLong = MessageLengths.MAX_BETWEEN_NODES + 1;
    assertEquals(HandOver.TOO_LONG, router.tryClaimRemote(1, 9, tooLong, claim));
    router.flush();
    assertEquals(0, link.flushCount());
  }

  private CommandRouter router(final boolean[] handedOver) {
    return new CommandRouter(
        directory,
        rings,
        new int[] {0, 1, 1, 0},
        new Wakeup[] {() -> wakes[0]++, () -> wakes[1]++},
        handedOver,
        link,
        new ServiceCatalog(List.of(StockService.definition())));
  }

  private void send(final CommandRouter router, final int shardId) {
    final int owner = routes.nodeIndex(shardId);
    assertEquals(
        HandOver.DONE,
        router.isLocal(shardId)
            ? router.tryClaimLocal(shardId, LENGTH, 0, claim)
            : router.tryClaimRemote(owner, router.openIncarnation(owner), LENGTH, claim));
    claim.commit();
  }
}
