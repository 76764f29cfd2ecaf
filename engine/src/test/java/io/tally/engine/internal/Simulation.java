package io.tally.engine.internal;

import io.tally.check.Checker;
import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.Life;
import io.tally.check.Operation;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;

/**
 * A cluster of the stock service, stepped by one thread in virtual time: everything that happens
 * follows from the seed. The nodes' clocks start anywhere, and some run fast or slow. Runs a load
 * under faults, heals, waits until all is quiet, and checks what was recorded.
 *
 * <p>Item ids tell how an item is used: of those that leave remainder 0 by three, single pieces are
 * put, in some runs under idempotency keys that several requests share; remainder 1: each put has
 * its own power of two; remainder 2: any quantities are put and taken. Half of the processes host a
 * later version of the service, and send some messages that the others do not know. In a third of
 * the runs the answers are too long for the slots of rings and lanes. In another third, shards are
 * replaced by fresh ones that are restored from their snapshots, and nobody may notice.
 */
final class Simulation {
  private static final int MAX_LOOPS = 2;
  private static final long TOLERANCE_NS = 5 * StockNode.MS;
  private static final int QUIET_LIMIT_MS = 1_000;
  private static final int ITEM_COUNT = 6;
  private static final int MAX_DISTINCT_PUTS = 60;
  private static final int ANSWER_LENGTH =
      MessageLengths.of(List.of(StockService.definition())).maxReply();
  private static final long WATCH_RENEWAL_MS = 20;
  static final WatchTimes WATCH_TIMES =
      new WatchTimes(WATCH_RENEWAL_MS * StockNode.MS, 3 * WATCH_RENEWAL_MS * StockNode.MS);

  private static final long SLOWEST_CLOCK = 2;
  private static final long DELETED_ITEM = 2;
  private static final byte[] NO_KEY = {};

  /** Chance of its own, so that it does not matter to all else whether shards are replaced. */
  private static final long MOVES = 0x5EED;

  /** One request of a client, until it has ended. */
  private static final class Request {
    private final SimulatedNode node;
    private final int loop;
    private final long startMs;
    private final long startNs;
    private final long itemId;
    private final boolean write;
    private final long amount;
    private final String key;
    private final long start;
    private long correlationId;
    private boolean ended;

    Request(
        final SimulatedNode node,
        final int loop,
        final long startMs,
        final long itemId,
        final boolean write,
        final long amount,
        final String key,
        final long start) {
      this.node = node;
      this.loop = loop;
      this.startMs = startMs;
      startNs = node.node.clock.nanoTime();
      this.itemId = itemId;
      this.write = write;
      this.amount = amount;
      this.key = key;
      this.start = start;
    }
  }

  private final SplittableRandom random;
  private final SplittableRandom moveRandom;
  private final double moveRate;
  private final Mutant mutant;
  private final boolean keyed;
  private final boolean longAnswers;
  private final boolean limitsWatches;
  private final WatchingClients watching;
  private final Network network;
  private final List<String> nodeIds;
  private final SimulatedNode[] nodes;
  private final long[] incarnations;
  private final long[] bornAt;
  private final long[] startAgainMs;
  private final Faults faults;
  private final int helloMs;
  private final int loadMs;
  private final double requestRate;
  private final List<Request> requests = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final List<Life> lives = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<EngineCounter, Long> totals = new EnumMap<>(EngineCounter.class);
  private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
  private final ReplyHandler onReply = this::onReply;
  private final int[] distinctPuts = new int[ITEM_COUNT];
  private final long[] healAtMs;
  private boolean healed;
  private int restarts;
  private int moves;
  private long nowMs = 1_000;
  private long stamp;

  /**
   * Prepares a run.
   *
   * @param seed from which everything follows.
   * @param mutant the mistake to build in.
   */
  Simulation(final long seed, final Mutant mutant) {
    random = new SplittableRandom(seed);
    this.mutant = mutant;
    longAnswers = new SplittableRandom(~seed).nextInt(3) == 0;
    moveRandom = new SplittableRandom(seed ^ MOVES);
    moveRate = moveRandom.nextInt(3) == 0 ? moveRandom.nextDouble() * 0.1 : 0;
    final SplittableRandom watchRandom = new SplittableRandom(~seed).split();
    limitsWatches = watchRandom.nextInt(4) == 0;
    watching =
        new WatchingClients(
            watchRandom,
            longAnswers || watchRandom.nextBoolean() ? 0 : 0.3 * watchRandom.nextDouble(),
            violations);
    keyed = random.nextInt(3) == 0;
    final int nodeCount = 2 + random.nextInt(2);
    nodeIds = IntStream.range(0, nodeCount).mapToObj(i -> "node-" + i).toList();
    faults = Faults.draw(random);
    helloMs = 5 + random.nextInt(20);
    loadMs = 50 + random.nextInt(200);
    requestRate = random.nextDouble() * (random.nextInt(5) == 0 ? 0.8 : 0.2);
    network = new Network(nodeCount, faults, random.split());
    nodes = new SimulatedNode[nodeCount];
    incarnations = new long[nodeCount];
    bornAt = new long[nodeCount];
    startAgainMs = new long[nodeCount];
    healAtMs = new long[nodeCount];
    for (int i = 0; i < nodeCount; i++) {
      start(i);
    }
  }

