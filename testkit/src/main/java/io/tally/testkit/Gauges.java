package io.tally.testkit;

import io.tally.engine.StableHash;
import io.tally.engine.internal.EngineGauges;
import io.tally.engine.internal.ShardEngine;
import io.tally.transport.internal.LinkGauges;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Whether everything that processes hold under load is given back when there is none. */
final class Gauges {
  /** One to the subject of its node, one to the subject that all processes hear. */
  private static final int SUBSCRIPTIONS = 2;

  private final Consumer<String> violations;
  private final Map<SimulatedProcess, EngineGauges> engines = new LinkedHashMap<>();

  Gauges(final List<String> violations) {
    this.violations = line -> violations.add("gauges: " + line);
  }

  /** Checks a process that has been idle for so long that it remembers no keys. */
  void checkIdle(final SimulatedProcess process) {
    final ShardEngine engine = process.node().engine();
    if (engine == null) {
      return;
    }
    if (engine.pendingCount() != 0 || !process.door().isDrained()) {
      violations.accept("requests are still under way");
    }
    for (int shard = 0; shard < Settings.SHARD_COUNT; shard++) {
      if (engine.ringDepth(shard) > 0) {
        violations.accept("commands were left in a ring");
      }
    }
    if (engine.idempotencyKeyCount() != 0) {
      violations.accept("keys are remembered after their window");
    }
    if (process.node().keyPlaces() != 0) {
      violations.accept("places of keys are kept although none is remembered");
    }
    final EngineGauges gauges = new EngineGauges(engine);
    gauges.checkIdle(violations);
    engines.put(process, gauges);
    if (process.node().link() != null) {
      LinkGauges.check(process.node().link(), violations);
    }
    if (process.broker().openClientCount() > 1) {
      violations.accept("connections to the broker were left open");
    }
    if (process.broker().subscriptionCount() > SUBSCRIPTIONS) {
      violations.accept("subscriptions were left");
    }
  }

  /** Checks what shards keep of lanes, after further commands. */
  void checkLanes() {
    engines.forEach(
        (origin, gauges) ->
            engines
                .values()
                .forEach(
                    owner ->
                        gauges.checkLanes(
                            owner,
                            StableHash.hash(origin.node().id),
                            origin.node().incarnation(),
                            violations)));
  }
}
