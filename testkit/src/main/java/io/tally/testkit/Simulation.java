package io.tally.testkit;

import io.tally.engine.internal.RoutingTable;
import io.tally.engine.internal.ShardDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One history: a cluster under load and under the faults that its seed draws, then healed, watched
 * until all is quiet, asked whether everything is served again, and judged.
 */
final class Simulation implements ProcessListener {
  private static final long MS = Settings.MS;

  /** Within this time after healing every node serves every shard, or has ended its process. */
  private static final long WHOLE_NS = 5_000 * MS;

  private static final long WARM_NS = 600 * MS;

  /** Long enough for all copies of a request to be sent again. */
  private static final long BACK_NS = 800 * MS;

  private static final long HOUR_MS = 3_600_000;

  private static final String SEED = "simulated";

  private final Traces traces = new Traces();
  private final List<String> violations = new ArrayList<>();
  private final World world;
  private final Settings settings;
  private final Faults faults;
  private final Broker broker;
  private final Recorder recorder;
  private final Gauges gauges = new Gauges(violations);
  private final Load load;
  private final SimulatedProcess[] processes;
  private final NodeDirectories directories;
  private final RoutingTable owners;
  private final LifeWitness lives;
  private final FaultInjector injector;
  private final List<SimulatedProcess> others = new ArrayList<>();
  private final long loadEndNs;
  private boolean healed;
  private boolean finished;

  /**
   * Prepares a history.
   *
   * @param seed from which everything follows.
   * @param allowed kinds of faults of which it may have some.
   */
  Simulation(final long seed, final Set<Fault> allowed) {
    this(seed, allowed, null);
  }

  /**
   * Prepares a history of a service under trial, which the processes host alone.
   *
   * @param seed from which everything follows.
   * @param allowed kinds of faults of which it may have some.
   * @param trial of the service; null for one of the counters and the ledger.
   */
  Simulation(final long seed, final Set<Fault> allowed, final ServiceTrial<?, ?> trial) {
    world = new World(new SplittableRandom(seed));
    faults = Faults.draw(world, allowed);
    settings = Settings.draw(world, faults, trial == null ? null : trial.service());
    broker = new Broker(world, settings, faults, traces);
    recorder = new Recorder(world, settings, traces, violations, this::isOwnerBack);
    processes = new SimulatedProcess[settings.nodeIds().size()];
    directories = new NodeDirectories(world, faults, processes);
    owners = new ShardDirectory(settings.cluster(SEED)).table();
    lives = new LifeWitness(settings, violations);
    injector =
        new FaultInjector(
            world, settings, faults, broker, traces, violations, processes, this::launchOther);
    loadEndNs = WARM_NS + world.between(200 * MS, 200 * MS + faults.maxPauseNs());
    load =
        trial == null
            ? new Clients(world, settings, recorder, traces, processes, violations, seed, loadEndNs)
            : new TrialClients<>(
                world, settings, trial, recorder, traces, processes, violations::add, loadEndNs);
  }

  /** Runs to the end. */
  Verdict run() {
    for (int node = 0; node < processes.length; node++) {
      injector.drawWallClock(node);
      start(node);
    }
    world.after(WARM_NS, load::begin);
    injector.beginAfter(WARM_NS);
    world.after(loadEndNs, this::heal);
    world.runUntil(() -> loadEndNs);
    awaitWhole();
    if (directories.haveCopies()) {
      restartAll();
    }
    awaitQuiet();
    probe();
    finish();
    return new Verdict(violations, faults.kinds(), load.operationCount(), world.nowNs(), traces);
  }

  private void start(final int node) {
    processes[node] = launch(node, SEED, directories.forStart(node));
  }

  /** Launches a process that claims the id of a node whose own process may be running. */
  private void launchOther(final boolean isTwin, final int node) {
    others.add(launch(node, isTwin ? SEED : "another seed", new DataDirectory()));
  }

  private SimulatedProcess launch(
      final int node, final String seed, final DataDirectory directory) {
    traces.add(Trace.STARTS);
    final SimulatedProcess process =
        new SimulatedProcess(
            world,
            broker,
            settings,
            faults,
            traces,
            violations,
            node,
            seed,
            injector.wallOffsetMs(node),
            directory,
            load,
            this);
    if (healed) {
      process.heal();
    }
    return process;
  }

  @Override
  public void onIncarnation(final SimulatedProcess process) {
    lives.onIncarnation(process.node());
  }

  @Override
  public void onShardLife(final int nodeIndex, final int shardId, final long incarnation) {
    lives.onShardLife(nodeIndex, shardId, incarnation);
  }

  @Override
  public void onReady(final SimulatedProcess process) {
    final SavedNode restored = process.data().restored();
    if (process.data().directory() != directories.of(process.node().index)
        && process.data().sameLives()) {
      violations.add("copy: a process has taken on an older copy of its node's state");
    }
    if (restored != null) {
      load.onRestored(world.nowNs() - restored.savedNs());
      if (process.data().sameLives()) {
        traceClock(process.node().wallClockMs() - restored.epochMs(), restored);
      } else {
        recorder.onRolledBack();
      }
    }
  }

