package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.Ingress;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two threads that park until they are woken step each other's shard agents: every request is
 * answered, before its deadline, with a value that no other request got.
 */
@Timeout(60)
final class BorrowedAgentTest {
  private static final int LOOPS = 2;
  private static final int REQUESTS = 200_000;
  private static final int ITEMS = 16;

  private final CountDownLatch finished = new CountDownLatch(LOOPS);
  private final AtomicReference<Throwable> fault = new AtomicReference<>();
  private final AgentThread[] threads = new AgentThread[LOOPS];
  private final Client[] clients = new Client[LOOPS];

  @Test
  void shouldApplyEachRequestOnceWithFewUnderWay() throws InterruptedException {
    run(1);
  }

  @Test
  void shouldApplyEachRequestOnceWithManyUnderWay() throws InterruptedException {
    run(64);
  }

  private void run(final int window) throws InterruptedException {
    for (int loop = 0; loop < LOOPS; loop++) {
      threads[loop] = new AgentThread(Thread::new, SystemNanoClock.INSTANCE, this::onFault, 0);
    }
    final ShardEngine engine =
        new ShardEngine(
            new ContextBuilder()
                .cluster(ClusterSettings.of(List.of("node-0")).withShardCount(8))
                .settings(EngineSettings.DEFAULT.withRingSlots(64))
                .services(StockService.definition())
                .build(SystemNanoClock.INSTANCE, EngineThreads.ofLoops(threads)));
    for (int loop = 0; loop < LOOPS; loop++) {
      clients[loop] = new Client(engine.ingress(loop), window);
    }
    for (int loop = 0; loop < LOOPS; loop++) {
      threads[loop].start(clients[loop], engine.ingress(loop), engine.shardAgent(loop));
    }
    final boolean inTime = finished.await(50, TimeUnit.SECONDS);
    for (final AgentThread thread : threads) {
      thread.close();
    }
    assertEquals(null, fault.get());
    assertTrue(inTime, "requests were left unanswered");
    verify();
  }

  private void verify() {
    final LongHashSet values = new LongHashSet();
    final long[] highest = new long[ITEMS];
    for (final Client client : clients) {
      assertEquals(REQUESTS, client.answered);
      for (int i = 0; i < REQUESTS; i++) {
        final int item = (int) (client.values[i] >>> Integer.SIZE);
        highest[item] = Math.max(highest[item], (int) client.values[i]);
        assertTrue(values.add(client.values[i]), "the same value twice");
      }
    }
    long sum = 0;
    for (final long value : highest) {
      sum += value;
    }
    assertEquals(LOOPS * REQUESTS, sum);
  }

  private void onFault(final Throwable thrown) {
    fault.compareAndSet(null, thrown);
  }

  private final class Client implements SteppedAgent, ReplyHandler {
    private final long[] values = new long[REQUESTS];
    private final StockClient stocks;
    private final int window;
    private int sent;
    private int answered;

    Client(final Ingress ingress, final int window) {
      stocks = new StockClient(ingress);
      this.window = window;
    }

    @Override
    public int doWork(final long nowNs) {
      final int sentBefore = sent;
      while (sent < REQUESTS && sent - answered < window) {
        final int item = sent % ITEMS;
        stocks.put(nowNs, item, 1, this, sent++);
      }
      return sent - sentBefore;
    }

    @Override
    public void onReply(
        final long cookie,
        final Outcome outcome,
        final int serviceCode,
        final long shardIncarnation,
        final boolean replayed,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
      final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
      if (outcome != Outcome.ANSWERED || reply == null) {
        throw new IllegalStateException("request " + cookie + " ended as " + outcome);
      }
      values[answered++] = cookie % ITEMS << Integer.SIZE | reply.left();
      if (answered == REQUESTS) {
        finished.countDown();
      }
    }
  }
}
