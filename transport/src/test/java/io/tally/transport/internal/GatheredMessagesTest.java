package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.MessageClaim;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.junit.jupiter.api.Test;

class GatheredMessagesTest {
  private static final int RING_BYTES = 1 << 14;

  private final LinkCounters counters = new LinkCounters();
  private final Peer peer = new Peer(1, "b", 7, RING_BYTES);
  private final MessageClaim claim = new MessageClaim();
  private final Deque<Integer> read = new ArrayDeque<>();

  GatheredMessagesTest() {
    peer.session(session(20));
  }

  private PeerSession session(final long incarnation) {
    return new PeerSession(peer.nextSession(), incarnation, 1, null, "to.b", 1, 1, null);
  }

  /** Each begins with its number. */
  private boolean gather(final GatheredMessages messages, final int number, final int length) {
    final boolean claimed = messages.tryClaim(peer.session(), peer.session().era(), length, claim);
    if (claimed) {
      claim.buffer().putInt(claim.offset(), number);
      claim.commit();
    }
    return claimed;
  }

  private ManyToOneRingBuffer ring() {
    return peer.outbound().ring();
  }

  private int readAll() {
    int records = 0;
    for (int zeros = 0; zeros < 2; ) {
      final int count =
          ring()
              .read(
                  (type, buffer, index, length) -> {
                    if (type == OutboundRing.MESSAGE) {
                      read.add(buffer.getInt(index + OutboundRing.ERA_BYTES));
                      return;
                    }
                    int position = index + OutboundRing.ERA_BYTES;
                    while (position < index + length) {
                      read.add(buffer.getInt(FrameLayout.messageOffset(position)));
                      position = FrameLayout.next(buffer, position);
                    }
                  });
      records += count;
      zeros = count == 0 ? zeros + 1 : 0;
    }
    return records;
  }

