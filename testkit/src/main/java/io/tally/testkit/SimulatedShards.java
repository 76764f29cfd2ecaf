package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.ShardRestore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The shards of a simulated process: their services, their lives, and from when to when they may
 * apply anything.
 */
final class SimulatedShards {
  private final Settings settings;
  private final ProcessExecution execution;
  private final List<String> violations;
  private final int nodeIndex;
  private final NodeData data;
  private final Load load;
  private final ProcessListener history;
  private final ShardLives lives;
  private long firedTimers;
  private boolean mayApply;

  SimulatedShards(
      final World world,
      final Settings settings,
      final ProcessExecution execution,
      final List<String> violations,
      final int nodeIndex,
      final NodeData data,
      final Load load,
      final ProcessListener history) {
    this.settings = settings;
    this.execution = execution;
    this.violations = violations;
    this.nodeIndex = nodeIndex;
    this.data = data;
    this.load = load;
    this.history = history;
    lives = new ShardLives(world);
  }

  ShardLives lives() {
    return lives;
  }

  long firedTimers() {
    return firedTimers;
  }

  List<ServiceDefinition> services(final int ledgerVersion) {
    return load.services(ledgerVersion).stream().map(this::decorated).toList();
  }

  private ServiceDefinition decorated(final SeenService seen) {
    final ServiceDefinition definition = seen.definition();
    return new DecoratedDefinition(
        definition,
        TimedService.MAX_TIMERS + definition.maxTimers(),
        service ->
            new PausingService(
                new TimedService(
                    seen.witness().apply(service),
                    definition.schemaId(),
                    definition.maxTimers() == 0,
                    (shard, undecorated) -> onShardLife(seen.kind(), shard, undecorated),
                    violations::add,
                    () -> firedTimers++),
                execution,
                this::onApplied));
  }

  /** Nothing is applied before the state is marked as used, and nothing after it was frozen. */
  private void onApplied() {
    if (!mayApply) {
      violations.add("standstill: something was applied by a shard that has to stand still");
    }
  }

  private void onShardLife(
      final Entity.Kind kind, final ShardContext shard, final ShardService service) {
    lives.onBegun(kind, shard.shardId(), shard.incarnation(), service);
    history.onShardLife(nodeIndex, shard.shardId(), shard.incarnation());
  }

  /** What is in a shard now, by the names of entities. */
  Map<String, Long> valuesOf(final ShardLives.ShardLife life) {
    final Map<String, Long> values = new LinkedHashMap<>();
    for (final Entity entity : settings.entities()) {
      if (life.holds(entity)) {
        values.put(entity.name(), life.value(entity));
      }
    }
    return values;
  }

  /** Restores the shards, before anybody steps them. */
  void restore(final ShardEngine engine, final SavedNode saved) {
    saved.shards().forEach(shard -> restore(engine, shard));
  }

  private void restore(final ShardEngine engine, final SavedShard saved) {
    final ShardRestore restore = engine.restore(saved.shardId());
    for (final byte[] record : saved.records()) {
      restore.onRecord(new UnsafeBuffer(record), 0, record.length);
    }
    restore.finish();
    final ShardLives.ShardLife life = lives.last(saved.shardId());
    if (!valuesOf(life).equals(saved.values())) {
      violations.add(
          "snapshot: " + valuesOf(life) + " were restored, saved were " + saved.values());
    }
    life.bornValues = data.sameLives() ? saved.bornValues() : saved.values();
    life.bornStamp = data.sameLives() ? saved.bornStamp() : life.bornStamp;
  }

  /** The last step of a start; false while a thread is busy with the shards. */
  boolean tryActivate(final ShardEngine engine) {
    mayApply = true;
    return engine.tryActivate();
  }

  /** Has the shards stand still from now on; false while a thread is busy with them. */
  boolean tryFreeze(final ShardEngine engine) {
    final boolean isFrozen = engine.tryFreeze();
    mayApply &= !isFrozen;
    return isFrozen;
  }
}
