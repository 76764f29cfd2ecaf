package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.engine.Outcome;
import io.tally.engine.ShardService;
import io.tally.transport.internal.ServiceVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The clients of a cluster: each request has its own patience, and keyed ones are tried again. */
final class Clients implements Load {
  private static final long MS = Settings.MS;

  /** Share of the requests that are to accounts. */
  private static final double ACCOUNTS = 1.0 / 3;

  private final World world;
  private final Settings settings;
  private final Recorder recorder;
  private final Traces traces;
  private final SimulatedProcess[] processes;
  private final List<Entity> entities;
  private final long loadEndNs;
  private final long meanIntervalNs;
  private final ClientAmounts amounts;
  private final ClientKeys keys;
  private final boolean keyed;
  private final List<String> violations;
  private final Attempts attempts;
  private final List<CounterClients> others;

  private final List<Request> underWay = new ArrayList<>();
  private final List<Request> probes = new ArrayList<>();

  Clients(
      final World world,
      final Settings settings,
      final Recorder recorder,
      final Traces traces,
      final SimulatedProcess[] processes,
      final List<String> violations,
      final long seed,
      final long loadEndNs) {
    this.world = world;
    this.settings = settings;
    this.recorder = recorder;
    this.traces = traces;
    this.processes = processes;
    this.violations = violations;
    this.loadEndNs = loadEndNs;
    attempts = new Attempts(world, settings, recorder, processes);
    others = others(seed);
    entities = settings.entities();
    amounts = new ClientAmounts(world, settings);
    keys = new ClientKeys(world, settings, traces, amounts);
    meanIntervalNs = world.chance(0.1) ? MS : world.between(8 * MS, 60 * MS);
    keyed = world.chance(0.5);
  }

  /** Further clients, not drawn from the world, so that histories without are as they would be. */
  private List<CounterClients> others(final long seed) {
    return switch ((int) Math.floorMod(seed, 3L)) {
      case 0 ->
          List.of(new OptionClients(world, settings, traces, attempts, violations::add, loadEndNs));
      case 1 ->
          List.of(
              new ListClients(world, settings, traces, attempts, violations::add, loadEndNs),
              new BatchClients(world, settings, traces, attempts, violations::add, loadEndNs),
              new ScanClients(world, settings, traces, attempts, violations::add, loadEndNs));
      default -> List.of();
    };
  }

  @Override
  public List<SeenService> services(final int ledgerVersion) {
    return List.of(
        new SeenService(Entity.Kind.COUNTER, settings.counters(), this::seen),
        new SeenService(
            Entity.Kind.ACCOUNT,
            new Ledger(settings.maxMemoLength(), ledgerVersion),
            UnaryOperator.identity()));
  }

  private ShardService seen(final ShardService service) {
    ShardService seen = service;
    for (final CounterClients clients : others) {
      seen = clients.seen(seen);
    }
    return seen;
  }

  /** Half of the processes host a later version of each service, whichever node they are. */
  @Override
  public List<ServiceVersion> versions(final long incarnation, final int ledgerVersion) {
    return List.of(
        new ServiceVersion(
            IncrementDecoder.SCHEMA_ID, IncrementDecoder.SCHEMA_VERSION + (int) (incarnation & 1)),
        new ServiceVersion(LedgerMessage.SCHEMA_ID, ledgerVersion));
  }

  @Override
  public void onRestored(final long stoodStillNs) {
    keys.onStandstill(stoodStillNs);
  }

  @Override
  public void begin() {
    issueAndGoOn();
    others.forEach(CounterClients::begin);
  }

  private void issueAndGoOn() {
    if (world.nowNs() < loadEndNs) {
      final SimulatedProcess process = anyProcess();
      if (process != null) {
        final int burst = world.chance(0.1) ? 1 + world.nextInt(12) : 1;
        for (int i = 0; i < burst; i++) {
          issue(process, drawEntity());
        }
      }
      world.after(world.between(1, 2 * meanIntervalNs), this::issueAndGoOn);
    }
  }

  /** Two of three are counters, which come first. */
  private int drawEntity() {
    final int half = entities.size() / 2;
    final int drawn = world.nextInt(half);
    return world.chance(ACCOUNTS) ? half + drawn : drawn;
  }

  private SimulatedProcess anyProcess() {
    return processes[world.nextInt(processes.length)];
  }

  private void issue(final SimulatedProcess process, final int index) {
    final Entity entity = entities.get(index);
    if (world.chance(0.25)) {
      hand(process, read(entity));
      return;
    }
    final boolean hasKey = keyed && entity.use() != Entity.Use.ANY && world.chance(0.7);
    final Request.KeyUse key = hasKey ? keys.draw(entity, index) : null;
    if (key != null) {
      hand(process, write(key));
    } else {
      final long amount = amounts.draw(entity, index);
      if (amount != 0) {
        hand(process, write(entity, amount, amounts.drawMemoLength(entity)));
      }
    }
  }

  private Request read(final Entity entity) {
    return request(entity, false, 0, 0, null);
  }

  private Request write(final Entity entity, final long amount, final int memoLength) {
    return request(entity, true, amount, memoLength, null);
  }

