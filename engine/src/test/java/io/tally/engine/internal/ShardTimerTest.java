package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers of a service in a shard that is stepped as its thread would: when it asks for it. */
@Timeout(10)
final class ShardTimerTest {
  private static final long MS = StockNode.MS;
  private static final long START_NS = StockNode.START_EPOCH_NS;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<String> events = new ArrayList<>();
  private final List<RuntimeException> faults = new ArrayList<>();
  private final Answers answers = new Answers();
  private final Timed[] services = new Timed[StockNode.SHARD_COUNT];
  private Runnable onCommand = () -> {};
  private Runnable onTimer = () -> {};
  private int serviceCount;

  @Test
  void shouldFireInAnIdleShardWhenItsTimeHasCome() {
    final StockNode node = launch(1);
    onCommand = () -> services[node.shard(1)].shard.setTimer(-7, START_NS + 30 * MS);
    put(node, 1);
    assertEquals(30 * MS, node.engine.shardAgent(0).nextStepNs());
    clock.update(30 * MS - 1);
    node.stepShards();
    assertEquals(List.of("command 0"), events);
    assertEquals(30 * MS, node.engine.shardAgent(0).nextStepNs());
    clock.update(31 * MS);
    node.stepShards();
    assertEquals(List.of("command 0", "timer -7 at " + 30 * MS), events);
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
  }

  @Test
  void shouldFireWhatIsDueBeforeTheFirstCommandOfThatTimeAndInOrder() {
    final StockNode node = launch(1);
    final Timed service = services[node.shard(1)];
    onCommand =
        () -> {
          service.shard.setTimer(1, START_NS + 5 * MS);
          service.shard.setTimer(2, START_NS + 3 * MS);
          service.shard.setTimer(3, START_NS + 5 * MS);
          service.shard.setTimer(4, START_NS + 5 * MS + 1);
          service.shard.setTimer(2, START_NS + 5 * MS);
          service.shard.setTimer(1, START_NS + 5 * MS);
        };
    put(node, 1);
    onCommand = () -> {};
    clock.update(5 * MS);
    put(node, 1);
    assertEquals(
        List.of(
            "command 0",
            "timer 1 at " + 5 * MS,
            "timer 3 at " + 5 * MS,
            "timer 2 at " + 5 * MS,
            "command " + 5 * MS),
        events);
  }

  @Test
  void shouldFireWhatIsDueBeforeACommandOfAPeerToo() {
    final List<String> ids = List.of("node-0", "node-1");
    final StockNode front = StockNode.launch(clock, StockNode.context(ids, "node-0", 3));
    final StockNode owner = StockNode.launch(clock, timed(ids, "node-1", 5, 0));
    front.link.peerUp(1, 5);
    owner.link.peerUp(0, 3);
    final long item = front.itemOwnedBy(1, 0);
    onCommand = () -> services[owner.shard(item)].shard.setTimer(1, START_NS + 5 * MS);
    putAtPeer(front, owner, item);
    assertEquals(List.of("command 0"), events, "applied past the ring");
    onCommand = () -> {};
    clock.update(5 * MS);
    putAtPeer(front, owner, item);
    owner.stepShards();
    assertEquals(List.of("command 0", "timer 1 at " + 5 * MS, "command " + 5 * MS), events);
  }

  private void putAtPeer(final StockNode front, final StockNode owner, final long item) {
    front.stocks.put(clock.nanoTime(), item, 1, answers, 0);
    front.link.drained().forEach(owner::receive);
  }

  @Test
  void shouldFireWhatIsSetForThePastAfterTheWholeBatch() {
    final StockNode node = launch(1);
    final Timed service = services[node.shard(1)];
    onCommand = () -> service.shard.setTimer(service.commandCount, 0);
    node.stocks.put(0, 1, 1, answers, 1);
    node.stocks.put(0, 1, 1, answers, 2);
    node.step();
    clock.update(1);
    onCommand = () -> {};
    put(node, 1);
    assertEquals(
        List.of("command 0", "command 0", "timer 1 at 1", "timer 2 at 1", "command 1"), events);
  }

  @Test
  void shouldFireATimerThatWasSetByATimerAtItsOwnTime() {
    final StockNode node = launch(1);
    final Timed service = services[node.shard(1)];
    onCommand = () -> service.shard.setTimer(1, START_NS + MS);
    onTimer = () -> service.shard.setTimer(1, service.shard.timeNs() + MS);
    put(node, 1);
    clock.update(3 * MS);
    node.stepShards();
    assertEquals(
        List.of("command 0", "timer 1 at " + MS, "timer 1 at " + 2 * MS, "timer 1 at " + 3 * MS),
        events);
  }

  @Test
  void shouldNotFireWhatWasCancelled() {
    final StockNode node = launch(1);
    final Timed service = services[node.shard(1)];
    onCommand =
        () -> {
          service.shard.setTimer(1, START_NS + MS);
          service.shard.setTimer(2, START_NS + MS);
          assertTrue(service.shard.cancelTimer(1));
          assertTrue(!service.shard.cancelTimer(1));
        };
    put(node, 1);
    clock.update(MS);
    node.stepShards();
    assertEquals(List.of("command 0", "timer 2 at " + MS), events);
  }

  @Test
  void shouldGoOnWhereATimerThrows() {
    final StockNode node = launch(1);
    final Timed service = services[node.shard(1)];
    onCommand = () -> LongStream.range(0, 2).forEach(id -> service.shard.setTimer(id, 0));
    onTimer =
        () -> {
          throw new IllegalStateException("played by the test");
        };
    put(node, 1);
    clock.update(MS);
    node.stepShards();
    assertEquals(List.of("command 0", "timer 0 at 1", "timer 1 at 1"), events);
    assertEquals(2, faults.size());
    assertEquals(2, node.sum(EngineCounter.SERVICE_FAULTS));
  }

