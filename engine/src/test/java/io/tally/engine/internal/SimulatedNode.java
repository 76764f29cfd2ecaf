package io.tally.engine.internal;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One process of a simulated cluster: a node from its start to its death, with the receiver that
 * the real link has in front of the engine.
 */
final class SimulatedNode {
  static final int HOME_LOOP = 0;

  /** Told of refusals that a correct protocol never sends. */
  interface StaleListener {
    void onStale(int loop, long correlationId);
  }

  private record Held(Network.Delivery delivery, long arrivedMs) {}

  final StockNode node;
  final int index;
  final long incarnation;
  private final long clockOffsetNs;
  private final double clockRate;
  private final Mutant mutant;
  private final StaleListener staleListener;
  private final List<StockService> services = new ArrayList<>();
  private final long[] heardMs;
  private final Queue<Network.Delivery> inbox = new ArrayDeque<>();
  private final List<Held> held = new ArrayList<>();
  private final ReplyAdapter replies = new ReplyAdapter();
  private final long peerDownMs;
  private final int[] seenWakes;
  private final boolean[] active;
  private int drainedFlushes;
  private ShardMove move;
  private int moveCount;
  private boolean tornSnapshot;
  long pausedUntilMs;
  long stalledUntilMs;

  SimulatedNode(
      final List<String> nodeIds,
      final int index,
      final long incarnation,
      final long nowMs,
      final long clockOffsetNs,
      final double clockRate,
      final int loopCount,
      final long peerDownMs,
      final boolean longAnswers,
      final Consumer<ContextBuilder> adjusted,
      final Mutant mutant,
      final StaleListener staleListener) {
    this.index = index;
    this.incarnation = incarnation;
    this.clockOffsetNs = clockOffsetNs;
    this.clockRate = clockRate;
    this.peerDownMs = peerDownMs;
    seenWakes = new int[loopCount];
    active = new boolean[loopCount];
    this.mutant = mutant;
    this.staleListener = staleListener;
    heardMs = new long[nodeIds.size()];
    final ServiceDefinition stocks =
        new DecoratedDefinition(
            StockService.definition(serviceVersion(incarnation)), this::decorate);
    final ServiceDefinition definition = longAnswers ? new LongAnswers(stocks) : stocks;
    final CachedNanoClock clock = new CachedNanoClock();
    clock.update(clockNs(nowMs));
    final ContextBuilder context =
        StockNode.context(nodeIds, nodeIds.get(index), incarnation).services(definition);
    adjusted.accept(context);
    mutant.context(context);
    node = StockNode.launch(clock, context, HOME_LOOP, loopCount);
  }

  /** The same of its version. */
  long version(final long itemId) {
    return services.stream().mapToLong(service -> service.version(itemId)).sum();
  }

  /** What is left of an item in this process, which owns it. */
  long left(final long itemId) {
    return services.stream().mapToLong(service -> service.left(itemId)).sum();
  }

  /** Begins to replace one of its shards, unless it does so already. */
  void move(final int shardId, final int sliceRecords) {
    if (move == null && node.engine.ringDepth(shardId) >= 0) {
      move = new ShardMove(node, shardId, sliceRecords, mutant);
    }
  }

  boolean isMoving() {
    return move != null;
  }

  /** Shards that were replaced. */
  int moveCount() {
    return moveCount;
  }

  /** Whether a snapshot was not of one instant. */
  boolean hasTornSnapshot() {
    return tornSnapshot;
  }

  private void stepMove() {
    if (move != null && move.step()) {
      tornSnapshot |= move.isTorn();
      move = null;
      moveCount++;
    }
  }

  void arrive(final Network.Delivery delivery) {
    inbox.add(delivery);
  }

  void step(final long nowMs, final Network network) {
    node.clock.update(clockNs(nowMs));
    if (receive(nowMs)) {
      active[HOME_LOOP] = true;
    }
    for (int peer = 0; peer < heardMs.length; peer++) {
      if (nowMs - heardMs[peer] > peerDownMs) {
        node.link.peerDown(peer);
      }
    }
    for (int loop = 0; loop < active.length; loop++) {
      if (isDue(loop)) {
        stepLoop(nowMs, loop);
      }
    }
    if (nowMs >= stalledUntilMs) {
      stepMove();
    }
    // Only what was flushed leaves, as on the real link.
    if (node.link.flushCount() != drainedFlushes) {
      drainedFlushes = node.link.flushCount();
      node.link.drain(
          (to, message) -> {
            mutant.onSend(incarnation, message);
            network.send(nowMs, index, to, incarnation, message);
          });
    }
  }