  /** Runs to the end; returns what broke a promise, empty if nothing did. */
  List<String> run() {
    final long warmMs = nowMs + 2 * helloMs;
    final long loadEndMs = warmMs + loadMs;
    while (nowMs < loadEndMs) {
      if (nowMs >= warmMs) {
        injectFaults();
        issueRequests();
        actWatching();
      }
      step();
    }
    heal();
    awaitQuiet();
    probe();
    endWatches();
    finish();
    return violations;
  }

  Map<EngineCounter, Long> totals() {
    return totals;
  }

  Map<Outcome, Long> outcomes() {
    return outcomes;
  }

  int restarts() {
    return restarts;
  }

  /** Shards that were replaced by ones restored from their snapshots. */
  int moves() {
    return moves;
  }

  int watchedValueCount() {
    return watching.valueCount();
  }

  int lostWatchCount() {
    return watching.lossCount();
  }

  int operationCount() {
    return operations.size();
  }

  private void start(final int index) {
    incarnations[index] += 1 + random.nextInt(1_000);
    bornAt[index] = ++stamp;
    nodes[index] =
        new SimulatedNode(
            nodeIds,
            index,
            incarnations[index],
            nowMs,
            random.nextLong(),
            random.nextInt(3) == 0 ? 0.5 + random.nextDouble() * 1.5 : 1,
            1 + random.nextInt(MAX_LOOPS),
            3L * helloMs,
            longAnswers,
            context -> {
              context.watchTimes(WATCH_TIMES);
              if (limitsWatches) {
                context.settings(StockNode.SETTINGS.withWatches(2));
              }
            },
            mutant,
            (loop, correlationId) -> onStale(index, loop, correlationId));
    final SimulatedNode node = nodes[index];
    node.node.link.clocks(
        (peer, startNs, timeoutNs) ->
            nodes[peer] == null ? startNs : nodes[peer].deadlineNs(node, startNs, timeoutNs));
  }

  private void injectFaults() {
    for (final SimulatedNode node : nodes) {
      if (node != null && nowMs >= node.pausedUntilMs && moveRandom.nextDouble() < moveRate) {
        node.move(moveRandom.nextInt(StockNode.SHARD_COUNT), 1 + moveRandom.nextInt(12));
      }
    }
    for (int i = 0; i < nodes.length; i++) {
      if (random.nextDouble() < faults.partitionRate()) {
        final boolean inward = random.nextInt(3) > 0;
        final boolean outward = !inward || random.nextBoolean();
        for (int peer = 0; peer < nodes.length; peer++) {
          network.cut(peer, i, inward);
          network.cut(i, peer, outward);
        }
        healAtMs[i] = nowMs + 1 + random.nextInt(150);
      } else if (healAtMs[i] != 0 && nowMs >= healAtMs[i]) {
        join(i);
      }
      if (nodes[i] == null) {
        if (nowMs >= startAgainMs[i]) {
          start(i);
        }
      } else if (random.nextDouble() < faults.restartRate()) {
        restarts++;
        kill(i);
        startAgainMs[i] = nowMs + (random.nextBoolean() ? 0 : random.nextInt(60));
      } else if (random.nextDouble() < faults.pauseRate()) {
        nodes[i].pausedUntilMs = nowMs + 1 + random.nextInt(150);
      } else if (random.nextDouble() < faults.stallRate()) {
        nodes[i].stalledUntilMs = nowMs + 1 + random.nextInt(80);
      }
    }
  }

  private void join(final int index) {
    healAtMs[index] = 0;
    for (int peer = 0; peer < nodes.length; peer++) {
      network.cut(peer, index, false);
      network.cut(index, peer, false);
    }
  }

  private void issueRequests() {
    for (final SimulatedNode node : nodes) {
      if (node != null && nowMs >= node.pausedUntilMs) {
        while (random.nextDouble() < requestRate) {
          issue(node, random.nextInt(ITEM_COUNT));
        }
      }
    }
  }

  private void actWatching() {
    for (final SimulatedNode node : nodes) {
      if (node != null && nowMs >= node.pausedUntilMs) {
        watching.act(node, ITEM_COUNT);
      }
    }
  }