  /** Leaves a trace of how far the wall clocks of two processes are apart. */
  private void traceClock(final long passedMs, final SavedNode restored) {
    final long aheadMs = passedMs - (world.nowNs() - restored.savedNs()) / MS;
    if (Math.abs(aheadMs) >= HOUR_MS) {
      traces.add(aheadMs < 0 ? Trace.RESTORED_CLOCKS_BACK : Trace.RESTORED_CLOCKS_AHEAD);
    }
  }

  /** Whether the owner of the request's shard was there again before its time was over. */
  private boolean isOwnerBack(final Request request) {
    final SimulatedProcess owner = processes[owners.nodeIndex(request.entity.shardId())];
    if (owner == null || !request.process.isServing()) {
      return false;
    }
    final long timeoutNs =
        Math.min(owner.node().requestTimeoutNs(), request.process.node().requestTimeoutNs());
    return owner.hasServedFor(world.nowNs() - request.startNs - timeoutNs + BACK_NS);
  }

  @Override
  public boolean wasShardLife(final int shardId, final long incarnation) {
    return lives.wasShardLife(shardId, incarnation);
  }

  /**
   * However long a command or a hello was delayed, the deadline of a command is never farther away
   * than that of a request which begins now. Only the time for which the owner's clock stood still
   * may be added.
   */
  @Override
  public void onCommand(final String subject, final long deadlineNs) {
    for (final SimulatedProcess owner : processes) {
      if (owner != null
          && subject.endsWith(owner.node().id + "." + owner.node().incarnation())
          && deadlineNs - owner.execution().clock().nanoTime()
              > owner.node().requestTimeoutNs() + owner.execution().clock().lostNs()) {
        violations.add("clock: a command has a deadline that its owner's clock reaches too late");
      }
    }
  }

  @Override
  public void onEnd(final SimulatedProcess process) {
    lives.check(process);
    if (seedIsOurs(process)) {
      recorder.onLives(process, finished);
    }
    others.remove(process);
    if (processes[process.node().index] != process) {
      if (seedIsOurs(process)) {
        recorder.onResting(process.data().directory(), finished);
      }
      return;
    }
    processes[process.node().index] = null;
    directories.onEnd(process);
    if (finished) {
      return;
    }
    final long delayNs = healed ? 10 * MS : world.skewed(500 * MS);
    world.after(
        delayNs,
        () -> {
          if (processes[process.node().index] == null) {
            adoptOrStart(process.node().index);
          }
        });
  }

  private boolean seedIsOurs(final SimulatedProcess process) {
    return process.node().seed.equals(SEED);
  }

  private void adoptOrStart(final int node) {
    for (final SimulatedProcess other : others) {
      if (other.node().index == node && seedIsOurs(other)) {
        processes[node] = other;
        others.remove(other);
        recorder.onResting(directories.of(node), false);
        directories.adopt(other);
        return;
      }
    }
    start(node);
  }

  private void heal() {
    healed = true;
    injector.end();
    broker.heal();
    for (final SimulatedProcess process : processes) {
      if (process != null) {
        process.heal();
      }
    }
    for (final SimulatedProcess other : List.copyOf(others)) {
      other.heal();
      if (!seedIsOurs(other)) {
        other.kill();
      }
    }
  }

  private void awaitWhole() {
    final long wholeNs = world.nowNs() + WHOLE_NS;
    do {
      final long nextNs = world.nowNs() + 50 * MS;
      world.runUntil(() -> nextNs);
    } while (world.nowNs() < wholeNs && !isWhole());
  }

  /** One node after the other, so that the others remember it. */
  private void restartAll() {
    for (int node = 0; node < processes.length; node++) {
      if (processes[node] != null) {
        processes[node].askToStop();
      }
      awaitWhole();
    }
  }

  private boolean isWhole() {
    return Arrays.stream(processes).allMatch(process -> process != null && process.isWhole());
  }

  /** Goes on until every request has ended and every key was forgotten. */
  private void awaitQuiet() {
    final long quietNs =
        world.nowNs() + settings.idempotencyWindowNs() + 2 * settings.settleNs() + 200 * MS;
    world.runUntil(() -> quietNs);
    for (final SimulatedProcess process : processes) {
      if (process != null) {
        gauges.checkIdle(process);
      }
    }
  }

  /**
   * Every counter is asked for at every node; where no frame can travel, each node serves its own
   * and says why it is not ready.
   */
  private void probe() {
    final boolean carries =
        processes.length == 1 || broker.maxPayloadBytes() >= settings.maxMessageBytes();
    for (final SimulatedProcess process : processes) {
      if (process == null || process.state() != SimulatedProcess.State.READY) {
        if (carries) {
          violations.add("whole: a node is not there long after healing");
        }
      } else if (process.carrierFault().contains("max_payload") == carries) {
        violations.add("whole: a node says of its carrier: " + process.carrierFault());
      } else {
        load.probe(process, carries);
      }
    }
    final long endNs = world.nowNs() + 4 * settings.requestTimeoutNs();
    world.runUntil(() -> endNs);
    load.judgeProbes();
    gauges.checkLanes();
  }

  private void finish() {
    finished = true;
    for (final SimulatedProcess process : processes.clone()) {
      if (process != null) {
        process.kill();
      }
    }
    List.copyOf(others).forEach(SimulatedProcess::kill);
    directories.all().forEach(directory -> recorder.onResting(directory, true));
    load.giveUp();
    recorder.judge(faults);
    load.judge();
  }
}