  /** Translates between the clocks of two nodes as exactly as the real link never could. */
  long deadlineNs(final SimulatedNode origin, final long originNs, final long timeoutNs) {
    final double endMs =
        (originNs + timeoutNs - origin.clockOffsetNs) / origin.clockRate / StockNode.MS;
    final long endNs = (long) (endMs * clockRate * StockNode.MS) + clockOffsetNs;
    return Math.min(endNs - node.clock.nanoTime(), timeoutNs) + node.clock.nanoTime();
  }

  /** To be called after a request was made on a loop: its thread steps it then. */
  void onRequest(final int loop) {
    active[loop] = true;
  }

  /** A loop is stepped when it was woken, has work, or asked for it; a lost wake-up shows. */
  private boolean isDue(final int loop) {
    return active[loop]
        || node.wakes[loop] != seenWakes[loop]
        || isDue(node.engine.ingress(loop).nextStepNs())
        || loop == HOME_LOOP && isDue(node.engine.watcher().nextStepNs())
        || isDue(node.engine.shardAgent(loop).nextStepNs());
  }

  private boolean isDue(final long stepNs) {
    return stepNs != SteppedAgent.NEVER && stepNs - node.clock.nanoTime() <= 0;
  }

  private void stepLoop(final long nowMs, final int loop) {
    seenWakes[loop] = node.wakes[loop];
    int workCount = node.engine.ingress(loop).doWork(node.clock.nanoTime());
    if (loop == HOME_LOOP) {
      workCount += node.engine.watcher().doWork(node.clock.nanoTime());
    }
    final boolean stalled = nowMs < stalledUntilMs;
    if (!stalled) {
      workCount += node.engine.shardAgent(loop).doWork(node.clock.nanoTime());
    }
    active[loop] = stalled || workCount > 0;
  }

  private long clockNs(final long nowMs) {
    return (long) (nowMs * clockRate * StockNode.MS) + clockOffsetNs;
  }

  private ShardService decorate(final ShardService service) {
    services.add((StockService) service);
    return mutant.service(service);
  }

  /** Half of the processes host version 1 of the service, whichever node they are. */
  static int serviceVersion(final long incarnation) {
    return (int) (incarnation & 1);
  }

  /** Whether this process was sent a message that it does not know. */
  boolean hasSeenNewerMessage() {
    return node.sum(EngineCounter.UNKNOWN_MESSAGES) > 0;
  }

  private boolean receive(final long nowMs) {
    final boolean any = !held.isEmpty() || !inbox.isEmpty();
    if (nowMs < stalledUntilMs) {
      node.whileOthersPoll(() -> receiveAll(nowMs));
    } else {
      receiveAll(nowMs);
    }
    return any;
  }

  private void receiveAll(final long nowMs) {
    for (final Iterator<Held> i = held.iterator(); i.hasNext(); ) {
      final Held next = i.next();
      if (receive(next.delivery) != InboundHandler.RETRY) {
        i.remove();
      } else if ((nowMs - next.arrivedMs) * StockNode.MS >= StockNode.QUEUE_LIMIT_NS) {
        i.remove();
        node.engine.inbound().refuseBusy();
      }
    }
    for (Network.Delivery next = inbox.poll(); next != null; next = inbox.poll()) {
      if (next.bytes() == null) {
        onHello(nowMs, next.from(), next.incarnation());
      } else {
        onMessage(nowMs, next);
      }
    }
    node.engine.inbound().endBatch();
    node.engine.inbound().flush();
  }

  private void onHello(final long nowMs, final int from, final long peerIncarnation) {
    if (peerIncarnation >= node.link.incarnation(from)) {
      node.link.peerUp(from, peerIncarnation);
      node.link.peerVersion(from, mutant.peerVersion(serviceVersion(peerIncarnation)));
      heardMs[from] = nowMs;
    }
  }

  private void onMessage(final long nowMs, final Network.Delivery delivery) {
    mutant.onDeliver(incarnation, delivery.bytes());
    noticeStale(delivery.bytes());
    if (receive(delivery) == InboundHandler.RETRY) {
      held.add(new Held(delivery, nowMs));
    }
  }

  private int receive(final Network.Delivery delivery) {
    final long sourceKey = node.engine.routingTable().nodeKey(delivery.from());
    return node.offer(delivery.bytes(), sourceKey, delivery.incarnation());
  }

  private void noticeStale(final byte[] message) {
    final UnsafeBuffer buffer = new UnsafeBuffer(message);
    if (replies.wrap(buffer, 0, message.length) && replies.originIncarnation() == incarnation) {
      replies.dispatch(
          buffer,
          (correlationId,
              code,
              serviceCode,
              shardIncarnation,
              replayed,
              payload,
              offset,
              length) -> {
            if (code == ReplyCode.STALE) {
              staleListener.onStale(replies.originLoop(), correlationId);
            }
          });
    }
  }
}
