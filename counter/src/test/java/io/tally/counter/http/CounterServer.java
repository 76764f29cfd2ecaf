package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.edge.internal.Await;
import io.tally.edge.internal.EventLoops;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.EngineSettings;
import io.tally.engine.WatchExecutor;
import io.tally.engine.internal.ContextBuilder;
import io.tally.engine.internal.EngineThreads;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.Wakeup;
import io.tally.http.HttpSettings;
import io.tally.http.RawClient;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.NanoClock;

/** A server of counters, with a real engine of one node whose shards live on the event loops. */
final class CounterServer implements AutoCloseable {
  static final int INCARNATION = 41;

  /** No busy machine lets it pass. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

  final ShardEngine engine;
  final HttpServer http;
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final EventLoops loops;

  /** Shards that are not stepped answer nothing. */
  CounterServer(
      final int loopCount,
      final boolean steppingShards,
      final NanoClock clock,
      final Consumer<ContextBuilder> settings) {
    loops = EventLoops.launch(loopCount, clock, errors::add);
    final Wakeup[] wakeups = new Wakeup[loopCount];
    for (int i = 0; i < loopCount; i++) {
      wakeups[i] = loops.wakeup(i);
    }
    final ContextBuilder context =
        new ContextBuilder()
            .node("node-0", INCARNATION)
            .services(new CounterDefinition(new CounterLimit(100)))
            .settings(EngineSettings.DEFAULT.withRequestTimes(PATIENCE_NS, PATIENCE_NS));
    settings.accept(context);
    engine = new ShardEngine(context.build(clock, EngineThreads.ofLoops(wakeups)));
    for (int i = 0; i < loopCount; i++) {
      loops.addAgent(i, StepOrder.SUBMIT, engine.ingress(i));
      if (steppingShards) {
        loops.addAgent(i, StepOrder.APPLY, engine.shardAgent(i));
      }
    }
    loops.addAgent(0, StepOrder.SUBMIT, engine.watcher());
    final WatchExecutor watches = new WatchExecutor(engine.watcher(), this::atHome);
    http =
        HttpServers.get()
            .launch(
                HttpSettings.DEFAULTS.at("127.0.0.1", 0),
                loops,
                new NodeView(
                    () -> new ProbeResult(true, "{}"),
                    () -> new ProbeResult(true, "{}"),
                    () -> "{}",
                    () -> true,
                    () -> TimeUnit.DAYS.toNanos(1)),
                loop -> CounterEndpoints.of(engine.ingress(loop), watches),
                CounterEndpoints.HELP,
                failure -> {});
  }

  private void atHome(final Runnable task) {
    loops.execute(
        0,
        () -> {
          task.run();
          loops.wakeup(0).wake();
        });
  }

  RawClient connect() throws IOException {
    return new RawClient(http.edge().port());
  }

  /** Lets time pass on the clock that a server of one loop was given, and the loop see it. */
  void pass(final CachedNanoClock clock, final long durationMs) {
    loops.execute(0, () -> clock.advance(TimeUnit.MILLISECONDS.toNanos(durationMs)));
    // What is executed now runs in a later turn, before which the loop has stepped its agents.
    for (int i = 0; i < 2; i++) {
      final CountDownLatch done = new CountDownLatch(1);
      loops.execute(0, done::countDown);
      loops.wakeup(0).wake();
      Await.until("a turn of the loop", () -> done.getCount() == 0);
    }
  }

  @Override
  public void close() {
    http.close();
    loops.close();
    assertEquals(List.of(), errors);
  }
}