  @Test
  void messagesOfABatchAreOneRecord() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    for (int i = 0; i < 5; i++) {
      assertTrue(gather(messages, i, 100));
    }
    assertEquals(0, readAll());
    messages.flush();
    assertEquals(1, readAll());
    assertEquals(List.of(0, 1, 2, 3, 4), List.copyOf(read));
    messages.flush();
    assertEquals(0, readAll());
  }

  @Test
  void whatDoesNotFitAnyMoreAndWhatIsTooLongComesBehindWhatWasGathered() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    final int gathered = OutboundRing.gatheredBytes(RING_BYTES);
    assertTrue(gather(messages, 0, gathered / 2));
    assertTrue(gather(messages, 1, gathered / 2));
    assertTrue(gather(messages, 2, gathered));
    assertTrue(gather(messages, 3, 8));
    messages.flush();
    assertEquals(4, readAll());
    assertEquals(List.of(0, 1, 2, 3), List.copyOf(read));
  }

  @Test
  void anAbortedMessageIsNone() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    assertTrue(gather(messages, 0, 100));
    assertTrue(messages.tryClaim(peer.session(), peer.session().era(), 50, claim));
    claim.abort();
    assertTrue(gather(messages, 1, 20));
    messages.flush();
    assertEquals(1, readAll());
    assertEquals(List.of(0, 1), List.copyOf(read));
    assertTrue(messages.tryClaim(peer.session(), peer.session().era(), 50, claim));
    claim.abort();
    messages.flush();
    assertEquals(0, readAll());
    assertAllRoomIsFree();
  }

  @Test
  void theLastMessageGrowsUntilItIsFlushed() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    assertFalse(messages.tryExtend(peer.session().incarnation, 8, claim));
    assertTrue(gather(messages, 0, 100));
    assertTrue(gather(messages, 1, 100));
    assertTrue(messages.tryExtend(peer.session().incarnation, 20, claim));
    claim.commit();
    assertTrue(messages.tryExtend(peer.session().incarnation, 30, claim));
    claim.abort();
    assertFalse(
        messages.tryExtend(
            peer.session().incarnation, OutboundRing.gatheredBytes(RING_BYTES), claim));
    assertTrue(gather(messages, 2, 100));
    messages.flush();
    assertFalse(messages.tryExtend(peer.session().incarnation, 8, claim));
    final int lengths = OutboundRing.ERA_BYTES + 3 * FrameLayout.LENGTH_BYTES + 3 * 100 + 20;
    assertEquals(1, ring().read((type, buffer, index, length) -> assertEquals(lengths, length)));
    assertAllRoomIsFree();
  }

  @Test
  void whatStandsBeforeAnAbortedMessageDoesNotGrow() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    assertTrue(gather(messages, 0, 100));
    assertTrue(messages.tryClaim(peer.session(), peer.session().era(), 50, claim));
    claim.abort();
    assertFalse(messages.tryExtend(peer.session().incarnation, 20, claim));
    assertTrue(gather(messages, 1, 30));
    messages.flush();
    assertEquals(1, readAll());
    assertEquals(List.of(0, 1), List.copyOf(read));
    assertAllRoomIsFree();
  }

  @Test
  void aMessageFromBeforeAnOutageDoesNotGrow() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    assertTrue(gather(messages, 0, 100));
    peer.session(session(30));
    assertFalse(messages.tryExtend(peer.session().incarnation, 20, claim));
    messages.flush();
    assertEquals(0, readAll());
    assertEquals(1, counters.get(LinkCounter.MESSAGES_DROPPED));
  }

  @Test
  void whatWasGatheredBeforeAnOutageIsDropped() {
    final GatheredMessages messages = new GatheredMessages(peer, counters);
    assertTrue(gather(messages, 0, 100));
    assertTrue(gather(messages, 1, 100));
    peer.session(session(30));
    assertTrue(gather(messages, 2, 100));
    messages.flush();
    assertEquals(1, readAll());
    assertEquals(List.of(2), List.copyOf(read));
    assertEquals(2, counters.get(LinkCounter.MESSAGES_DROPPED));
    assertTrue(gather(messages, 3, 100));
    peer.session(session(40));
    messages.flush();
    assertEquals(0, readAll());
    assertEquals(3, counters.get(LinkCounter.MESSAGES_DROPPED));
    assertAllRoomIsFree();
  }

  /** Whoever got room for a message finds room for its record, however many gather. */
  @Test
  void theRoomOfARecordIsThereWhenItIsComplete() {
    final Random random = new Random(11);
    int refused = 0;
    for (int history = 0; history < 200; history++) {
      final GatheredMessages[] agents = new GatheredMessages[1 + random.nextInt(12)];
      final Deque<Integer> expected = new ArrayDeque<>();
      for (int i = 0; i < agents.length; i++) {
        agents[i] = new GatheredMessages(peer, counters);
      }
      for (int step = 0; step < 2_000; step++) {
        final int agent = random.nextInt(agents.length);
        switch (random.nextInt(12)) {
          case 0 -> agents[agent].flush();
          case 1 -> {
            if (random.nextInt(4) == 0) {
              readAll();
            }
          }
          default -> {
            final int length =
                random.nextInt(20) == 0
                    ? 4 + random.nextInt(ring().maxMsgLength() - OutboundRing.ERA_BYTES - 3)
                    : 4 + random.nextInt(120);
            if (gather(agents[agent], step, length)) {
              expected.add(step);
            } else {
              refused++;
            }
          }
        }
      }
      for (final GatheredMessages agent : agents) {
        agent.flush();
      }
      readAll();
      assertEquals(expected.size(), read.size());
      assertTrue(read.containsAll(expected));
      read.clear();
      assertAllRoomIsFree();
    }
    assertTrue(refused > 1_000, refused + " messages found no room");
  }

  @Test
  void threadsShareTheRing() throws Exception {
    final int threadCount = 4;
    final int perThread = 20_000;
    final CyclicBarrier start = new CyclicBarrier(threadCount + 1);
    final Thread[] threads = new Thread[threadCount];
    for (int t = 0; t < threadCount; t++) {
      final int first = t * perThread;
      threads[t] =
          new Thread(
              () -> {
                final GatheredMessages messages = new GatheredMessages(peer, counters);
                final MessageClaim own = new MessageClaim();
                await(start);
                for (int i = 0; i < perThread; ) {
                  if (messages.tryClaim(peer.session(), peer.session().era(), 4 + i % 90, own)) {
                    own.buffer().putInt(own.offset(), first + i);
                    own.commit();
                    i++;
                  } else {
                    messages.flush();
                    Thread.yield();
                  }
                }
                messages.flush();
              });
      threads[t].start();
    }
    await(start);
    final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (read.size() < threadCount * perThread && System.nanoTime() - endNs < 0) {
      readAll();
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    final int[] next = new int[threadCount];
    for (final int number : read) {
      assertEquals(next[number / perThread]++, number % perThread, "in the order of its thread");
    }
    assertEquals(threadCount * perThread, read.size());
    assertAllRoomIsFree();
  }

  private static void await(final CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (final Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertAllRoomIsFree() {
    final int most = RING_BYTES - ring().maxMsgLength();
    assertTrue(peer.outbound().tryReserve(most));
    assertFalse(peer.outbound().tryReserve(8));
    peer.outbound().release(most);
  }
}