  private Request write(final Request.KeyUse key) {
    return request(key.entity, true, key.amount, key.memoLength, key);
  }

  /** All requests with a key are the same. */
  private Request request(
      final Entity entity,
      final boolean write,
      final long amount,
      final int memoLength,
      final Request.KeyUse key) {
    final boolean wantsNewest = key == null && world.nowNs() < loadEndNs && world.chance(0.3);
    return new Request(
        entity, write, amount, memoLength, wantsNewest, key, world.stamp(), world.nowNs());
  }

  private void hand(final SimulatedProcess process, final Request request) {
    final long timeoutNs = settings.requestTimeoutNs();
    hand(
        process,
        request,
        world.chance(0.2)
            ? world.between(MS, timeoutNs)
            : 2 * timeoutNs + world.skewed(4 * timeoutNs));
  }

  private void hand(final SimulatedProcess process, final Request request, final long patienceNs) {
    traces.add(Trace.REQUESTS);
    request.process = process;
    underWay.add(request);
    world.after(
        world.skewed(MS),
        () -> {
          if (!process.arrive(request)) {
            traces.add(Trace.REFUSED_CONNECTIONS);
            end(request, Fate.NOT_APPLIED, 0, 0, false);
          }
        });
    world.after(patienceNs, () -> onGivenUp(request, true));
  }

  private void onGivenUp(final Request request, final boolean patienceEnded) {
    if (!request.ended) {
      recorder.onUnanswered(request, patienceEnded);
      end(request, Fate.UNKNOWN, 0, 0, false);
      retry(request);
    }
  }

  @Override
  public void onAnswer(
      final Request request,
      final Outcome outcome,
      final long value,
      final long shardIncarnation,
      final boolean replayed) {
    if (request.attempt != null) {
      attempts.onAnswer(request, outcome, shardIncarnation, replayed);
      return;
    }
    request.outcome = outcome;
    recorder.onOutcome(request, outcome);
    world.after(
        world.skewed(MS),
        () -> {
          if (!request.ended) {
            final Fate fate =
                outcome == Outcome.ANSWERED
                    ? Fate.APPLIED
                    : outcome.isUnknown() ? Fate.UNKNOWN : Fate.NOT_APPLIED;
            end(request, fate, value, shardIncarnation, replayed);
            if (fate != Fate.APPLIED) {
              traces.add(fate == Fate.UNKNOWN ? Trace.UNKNOWN_ANSWERS : Trace.NOT_APPLIED_ANSWERS);
            }
            if (fate == Fate.UNKNOWN) {
              retry(request);
            }
          }
        });
  }

  @Override
  public void onLost(final Request request) {
    if (request.attempt != null) {
      attempts.onLost(request);
      return;
    }
    world.after(world.skewed(MS), () -> onGivenUp(request, false));
  }

  private void end(
      final Request request,
      final Fate fate,
      final long value,
      final long shardIncarnation,
      final boolean replayed) {
    request.ended = true;
    underWay.remove(request);
    recorder.onEnd(request, fate, value, shardIncarnation, replayed);
  }

  /** Tries a keyed write again, at once or later, at any node. */
  private void retry(final Request request) {
    if (request.key == null || world.chance(0.1)) {
      return;
    }
    final boolean atOnce = world.chance(0.5);
    final long delayNs = atOnce ? 0 : world.between(MS, settings.idempotencyWindowNs());
    world.after(
        delayNs,
        () -> {
          final SimulatedProcess process = anyProcess();
          if (process != null && keys.isRemembered(request.key) && world.nowNs() < loadEndNs) {
            traces.add(atOnce ? Trace.RETRIES_AT_ONCE : Trace.RETRIES_LATER);
            request.key.lastNs = world.nowNs();
            hand(process, write(request.key));
          }
        });
  }

  /** Reads and writes every entity at a node, or those that it owns. */
  @Override
  public void probe(final SimulatedProcess process, final boolean all) {
    for (final Entity entity : entities) {
      if (!all && !process.node().shards().lives().owns(entity)) {
        continue;
      }
      final Request request;
      if (entity.use() == Entity.Use.POWERS) {
        request = read(entity);
      } else if (entity.use() == Entity.Use.ONES && keyed) {
        request = write(keys.begin(entity, "probe-" + process.node().index, 0, 1));
      } else {
        request = write(entity, 1, 0);
      }
      probes.add(request);
      hand(process, request, 3 * settings.requestTimeoutNs());
    }
  }

  @Override
  public void judgeProbes() {
    for (final Request probe : probes) {
      if (!recorder.isApplied(probe)) {
        violations.add(
            (probe.outcome == Outcome.KEY_LIMIT ? "keys: " : "whole: ") + probe.unserved());
      }
    }
  }

  @Override
  public void giveUp() {
    for (final Request request : List.copyOf(underWay)) {
      end(request, Fate.UNKNOWN, 0, 0, false);
    }
  }

  @Override
  public void judge() {
    others.forEach(CounterClients::judge);
  }

  @Override
  public int operationCount() {
    return recorder.operationCount();
  }
}