  private void issue(final SimulatedNode node, final int itemId) {
    if (random.nextInt(4) == 0) {
      request(node, itemId, false, 0, "");
    } else if (itemId % 3 == 0) {
      request(node, itemId, true, 1, drawKey());
    } else if (itemId % 3 == 1) {
      if (distinctPuts[itemId] < MAX_DISTINCT_PUTS) {
        request(node, itemId, true, 1L << distinctPuts[itemId]++, "");
      }
    } else {
      request(node, itemId, true, random.nextInt(-9, 20), "");
    }
  }

  /**
   * Some messages need the newest version that their sender hosts. Not after healing, when all are
   * to be answered; nor under a key, which stands for equal messages.
   */
  private int drawVersion(final SimulatedNode node, final String key) {
    return healed || !key.isEmpty() || random.nextInt(3) > 0
        ? 0
        : SimulatedNode.serviceVersion(node.incarnation);
  }

  private String drawKey() {
    return keyed && random.nextBoolean() ? "key-" + random.nextInt(20) : "";
  }

  private void request(
      final SimulatedNode node,
      final long itemId,
      final boolean write,
      final long amount,
      final String key) {
    final int loop = random.nextInt(node.node.engine.ingressCount());
    final Request request = new Request(node, loop, nowMs, itemId, write, amount, key, ++stamp);
    final int cookie = requests.size();
    requests.add(request);
    final byte[] keyBytes = key.isEmpty() ? NO_KEY : key.getBytes(StandardCharsets.US_ASCII);
    final long nowNs = node.node.clock.nanoTime();
    node.node.stocks(loop).version(drawVersion(node, key));
    if (!write) {
      request.correlationId = node.node.stocks(loop).count(nowNs, itemId, onReply, cookie);
    } else if (amount >= 0) {
      request.correlationId =
          node.node.stocks(loop).put(nowNs, itemId, amount, keyBytes, onReply, cookie);
    } else {
      request.correlationId =
          node.node.stocks(loop).take(nowNs, itemId, -amount, keyBytes, onReply, cookie);
    }
    node.onRequest(loop);
  }

