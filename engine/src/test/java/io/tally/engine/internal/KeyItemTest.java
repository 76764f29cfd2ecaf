package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Outcome;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several items for one entity under one idempotency key, each of which counts once. */
@Timeout(10)
final class KeyItemTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final int OLDER_PROTOCOL = CommandLayout.ITEM_PROTOCOL - 1;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode node =
      StockNode.launch(clock, StockNode.context(IDS, "node-0", 3).keys(limit()));
  private final StockNode owner =
      StockNode.launch(clock, StockNode.context(IDS, "node-1", 5).keys(limit()));
  private final long local = node.itemOwnedBy(0, 0);
  private final long remote = node.itemOwnedBy(1, 0);

  KeyItemTest() {
    node.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
  }

  private static IdempotencyLimit limit() {
    return new IdempotencyLimit(1 << 20);
  }

  @Test
  void shouldCountEachItemOfAKeyOnceAndReplayIt() {
    put(local, 1, "key", 1);
    put(local, 2, "key", 2);
    put(local, 4, "key", 0);
    assertEquals(List.of(1L, 3L, 7L), answers.lefts());
    put(local, 2, "key", 2);
    put(local, 4, "key", 0);
    put(local, 1, "key", 1);
    assertEquals(List.of(1L, 3L, 7L, 3L, 7L, 1L), answers.lefts());
    put(local, 5, "key", 2);
    assertEquals(Outcome.KEY_MISMATCH, answers.last().outcome());
  }

  @Test
  void shouldCarryTheItemToAnotherNode() {
    put(remote, 1, "key", 1);
    exchange();
    put(remote, 2, "key", 0);
    exchange();
    put(remote, 1, "key", 1);
    exchange();
    assertEquals(List.of(1L, 3L, 1L), answers.lefts());
  }

  @Test
  void shouldSendNoItemToANodeThatWouldTakeItForAKeyOfItsOwn() {
    node.link.peerProtocol(1, OLDER_PROTOCOL);
    put(remote, 1, "key", 1);
    assertEquals(List.of(Outcome.UNSUPPORTED), answers.outcomes());
    assertEquals(0, node.link.drained().size());
    put(remote, 1, "key", 0);
    assertEquals(1, node.link.drained().size());
    put(local, 1, "key", 1);
    assertEquals(Outcome.ANSWERED, answers.last().outcome());
  }

  @Test
  void shouldNotRepeatAnItemToAnOlderProcessThatGoesOnWithTheState() {
    put(remote, 1, "key", 1);
    assertEquals(1, node.link.drained().size());
    node.link.peerProtocol(1, OLDER_PROTOCOL);
    clock.advance(StockNode.ATTEMPT_NS);
    node.stepIngress();
    assertEquals(0, node.link.drained().size());
    clock.advance(StockNode.REQUEST_TIMEOUT_NS);
    node.stepIngress();
    assertEquals(List.of(Outcome.TIMEOUT), answers.outcomes());
  }

  @Test
  void shouldTellBeforehandHowManyRequestsFind() {
    assertEquals(0, node.ingress.refusalOf(StockNode.PENDING_SLOTS));
    assertEquals(Ingress.FULL, node.ingress.refusalOf(StockNode.PENDING_SLOTS + 1));
    assertEquals(1, node.sum(EngineCounter.REJECTED_PENDING_FULL));
    node.stocks.put(clock.nanoTime(), local, 1, answers, 0);
    assertEquals(0, node.ingress.refusalOf(StockNode.PENDING_SLOTS - 1));
    assertEquals(Ingress.FULL, node.ingress.refusalOf(StockNode.PENDING_SLOTS));
    node.ingress.close();
    assertEquals(Ingress.CLOSING, node.ingress.refusalOf(1));
  }

  @Test
  void shouldRefuseANumberOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> put(local, 1, "key", -1));
    assertThrows(
        IllegalArgumentException.class, () -> put(local, 1, "key", Ingress.MAX_KEY_ITEM + 1));
    put(local, 1, "key", Ingress.MAX_KEY_ITEM);
    assertEquals(1, answers.last().left());
  }

  /** Also a client's key that is made of the bytes which stand for an item. */
  @Test
  void shouldNeverHashTwoKeysAlike() {
    final KeyHash hash = new KeyHash(3, 5);
    final Set<List<Long>> seen = new HashSet<>();
    int count = 0;
    final byte[] longest = new byte[Ingress.MAX_IDEMPOTENCY_KEY_LENGTH];
    for (int length = 1; length <= longest.length; length++) {
      for (final int item : new int[] {0, 1, 2, 256, Ingress.MAX_KEY_ITEM}) {
        for (final byte last : new byte[] {0, 1, 2}) {
          final byte[] key = Arrays.copyOf(longest, length);
          key[length - 1] = last;
          hash.hash(command(key, item));
          assertTrue(seen.add(List.of(hash.high, hash.low)), length + " bytes, item " + item);
          count++;
        }
      }
    }
    assertEquals(count, seen.size());
  }

  /** Snapshots of earlier versions hold such hashes. */
  @Test
  void shouldHashAKeyOfItsOwnAsBeforeThereWereItems() {
    final KeyHash hash = new KeyHash(3, 5);
    hash.hash(command(WireBytes.ascii("key"), 7));
    hash.hash(command(WireBytes.ascii("key"), 0));
    assertEquals("17cd1bbbf86d3ad2", Long.toHexString(hash.high));
    assertEquals("b7f197a8fb779819", Long.toHexString(hash.low));
  }

  private static Command command(final byte[] key, final int item) {
    final Command command = new Command();
    command.entityHash = 11;
    command.buffer = new UnsafeBuffer(key);
    command.idempotencyKeyLength = key.length;
    command.keyItem = item;
    command.payloadHeader = MessageHeaderWord.of(0, 1, 2121, 0);
    return command;
  }

  private void put(final long itemId, final int quantity, final String key, final int item) {
    node.stocks.keyItem(item);
    node.stocks.put(clock.nanoTime(), itemId, quantity, WireBytes.ascii(key), answers, 0);
    node.step();
  }

  private void exchange() {
    node.link.drain((to, message) -> assertEquals(InboundHandler.ACCEPTED, owner.receive(message)));
    owner.step();
    owner.link.drain((to, message) -> assertEquals(InboundHandler.ACCEPTED, node.receive(message)));
  }
}
