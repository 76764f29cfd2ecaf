package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.EventLoops;
import io.tally.edge.internal.StepOrder;
import io.tally.edge.internal.TestLoops;
import io.tally.engine.StableHash;
import io.tally.engine.WatchExecutor;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.SteppedAgent;
import io.tally.http.RawClient;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import io.tally.transport.internal.FrameCarrier;
import io.tally.transport.internal.InProcessCarrier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * The nodes of a process with all their agents, on one event loop that goes through its phases in a
 * given order. The first node serves.
 */
final class OrderedProcess implements AutoCloseable {
  private static final int LOOP = 0;

  final ShardEngine frontEnd;
  final List<ClusterNode> nodes = new ArrayList<>();
  private final NodeConfig config;
  private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong skippedNs = new AtomicLong();
  private final AtomicLong readingNs = new AtomicLong();
  private final EventLoops loops;
  private final Stepping stepping;
  private final HttpServer http;

  /** Each agent beforeShards has its turn when the shards are about to apply what was read. */
  OrderedProcess(
      final NodeConfig config, final List<StepOrder> order, final SteppedAgent... beforeShards)
      throws Exception {
    this.config = config;
    loops = TestLoops.inOrder(order, 1, this::nanoTime, errors::add);
    final List<String> ids = config.localNodeIds();
    stepping = new Stepping(loops, this::nanoTime, errors::add, ids.size(), 0, false);
    final MemoryPlan plan = new MemoryPlan(config);
    final FrameCarrier carrier = new InProcessCarrier();
    final List<NodeListener> listeners = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      nodes.add(new ClusterNode(config, plan, ids.get(i), i, stepping, this::nanoTime, null));
      listeners.add(new NodeListener(ids.get(i), true, reason -> {}));
      nodes.get(i).launchLink(carrier, listeners.get(i));
    }
    final ClusterStart start =
        new ClusterStart(config, nodes, this::nanoTime, () -> false, () -> "");
    start.settle(carrier, listeners);
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).launchEngine(i == 0, plan.idempotencyLimit(), new FaultLog(this::nanoTime));
    }
    frontEnd = nodes.get(0).engine();
    http = launchHttp();
    for (final SteppedAgent agent : beforeShards) {
      loops.addAgent(LOOP, StepOrder.APPLY, agent);
    }
    stepping.start(nodes);
    start.awaitPeers();
  }

  private HttpServer launchHttp() {
    final WatchExecutor watches = new WatchExecutor(frontEnd.watcher(), stepping.home(0));
    return HttpServers.get()
        .launch(
            config.http(),
            loops,
            new NodeView(
                () -> new ProbeResult(true, "{}"),
                () -> new ProbeResult(true, "{}"),
                () -> "{}",
                () -> true,
                () -> TimeUnit.DAYS.toNanos(1)),
            loop -> config.services().get(0).http().apply(frontEnd.ingress(loop), watches),
            "",
            failure -> {});
  }

  private long nanoTime() {
    return System.nanoTime() + skippedNs.addAndGet(readingNs.get());
  }

  /** Lets time pass at once. */
  void skip(final long durationNs) {
    skippedNs.addAndGet(durationNs);
  }

  /** Lets so much time pass at each reading of the clock from now on. */
  void skipAtEachReading(final long durationNs) {
    readingNs.set(durationNs);
  }

  void addAgent(final StepOrder phase, final Runnable work) {
    loops.addAgent(LOOP, phase, agent(work));
  }

  /** Has a stop give up, from now on, whatever is under way when frames have left. */
  void abandon() {
    stepping.abandon(frontEnd);
  }

  static SteppedAgent agent(final Runnable work) {
    return new SteppedAgent() {
      @Override
      public int doWork(final long nowNs) {
        work.run();
        return 0;
      }
    };
  }

  RawClient connect() throws IOException {
    final long before = http.edge().counters().connectionsAccepted();
    final RawClient client = new RawClient(http.edge().port());
    Await.until("accepted", () -> http.edge().counters().connectionsAccepted() > before);
    return client;
  }

  /** Path of a counter that a node owns. */
  String counterOf(final int node) {
    final int index = config.cluster().nodeIds().indexOf(config.localNodeIds().get(node));
    return "/counter/"
        + IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> "c" + i)
            .filter(id -> frontEnd.routingTable().nodeIndex(shard(id)) == index)
            .findFirst()
            .orElseThrow();
  }

  private int shard(final String id) {
    return StableHash.shard(StableHash.hash(id), config.cluster().shardCount());
  }

  /** What clients make the loop keep: requests until they are answered, answers until they left. */
  long clientBytes() {
    return http.edge().counters().clientBytes(LOOP);
  }

  long count(final EngineCounter counter) {
    return frontEnd.stats().stream().mapToLong(stats -> stats.get(counter)).sum();
  }

  /** Runs a task on the loop when it has done all that came before, and returns after it. */
  void onLoop(final Runnable task) {
    for (final Runnable next : List.of((Runnable) () -> {}, task)) {
      final CountDownLatch done = new CountDownLatch(1);
      loops.execute(
          LOOP,
          () -> {
            next.run();
            done.countDown();
          });
      Await.until("a task of the loop", () -> done.getCount() == 0);
    }
  }

  /** Has the loop look at its sockets only when the sender has returned. */
  void whileNothingIsRead(final Sender sender) throws IOException {
    final CountDownLatch holding = new CountDownLatch(1);
    final CountDownLatch sent = new CountDownLatch(1);
    loops.execute(
        LOOP,
        () -> {
          holding.countDown();
          Await.until("all is sent", () -> sent.getCount() == 0);
        });
    Await.until("the loop waits", () -> holding.getCount() == 0);
    try {
      sender.send();
    } finally {
      sent.countDown();
    }
  }

  /** Sends something. */
  interface Sender {
    void send() throws IOException;
  }

  @Override
  public void close() {
    http.close();
    stepping.close();
    nodes.forEach(ClusterNode::close);
    assertEquals(List.of(), errors);
    assertTrue(http.edge().isDrained());
  }
}
