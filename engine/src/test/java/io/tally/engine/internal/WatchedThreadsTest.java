package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.Ingress;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two threads write items of shards that both step, while one of them watches all: it is told
 * nothing older than before, and in the end all that was written.
 */
@Timeout(60)
final class WatchedThreadsTest {
  private static final int LOOPS = 2;
  private static final int ITEMS = 8;
  private static final int WRITES = 50_000;
  private static final int WINDOW = 64;

  private final CountDownLatch complete = new CountDownLatch(ITEMS);
  private final AtomicReference<Throwable> fault = new AtomicReference<>();

  @Test
  void shouldBeToldAllThatOtherThreadsHaveWritten() throws InterruptedException {
    final AgentThread[] threads = new AgentThread[LOOPS];
    for (int loop = 0; loop < LOOPS; loop++) {
      threads[loop] =
          new AgentThread(
              Thread::new,
              SystemNanoClock.INSTANCE,
              thrown -> fault.compareAndSet(null, thrown),
              0);
    }
    final ShardEngine engine =
        new ShardEngine(
            new ContextBuilder()
                .cluster(ClusterSettings.of(List.of("node-0")).withShardCount(ITEMS))
                .settings(EngineSettings.DEFAULT.withRingSlots(WINDOW))
                .services(StockService.definition())
                .build(SystemNanoClock.INSTANCE, EngineThreads.ofLoops(threads)));
    final List<Told> all = new ArrayList<>();
    for (long item = 0; item < ITEMS; item++) {
      final Told told = Told.watch(engine.watcher(), SystemNanoClock.INSTANCE.nanoTime(), item);
      told.then =
          () -> {
            if (told.left == LOOPS * WRITES / ITEMS) {
              complete.countDown();
            }
          };
      all.add(told);
    }
    final SteppedAgent watcher = engine.watcher();
    threads[0].start(
        new Writer(engine.ingress(0)), engine.ingress(0), watcher, engine.shardAgent(0));
    threads[1].start(new Writer(engine.ingress(1)), engine.ingress(1), engine.shardAgent(1));
    final boolean inTime = complete.await(50, TimeUnit.SECONDS);
    for (final AgentThread thread : threads) {
      thread.close();
    }
    assertNull(fault.get());
    assertTrue(inTime, "not all was told");
    all.forEach(told -> assertEquals(Integer.toString(LOOPS * WRITES / ITEMS), told.last()));
  }

  private static final class Writer implements SteppedAgent, ReplyHandler {
    private final StockClient stocks;
    private int sent;
    private int ended;

    Writer(final Ingress ingress) {
      stocks = new StockClient(ingress);
    }

    @Override
    public int doWork(final long nowNs) {
      final int sentBefore = sent;
      while (sent < WRITES && sent - ended < WINDOW) {
        stocks.put(nowNs, sent % ITEMS, 1, this, sent++);
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
      if (outcome != Outcome.ANSWERED) {
        throw new AssertionError("a write ended as " + outcome);
      }
      ended++;
    }
  }
}