  private void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Request request = requests.get((int) cookie);
    outcomes.merge(outcome, 1L, Long::sum);
    checkTime(request, outcome);
    if (outcome == Outcome.TIMEOUT) {
      mutant.onTimeout(request.node.incarnation, request.loop, request.correlationId);
    }
    final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
    if (outcome != Outcome.ANSWERED) {
      final Fate fate = outcome.isUnknown() ? Fate.UNKNOWN : Fate.NOT_APPLIED;
      end(request, fate, request.amount, 0, 0, false);
    } else if (reply == null || reply.itemId() != request.itemId) {
      violations.add("answer: request " + cookie + " got one that belongs to another");
    } else if (longAnswers && !LongAnswers.isWhole(buffer, offset, length, ANSWER_LENGTH)) {
      violations.add("answer: request " + cookie + " got one of " + length + " bytes that is torn");
    } else {
      final boolean refused = request.amount < 0 && !reply.isTaken();
      final long amount = refused ? 0 : request.amount;
      end(request, Fate.APPLIED, amount, reply.left(), shardIncarnation, replayed);
    }
  }

  /** Nothing waits for ever: what ends late was held up by a pause of its node. */
  private void checkTime(final Request request, final Outcome outcome) {
    final boolean paused = request.node.pausedUntilMs > request.startMs;
    final long limitNs =
        outcome == Outcome.BUSY ? StockNode.QUEUE_LIMIT_NS : StockNode.REQUEST_TIMEOUT_NS;
    final long tookNs = request.node.node.clock.nanoTime() - request.startNs;
    if (!paused && tookNs > limitNs + TOLERANCE_NS) {
      violations.add("time: a request ended as " + outcome + " after " + tookNs + " ns");
    }
  }

  private void end(
      final Request request,
      final Fate fate,
      final long amount,
      final long value,
      final long incarnation,
      final boolean replayed) {
    if (request.ended) {
      violations.add("answer: a request was answered twice");
    }
    request.ended = true;
    operations.add(
        new Operation(
            name(request.itemId),
            request.write,
            amount,
            request.key,
            request.start,
            ++stamp,
            fate,
            value,
            incarnation,
            replayed));
  }

  private void onStale(final int index, final int loop, final long correlationId) {
    for (int i = requests.size() - 1; i >= 0; i--) {
      final Request request = requests.get(i);
      if (request.node == nodes[index]
          && request.loop == loop
          && request.correlationId == correlationId
          && !request.ended) {
        violations.add("floor: the owner refused as stale what its ingress awaits");
      }
    }
  }

  private void step() {
    nowMs++;
    for (Network.Delivery next = network.poll(nowMs); next != null; next = network.poll(nowMs)) {
      if (nodes[next.to()] != null) {
        nodes[next.to()].arrive(next);
      }
    }
    final int first = random.nextInt(nodes.length);
    for (int i = 0; i < nodes.length; i++) {
      final SimulatedNode node = nodes[(first + i) % nodes.length];
      if (node != null && nowMs >= node.pausedUntilMs) {
        if (nowMs % helloMs == node.index) {
          for (int peer = 0; peer < nodes.length; peer++) {
            if (peer != node.index) {
              network.hello(nowMs, node.index, peer, node.incarnation);
            }
          }
        }
        node.step(nowMs, network);
      }
    }
  }

  private void heal() {
    healed = true;
    network.heal();
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] == null) {
        start(i);
      }
      nodes[i].pausedUntilMs = Math.min(nowMs, nodes[i].pausedUntilMs);
      nodes[i].stalledUntilMs = 0;
    }
  }

  private void awaitQuiet() {
    final long limitMs = nowMs + QUIET_LIMIT_MS;
    while (!isQuiet()) {
      if (nowMs >= limitMs) {
        violations.add("bounds: requests are still under way long after healing");
        return;
      }
      step();
    }
  }

  private boolean isQuiet() {
    for (final SimulatedNode node : nodes) {
      if (node.isMoving()) {
        return false;
      }
      for (int loop = 0; loop < node.node.engine.ingressCount(); loop++) {
        if (node.node.engine.ingress(loop).pendingCount() != 0) {
          return false;
        }
      }
    }
    return network.isQuiet();
  }

  /** After healing everything must be answered again, from every node. */
  private void probe() {
    for (int i = 0; i < 3 * helloMs; i++) {
      step();
    }
    final int first = requests.size();
    for (final SimulatedNode node : nodes) {
      for (int itemId = 0; itemId < ITEM_COUNT; itemId++) {
        request(node, itemId, itemId % 3 == 0, itemId % 3 == 0 ? 1 : 0, "");
        step();
      }
    }
    final int ended = operations.size();
    awaitQuiet();
    for (int i = ended; i < operations.size(); i++) {
      if (operations.get(i).fate() != Fate.APPLIED) {
        violations.add("baseline: a request after healing was not answered");
      }
    }
    for (int i = first; i < requests.size(); i++) {
      if (!requests.get(i).ended) {
        violations.add("baseline: a request after healing never ended");
      }
    }
  }

  /**
   * A message takes a millisecond, and so does a step of each node; a renewal may be blocked once.
   */
  private void endWatches() {
    if (watching.isOff()) {
      return;
    }
    deleteOne();
    stepFor(SLOWEST_CLOCK * WATCH_RENEWAL_MS + 3 * SLOWEST_CLOCK * WATCH_RENEWAL_MS / 2);
    watching.checkTold(nodes, limitsWatches);
    watching.closeAll();
    stepFor(3 * SLOWEST_CLOCK * WATCH_RENEWAL_MS + 10);
    watching.checkForgotten(nodes);
    awaitQuiet();
  }

  /** So that the last thing told of an item is that it is gone. */
  private void deleteOne() {
    final SimulatedNode owner = nodes[nodes[0].node.owner(DELETED_ITEM)];
    final long left = owner.left(DELETED_ITEM);
    if (left > 0) {
      request(owner, DELETED_ITEM, true, -left, "");
    }
  }

  private void stepFor(final long ms) {
    for (long i = 0; i < ms; i++) {
      step();
    }
  }

  private void finish() {
    for (int i = 0; i < nodes.length; i++) {
      for (int shard = 0; shard < StockNode.SHARD_COUNT; shard++) {
        if (nodes[i].node.engine.ringDepth(shard) > 0) {
          violations.add("bounds: commands were left in a ring");
        }
      }
      kill(i);
    }
    if (totals.get(EngineCounter.LANE_BEYOND_WINDOW) != 0) {
      violations.add("bounds: a lane window was broken");
    }
    violations.addAll(Checker.checkAll(new History(operations, lives)));
  }

  private void kill(final int index) {
    final SimulatedNode node = nodes[index];
    final long died = ++stamp;
    for (final Request request : requests) {
      if (request.node == node && !request.ended) {
        end(request, Fate.UNKNOWN, request.amount, 0, 0, false);
      }
    }
    for (int itemId = 0; itemId < ITEM_COUNT; itemId++) {
      if (node.node.owner(itemId) == index) {
        lives.add(
            new Life(name(itemId), node.incarnation, bornAt[index], died, true, node.left(itemId)));
      }
    }
    moves += node.moveCount();
    if (node.hasTornSnapshot()) {
      violations.add("snapshot: it shows what no instant had");
    }
    watching.onKilled(node);
    if (node.hasSeenNewerMessage()) {
      violations.add("version: a service was sent a message that it does not know");
    }
    for (final EngineCounter counter : EngineCounter.values()) {
      totals.merge(counter, node.node.sum(counter), Long::sum);
    }
    nodes[index] = null;
  }

  private static String name(final long itemId) {
    return "item-" + itemId;
  }
}
