package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.NanoClock;

/** Launches the engine of one node, which is alone and whose budgets have no bound. */
public final class BenchEngine {
  private BenchEngine() {}

  /** With one loop, which steps all and never sleeps. */
  public static ShardEngine launch(
      final int shardCount, final ServiceDefinition service, final NanoClock clock) {
    return launch(
        ClusterSettings.of(List.of("node-0")).withShardCount(shardCount),
        EngineSettings.DEFAULT,
        service,
        clock,
        EngineThreads.ofLoops(() -> {}));
  }

  static ShardEngine launch(
      final ClusterSettings cluster,
      final EngineSettings settings,
      final ServiceDefinition service,
      final NanoClock clock,
      final EngineThreads threads) {
    return new ShardEngine(
        new EngineContext(
            OwnNode.of(cluster, "node-0", SampleCommand.INCARNATION),
            settings,
            new ServiceCatalog(List.of(service)),
            (shardId, fault) -> {},
            EngineBudgets.unbounded(),
            EngineSources.at(clock, 1, new SplittableRandom(1)::nextLong),
            threads,
            new NoLink(new ShardDirectory(cluster)),
            WatchTimes.DEFAULT));
  }
}
