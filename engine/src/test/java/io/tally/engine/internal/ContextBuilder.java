package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.Places;
import io.tally.engine.ServiceDefinition;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import org.agrona.concurrent.NanoClock;

/** Builds the context of an engine: what a test does not name is as small as it can be. */
public final class ContextBuilder {
  private ClusterSettings cluster = ClusterSettings.of(List.of("node-0"));
  private String nodeId = "node-0";
  private long incarnation = 1;
  private IntToLongFunction lives = shardId -> incarnation;
  private boolean installing;
  private EngineSettings settings = EngineSettings.DEFAULT;
  private ServiceDefinition[] services = {};
  private ServiceFaultHandler faults = (shardId, fault) -> {};
  private EngineBudgets budgets = EngineBudgets.unbounded();
  private long startEpochNs = 1;
  private WatchTimes watchTimes = WatchTimes.DEFAULT;

  public ContextBuilder cluster(final ClusterSettings value) {
    cluster = value;
    return this;
  }

  /** Its shards begin with its own incarnation, unless {@link #lives} says otherwise. */
  public ContextBuilder node(final String id, final long value) {
    nodeId = id;
    incarnation = value;
    return this;
  }

  /** The first lives of the shards, and whether they are installed. */
  ContextBuilder lives(final IntToLongFunction value, final boolean areInstalled) {
    lives = value;
    installing = areInstalled;
    return this;
  }

  public ContextBuilder settings(final EngineSettings value) {
    settings = value;
    return this;
  }

  public ContextBuilder services(final ServiceDefinition... values) {
    services = values;
    return this;
  }

  ContextBuilder faults(final ServiceFaultHandler value) {
    faults = value;
    return this;
  }

  ContextBuilder budgets(final EngineBudgets value) {
    budgets = value;
    return this;
  }

  public ContextBuilder keys(final IdempotencyLimit value) {
    return budgets(new EngineBudgets(value, budgets.longReplies(), budgets.places()));
  }

  ContextBuilder places(final Places value) {
    return budgets(new EngineBudgets(budgets.keys(), budgets.longReplies(), value));
  }

  /** Another start has other secrets, too. */
  ContextBuilder startEpochNs(final long value) {
    startEpochNs = value;
    return this;
  }

  ContextBuilder watchTimes(final WatchTimes value) {
    watchTimes = value;
    return this;
  }

  /** For a node without a link. */
  public EngineContext build(final NanoClock clock, final EngineThreads threads) {
    return build(clock, threads, new NoLink(new ShardDirectory(cluster)));
  }

  EngineContext build(final NanoClock clock, final EngineThreads threads, final NodeLink link) {
    final SplittableRandom random = new SplittableRandom(startEpochNs ^ incarnation);
    return new EngineContext(
        new OwnNode(cluster, nodeId, incarnation, lives, installing),
        settings,
        new ServiceCatalog(List.of(services)),
        faults,
        budgets,
        EngineSources.at(clock, startEpochNs, random::nextLong),
        threads,
        link,
        watchTimes);
  }
}
