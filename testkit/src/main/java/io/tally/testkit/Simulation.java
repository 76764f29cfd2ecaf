package io.tally.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
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

  /** Within this time it is known that what is sent to a process is lost. */
  private static final long DEAF_NS = 1_000 * MS;

  /** With these a process may still get what was sent to it before, or wake from before. */
  private static final Set<Fault> LATE_FRAMES =
      EnumSet.of(Fault.PARTITIONS, Fault.MISTAKEN_PEERS, Fault.PAUSES, Fault.STALLS);

  /** All that is ever sent; less than a full frame; less than the longest message. */
  private static final int[] PAYLOAD_LIMITS = {1 << 20, Settings.MAX_FRAME_BYTES / 2, 400};

  private static final String SEED = "simulated";
  private static final Set<Fault> FROM_OUTSIDE =
      EnumSet.of(
          Fault.PAUSES,
          Fault.SUSPENSIONS,
          Fault.KILLS,
          Fault.PLANNED_STOPS,
          Fault.TWINS,
          Fault.STRANGERS,
          Fault.BROKER_RESTARTS,
          Fault.CONNECTION_CUTS,
          Fault.PARTITIONS,
          Fault.ONE_WAY_LOSS,
          Fault.CREDENTIALS,
          Fault.PAYLOAD_LIMITS,
          Fault.WALL_CLOCKS);

  private final Traces traces = new Traces();
  private final List<String> violations = new ArrayList<>();
  private final World world;
  private final Settings settings;
  private final Faults faults;
  private final Broker broker;
  private final Recorder recorder;
  private final Gauges gauges = new Gauges(violations);
  private final Clients clients;
  private final SimulatedProcess[] processes;
  private final List<Set<Long>> incarnations = new ArrayList<>();
  private final long[] wallOffsetsMs;
  private final List<SimulatedProcess> others = new ArrayList<>();
  private final long loadEndNs;
  private final List<Fault> outside;
  private boolean healed;
  private boolean finished;

  /**
   * Prepares a history.
   *
   * @param seed from which everything follows.
   * @param allowed kinds of faults of which it may have some.
   */
  Simulation(final long seed, final Set<Fault> allowed) {
    world = new World(new SplittableRandom(seed));
    settings = Settings.draw(world);
    faults = Faults.draw(world, allowed);
    outside = FROM_OUTSIDE.stream().filter(faults.kinds()::contains).toList();
    broker = new Broker(world, faults, traces);
    recorder = new Recorder(world, settings, traces, violations);
    processes = new SimulatedProcess[settings.nodeIds().size()];
    settings.nodeIds().forEach(id -> incarnations.add(new HashSet<>()));
    wallOffsetsMs = new long[processes.length];
    loadEndNs = WARM_NS + world.between(200 * MS, 200 * MS + faults.maxPauseNs());
    clients = new Clients(world, settings, recorder, traces, processes, loadEndNs);
  }

  /** Runs to the end. */
  Verdict run() {
    for (int node = 0; node < processes.length; node++) {
      if (faults.kinds().contains(Fault.WALL_CLOCKS)) {
        wallOffsetsMs[node] = drawWallOffsetMs();
      }
      start(node);
    }
    world.after(WARM_NS, clients::begin);
    if (!outside.isEmpty()) {
      world.after(WARM_NS, this::injectFaults);
    }
    world.after(loadEndNs, this::heal);
    world.runUntil(() -> loadEndNs);
    final long wholeNs = world.nowNs() + WHOLE_NS;
    do {
      final long nextNs = world.nowNs() + 50 * MS;
      world.runUntil(() -> nextNs);
    } while (world.nowNs() < wholeNs && !isWhole());
    awaitQuiet();
    probe();
    finish();
    return new Verdict(
        violations, faults.kinds(), recorder.operationCount(), world.nowNs(), traces);
  }

  /** Some hours, or some days: farther than an incarnation may be ahead of all clocks. */
  private long drawWallOffsetMs() {
    final long hours = world.chance(0.5) ? 2 : 120;
    return world.between(-hours * 3_600_000, hours * 3_600_000);
  }

  private void start(final int node) {
    processes[node] = launch(node, SEED);
  }

  private SimulatedProcess launch(final int node, final String seed) {
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
            wallOffsetsMs[node],
            clients,
            this);
    if (healed) {
      process.heal();
    }
    return process;
  }

  @Override
  public void onIncarnation(final SimulatedProcess process) {
    incarnations.get(process.node).add(process.incarnation());
  }

  /**
   * Whatever was delayed, a command is given no more time than a request that begins now; but for
   * that for which its owner's clock stood still.
   */
  @Override
  public void onCommand(final String subject, final long deadlineNs) {
    for (final SimulatedProcess owner : processes) {
      if (owner != null
          && subject.endsWith(owner.id + "." + owner.incarnation())
          && deadlineNs - owner.clock().nanoTime()
              > owner.requestTimeoutNs() + owner.clock().lostNs()) {
        violations.add("clock: a command has a deadline that its owner's clock reaches too late");
      }
    }
  }

  @Override
  public void onEnd(final SimulatedProcess process) {
    final long other = process.fatalIncarnation();
    if (other != 0 && !incarnations.get(process.node).contains(other)) {
      violations.add("trust: a process ended for one of its id that never was");
    }
    if (seedIsOurs(process)) {
      recorder.onLife(process, finished);
    }
    others.remove(process);
    if (processes[process.node] != process) {
      return;
    }
    processes[process.node] = null;
    if (finished) {
      return;
    }
    final long delayNs = healed ? 10 * MS : world.skewed(500 * MS);
    world.after(
        delayNs,
        () -> {
          if (processes[process.node] == null) {
            adoptOrStart(process.node);
          }
        });
  }

  private boolean seedIsOurs(final SimulatedProcess process) {
    return process.seed().equals(SEED);
  }

  private void adoptOrStart(final int node) {
    for (final SimulatedProcess other : others) {
      if (other.node == node && seedIsOurs(other)) {
        processes[node] = other;
        others.remove(other);
        return;
      }
    }
    start(node);
  }

  private void injectFaults() {
    if (healed) {
      return;
    }
    inject(outside.get(world.nextInt(outside.size())), world.nextInt(processes.length));
    world.after(world.between(1, 2 * faults.eventIntervalNs()), this::injectFaults);
  }

  private void inject(final Fault fault, final int node) {
    final SimulatedProcess process = processes[node];
    switch (fault) {
      case TWINS -> {
        traces.add(Trace.TWINS);
        others.add(launch(node, SEED));
      }
      case STRANGERS -> {
        traces.add(Trace.STRANGERS);
        others.add(launch(node, "another seed"));
      }
      case BROKER_RESTARTS -> {
        if (broker.isUp()) {
          broker.restart(world.skewed(2_000 * MS), broker.maxPayloadBytes());
        }
      }
      case PAYLOAD_LIMITS -> {
        if (broker.isUp()) {
          broker.restart(
              world.skewed(50 * MS), PAYLOAD_LIMITS[world.nextInt(PAYLOAD_LIMITS.length)]);
        }
      }
      case WALL_CLOCKS -> setWallClock(node);
      default -> {
        if (process != null) {
          inject(fault, process);
        }
      }
    }
  }

  /** While a process runs, or so that its next start has an incarnation from before. */
  private void setWallClock(final int node) {
    final long byMs = drawWallOffsetMs() - wallOffsetsMs[node];
    wallOffsetsMs[node] += byMs;
    if (byMs < 0) {
      traces.add(Trace.WALL_CLOCKS_BACK);
    }
    if (processes[node] != null) {
      if (world.chance(0.5)) {
        processes[node].clock().moveWallClock(byMs);
      } else {
        processes[node].kill();
      }
    }
  }

  private void inject(final Fault fault, final SimulatedProcess process) {
    switch (fault) {
      case PAUSES -> process.stop();
      case SUSPENSIONS -> process.suspend();
      case KILLS -> {
        traces.add(Trace.KILLS);
        process.kill();
      }
      case PLANNED_STOPS -> process.askToStop();
      case CONNECTION_CUTS -> process.cutConnections();
      case PARTITIONS -> {
        traces.add(Trace.PARTITIONS);
        process.cutOff(world.skewed(2_000 * MS));
      }
      case ONE_WAY_LOSS -> loseTo(process);
      case CREDENTIALS -> {
        process.refuseCredentials(world.skewed(500 * MS));
      }
      default -> throw new IllegalStateException("not injected: " + fault);
    }
  }

  /** Nobody may believe for long that a process takes what is sent to it, nor it of the others. */
  private void loseTo(final SimulatedProcess process) {
    traces.add(Trace.ONE_WAY_LOSSES);
    final long durationNs = world.between(MS, 2_000 * MS);
    broker.loseTo(process.id, durationNs);
    final List<SimulatedProcess> peers =
        Arrays.stream(processes).filter(peer -> peer != null && peer != process).toList();
    // After another loss an acknowledgement may come that was on its way before this one.
    if (durationNs > DEAF_NS
        && traces.get(Trace.ONE_WAY_LOSSES) == 1
        && LATE_FRAMES.stream().noneMatch(faults.kinds()::contains)) {
      world.after(
          DEAF_NS,
          () -> {
            for (final SimulatedProcess peer : peers) {
              if (!healed && (peer.believesIn(process) || process.believesIn(peer))) {
                violations.add("deaf: " + process.id + " gets nothing of " + peer.id);
              }
            }
          });
    }
  }

  private void heal() {
    healed = true;
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

  private boolean isWhole() {
    return Arrays.stream(processes).allMatch(process -> process != null && process.isWhole());
  }

  /** Until every request has ended and every key was forgotten. */
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
        processes.length == 1 || broker.maxPayloadBytes() >= Settings.MAX_MESSAGE_BYTES;
    for (final SimulatedProcess process : processes) {
      if (process == null || process.state() != SimulatedProcess.State.READY) {
        if (carries) {
          violations.add("whole: a node is not there long after healing");
        }
      } else if (process.carrierFault().contains("max_payload") == carries) {
        violations.add("whole: a node says of its carrier: " + process.carrierFault());
      } else {
        clients.probe(process, carries);
      }
    }
    final long endNs = world.nowNs() + 4 * settings.requestTimeoutNs();
    world.runUntil(() -> endNs);
    clients.judgeProbes(violations);
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
    clients.giveUp();
    recorder.judge(faults);
  }
}