  @Test
  void shouldHaveTheCommandsOfAShardWaitUntilAllIsFiredAndNoOthers() {
    final StockNode node = launch(1);
    final long other =
        LongStream.range(2, 1_000)
            .filter(i -> node.shard(i) != node.shard(1))
            .findFirst()
            .orElseThrow();
    final int many = DecoratedDefinition.MAX_TIMERS;
    onCommand =
        () ->
            LongStream.range(0, many).forEach(id -> services[node.shard(1)].shard.setTimer(id, 0));
    put(node, 1);
    onCommand = () -> {};
    clock.update(MS);
    node.stocks.put(clock.nanoTime(), 1, 1, answers, 1);
    node.stocks.put(clock.nanoTime(), other, 1, answers, 2);
    int steps = 0;
    while (answers.all.size() < 3) {
      assertTrue(node.engine.shardAgent(0).nextStepNs() <= clock.nanoTime() || steps == 0);
      node.step();
      steps++;
      assertTrue(events.size() <= 2 + steps * 1_024);
    }
    assertTrue(steps > 2, "not all at once");
    assertEquals(
        List.of(2L, 1L), answers.all.stream().skip(1).map(Answers.Answer::cookie).toList());
    assertEquals(many + 3, events.size());
    assertEquals("command " + MS, events.get(events.size() - 1));
  }

  @Test
  void shouldWakeTheHomeOfAShardWhereAnotherThreadSetATimer() {
    final StockNode node = launch(2);
    final long item =
        LongStream.range(1, 1_000).filter(i -> isAtHome(node, i)).findFirst().orElseThrow();
    onCommand = () -> services[node.shard(item)].shard.setTimer(1, START_NS + MS);
    final int wakesBefore = node.wakes[0];
    node.stocks(1).put(0, item, 1, answers, 1);
    node.engine.ingress(1).doWork(0);
    node.engine.shardAgent(1).doWork(0);
    assertEquals(List.of("command 0"), events);
    assertTrue(node.wakes[0] > wakesBefore);
    assertEquals(MS, node.engine.shardAgent(0).nextStepNs());
  }

  @Test
  void shouldNotHaveTheHomeOfAShardSpinWhileAnotherThreadIsInside() {
    final StockNode node = launch(2);
    final long item =
        LongStream.range(1, 1_000).filter(i -> isAtHome(node, i)).findFirst().orElseThrow();
    onCommand = () -> services[node.shard(item)].shard.setTimer(1, START_NS + MS);
    onTimer =
        () -> {
          node.engine.shardAgent(0).doWork(clock.nanoTime());
          final long waitNs = node.engine.shardAgent(0).nextStepNs() - clock.nanoTime();
          events.add(waitNs > 0 && waitNs <= MS ? "waits" : "wait of " + waitNs);
        };
    node.stocks(0).put(0, item, 1, answers, 1);
    node.step();
    clock.update(2 * MS);
    onCommand = () -> {};
    node.stocks(1).put(clock.nanoTime(), item, 1, answers, 2);
    node.engine.ingress(1).doWork(clock.nanoTime());
    node.engine.shardAgent(1).doWork(clock.nanoTime());
    assertEquals(List.of("command 0", "timer 1 at " + MS, "waits", "command " + 2 * MS), events);
  }

  @Test
  void shouldFireWhatWasSetAtTheStart() {
    onTimer = () -> {};
    final StockNode node = launch(1, START_NS + 2 * MS);
    assertEquals(2 * MS, node.engine.shardAgent(0).nextStepNs());
    clock.update(2 * MS);
    node.stepShards();
    assertEquals(StockNode.SHARD_COUNT, events.size());
  }

  /** Shards are dealt out to the loops in turn. */
  private static boolean isAtHome(final StockNode node, final long item) {
    return node.shard(item) % 2 == 0;
  }

  private void put(final StockNode node, final long item) {
    node.stocks.put(clock.nanoTime(), item, 1, answers, 0);
    node.step();
  }

  private StockNode launch(final int loopCount) {
    return launch(loopCount, 0);
  }

  private StockNode launch(final int loopCount, final long firstDueNs) {
    return StockNode.launch(clock, timed(List.of("node-0"), "node-0", 3, firstDueNs), 0, loopCount);
  }

  private ContextBuilder timed(
      final List<String> ids, final String id, final long incarnation, final long firstDueNs) {
    return StockNode.context(ids, id, incarnation)
        .services(
            new DecoratedDefinition(
                StockService.definition(), service -> new Timed(service, firstDueNs)))
        .faults((shardId, fault) -> faults.add(fault));
  }

  /** Keeps what happens, with times since the start. */
  private final class Timed implements ShardService {
    private final ShardService service;
    private final long firstDueNs;
    private ShardContext shard;
    private int commandCount;

    Timed(final ShardService service, final long firstDueNs) {
      this.service = service;
      this.firstDueNs = firstDueNs;
    }

    @Override
    public void onStart(final ShardContext context) {
      shard = context;
      service.onStart(context);
      services[context.shardId()] = this;
      serviceCount++;
      if (firstDueNs > 0) {
        shard.setTimer(serviceCount, firstDueNs);
      }
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      assertEquals(timeNs, shard.timeNs());
      commandCount++;
      events.add("command " + (timeNs - START_NS));
      onCommand.run();
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
    }

    @Override
    public void onTimer(final long timeNs, final long timerId) {
      assertEquals(timeNs, shard.timeNs());
      events.add("timer " + timerId + " at " + (timeNs - START_NS));
      onTimer.run();
    }

    @Override
    public long entityCount() {
      return service.entityCount();
    }
  }
}
