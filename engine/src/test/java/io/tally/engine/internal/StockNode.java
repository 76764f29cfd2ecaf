package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.StableHash;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One node of the stock service, whose event loops take requests and step the shards; one of them
 * receives from the link. All are stepped by the test.
 */
public final class StockNode {
  static final int SHARD_COUNT = 4;
  static final long MS = 1_000_000;
  static final long START_EPOCH_NS = 1_700_000_000_000L * MS;
  static final long REQUEST_TIMEOUT_NS = 100 * MS;
  static final long QUEUE_LIMIT_NS = 25 * MS;
  static final int RING_SLOTS = 4;
  static final int LANE_WINDOW = 64;
  static final int PENDING_SLOTS = 32;
  static final EngineSettings SETTINGS =
      EngineSettings.DEFAULT
          .withRingSlots(RING_SLOTS)
          .withPendingSlots(PENDING_SLOTS)
          .withRequestTimes(REQUEST_TIMEOUT_NS, QUEUE_LIMIT_NS);
  static final long ATTEMPT_NS = RetryBudget.attemptNs(SETTINGS);
  private static final int LINK_CAPACITY = 1 << 13;
  private static final int MAX_NODES = 8;

  final CachedNanoClock clock;
  final SimulatedLink link;
  final EngineContext context;
  final ShardEngine engine;
  public final IngressAgent ingress;
  final StockClient stocks;
  final int[] wakes;
  private final StockClient[] stocksByLoop;

  private StockNode(
      final CachedNanoClock clock,
      final SimulatedLink link,
      final ContextBuilder builder,
      final int homeLoop,
      final int loopCount) {
    this.clock = clock;
    this.link = link;
    wakes = new int[loopCount];
    final Wakeup[] wakeups = new Wakeup[loopCount];
    Arrays.setAll(wakeups, loop -> () -> wakes[loop]++);
    final int[] agentLoops = IntStream.range(0, loopCount).toArray();
    context = builder.build(clock, new EngineThreads(homeLoop, wakeups, agentLoops, wakeups), link);
    link.directory(new ShardDirectory(context.node().cluster()));
    engine = new ShardEngine(context);
    ingress = engine.ingress(0);
    stocksByLoop = new StockClient[loopCount];
    Arrays.setAll(stocksByLoop, loop -> new StockClient(engine.ingress(loop)));
    stocks = stocksByLoop[0];
  }

  public static ContextBuilder context(
      final List<String> nodeIds, final String nodeId, final long incarnation) {
    return new ContextBuilder()
        .cluster(
            new ClusterSettings(nodeIds, SHARD_COUNT, ClusterSettings.DEFAULT_SEED, LANE_WINDOW))
        .settings(SETTINGS)
        .node(nodeId, incarnation)
        .startEpochNs(START_EPOCH_NS)
        .services(StockService.definition());
  }

  public static StockNode launch(final CachedNanoClock clock, final ContextBuilder context) {
    return launch(clock, context, 0, 1);
  }

  public static StockNode launch(
      final CachedNanoClock clock,
      final ContextBuilder context,
      final int homeLoop,
      final int loopCount) {
    return new StockNode(
        clock, new SimulatedLink(MAX_NODES, LINK_CAPACITY), context, homeLoop, loopCount);
  }

  /** With a link that takes so many bytes. */
  public static StockNode launch(
      final CachedNanoClock clock,
      final ContextBuilder context,
      final int loopCount,
      final SimulatedLink link) {
    return new StockNode(clock, link, context, 0, loopCount);
  }

  StockClient stocks(final int loop) {
    return stocksByLoop[loop];
  }

  int index() {
    return context.node().index();
  }

  void stepIngress() {
    ingress.doWork(clock.nanoTime());
  }

  void stepShards() {
    engine.shardAgent(0).doWork(clock.nanoTime());
  }

  void step() {
    stepIngress();
    engine.watcher().doWork(clock.nanoTime());
    stepShards();
  }

  /** Takes a message from the node that it claims to come from. */
  int receive(final byte[] message) {
    final Command command = Messages.decode(message);
    if (command != null) {
      return receive(message, command.originNodeKey, command.originIncarnation);
    }
    final ReplyAdapter reply = new ReplyAdapter();
    if (reply.wrap(new UnsafeBuffer(message), 0, message.length) && reply.shardId() < SHARD_COUNT) {
      final int from = engine.routingTable().nodeIndex(reply.shardId());
      return receive(message, engine.routingTable().nodeKey(from), 0);
    }
    return receive(message, 0, 0);
  }

  int receive(final byte[] message, final long sourceKey, final long sourceIncarnation) {
    final int result = offer(message, sourceKey, sourceIncarnation);
    engine.inbound().endBatch();
    return result;
  }

  /** As {@link #receive}, within a batch. */
  int offer(final byte[] message, final long sourceKey, final long sourceIncarnation) {
    assertEquals(1, engine.inbound().begin(new UnsafeBuffer(message), 0, message.length));
    return engine.inbound().onNext(clock.nanoTime(), sourceKey, sourceIncarnation);
  }

  /** As {@link #receive}, while another thread polls the shards: commands go into their rings. */
  int receiveIntoRing(final byte[] message) {
    final int[] result = new int[1];
    whileOthersPoll(() -> result[0] = receive(message));
    return result[0];
  }

  void whileOthersPoll(final Runnable task) {
    whileOthersPoll(0, task);
  }

  private void whileOthersPoll(final int first, final Runnable task) {
    final ShardPoller[] pollers = engine.owned().pollers();
    if (first == pollers.length) {
      task.run();
    } else {
      assertTrue(pollers[first].tryInside(nowNs -> whileOthersPoll(first + 1, task)));
    }
  }

  /** The lowest item id, from the given one on, whose shard is owned by the given node. */
  long itemOwnedBy(final int nodeIndex, final long from) {
    long itemId = from;
    while (owner(itemId) != nodeIndex) {
      itemId++;
    }
    return itemId;
  }

  int owner(final long itemId) {
    return engine.routingTable().nodeIndex(shard(itemId));
  }

  int shard(final long itemId) {
    return StableHash.shard(StockClient.placementHash(itemId), SHARD_COUNT);
  }

  long sum(final EngineCounter counter) {
    return engine.stats().stream().mapToLong(stats -> stats.get(counter)).sum();
  }
}
