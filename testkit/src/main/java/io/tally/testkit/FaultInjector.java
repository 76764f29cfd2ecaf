package io.tally.testkit;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Does to a cluster from outside what the faults of its history want, one after the other. */
final class FaultInjector {
  /** Launches processes beside those of the cluster. */
  interface Newcomers {
    /** A twin has the cluster's settings, a stranger has others. */
    void launch(boolean isTwin, int node);
  }

  private static final long MS = Settings.MS;

  /** Within this time it is known that what is sent to a process is lost. */
  private static final long DEAF_NS = 1_000 * MS;

  /**
   * Faults with which a process may get frames late, or stand still and go on with an old view of
   * its peers, so that a peer may be believed in for longer.
   */
  private static final Set<Fault> LATE_FRAMES =
      EnumSet.of(Fault.PARTITIONS, Fault.MISTAKEN_PEERS, Fault.PAUSES, Fault.STALLS);

  private static final Set<Fault> FROM_OUTSIDE =
      EnumSet.of(
          Fault.PAUSES,
          Fault.SUSPENSIONS,
          Fault.KILLS,
          Fault.PLANNED_STOPS,
          Fault.SNAPSHOTS,
          Fault.LOST_SHARDS,
          Fault.TWINS,
          Fault.STRANGERS,
          Fault.BROKER_RESTARTS,
          Fault.CONNECTION_CUTS,
          Fault.PARTITIONS,
          Fault.ONE_WAY_LOSS,
          Fault.CREDENTIALS,
          Fault.PAYLOAD_LIMITS,
          Fault.WALL_CLOCKS);

  private final World world;
  private final long[] payloadLimits;
  private final Faults faults;
  private final Broker broker;
  private final Traces traces;
  private final List<String> violations;
  private final SimulatedProcess[] processes;
  private final Newcomers newcomers;
  private final List<Fault> outside;
  private final long[] wallOffsetsMs;
  private boolean ended;

  FaultInjector(
      final World world,
      final Settings settings,
      final Faults faults,
      final Broker broker,
      final Traces traces,
      final List<String> violations,
      final SimulatedProcess[] processes,
      final Newcomers newcomers) {
    this.world = world;
    payloadLimits = settings.payloadLimits();
    this.faults = faults;
    this.broker = broker;
    this.traces = traces;
    this.violations = violations;
    this.processes = processes;
    this.newcomers = newcomers;
    outside = FROM_OUTSIDE.stream().filter(faults.kinds()::contains).toList();
    wallOffsetsMs = new long[processes.length];
  }

  void drawWallClock(final int node) {
    if (faults.kinds().contains(Fault.WALL_CLOCKS)) {
      wallOffsetsMs[node] = drawWallOffsetMs();
    }
  }

  /** How wrong the wall clock of a node's machine is. */
  long wallOffsetMs(final int node) {
    return wallOffsetsMs[node];
  }

  /** Some hours, or some days: farther than an incarnation may be ahead of all clocks. */
  private long drawWallOffsetMs() {
    final long hours = world.chance(0.5) ? 2 : 120;
    return world.between(-hours * 3_600_000, hours * 3_600_000);
  }

  void beginAfter(final long delayNs) {
    if (!outside.isEmpty()) {
      world.after(delayNs, this::inject);
    }
  }

  void end() {
    ended = true;
  }

  private void inject() {
    if (ended) {
      return;
    }
    inject(outside.get(world.nextInt(outside.size())), world.nextInt(processes.length));
    world.after(world.between(1, 2 * faults.eventIntervalNs()), this::inject);
  }

  private void inject(final Fault fault, final int node) {
    final SimulatedProcess process = processes[node];
    switch (fault) {
      case TWINS -> {
        traces.add(Trace.TWINS);
        newcomers.launch(true, node);
      }
      case STRANGERS -> {
        traces.add(Trace.STRANGERS);
        newcomers.launch(false, node);
      }
      case BROKER_RESTARTS -> {
        if (broker.isUp()) {
          broker.restart(world.skewed(2_000 * MS), broker.maxPayloadBytes());
        }
      }
      case PAYLOAD_LIMITS -> {
        if (broker.isUp()) {
          broker.restart(world.skewed(50 * MS), payloadLimits[world.nextInt(payloadLimits.length)]);
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

  /**
   * Sets the wall clock of a node's machine while its process runs, or kills the process, so that
   * its next start may have a lower incarnation than the last.
   */
  private void setWallClock(final int node) {
    final long byMs = drawWallOffsetMs() - wallOffsetsMs[node];
    wallOffsetsMs[node] += byMs;
    if (byMs < 0) {
      traces.add(Trace.WALL_CLOCKS_BACK);
    }
    if (processes[node] != null) {
      if (world.chance(0.5)) {
        processes[node].execution().clock().moveWallClock(byMs);
      } else {
        processes[node].kill();
      }
    }
  }

  private void inject(final Fault fault, final SimulatedProcess process) {
    switch (fault) {
      case PAUSES -> process.execution().stop();
      case SUSPENSIONS -> process.execution().suspend();
      case KILLS -> {
        traces.add(Trace.KILLS);
        process.kill();
      }
      case PLANNED_STOPS -> process.askToStop();
      case SNAPSHOTS -> process.askForSnapshot();
      case LOST_SHARDS -> process.askToRenewAShard();
      case CONNECTION_CUTS -> process.broker().cutConnections();
      case PARTITIONS -> {
        traces.add(Trace.PARTITIONS);
        process.broker().cutOff(world.skewed(2_000 * MS));
      }
      case ONE_WAY_LOSS -> loseTo(process);
      case CREDENTIALS -> {
        process.broker().refuseCredentials(world.skewed(500 * MS));
      }
      default -> throw new IllegalStateException("not injected: " + fault);
    }
  }

  /**
   * Loses what is sent to one process. Soon its peers must not hand it anything any more, nor it
   * them, since it hears no acknowledgements.
   */
  private void loseTo(final SimulatedProcess process) {
    traces.add(Trace.ONE_WAY_LOSSES);
    final long durationNs = world.between(MS, 2_000 * MS);
    broker.loseTo(process.node().id, durationNs);
    final List<SimulatedProcess> peers =
        Arrays.stream(processes).filter(peer -> peer != null && peer != process).toList();
    // Only of the first loss: after another one an acknowledgement may arrive that was on its way
    // before this loss began.
    if (durationNs > DEAF_NS
        && traces.get(Trace.ONE_WAY_LOSSES) == 1
        && LATE_FRAMES.stream().noneMatch(faults.kinds()::contains)) {
      world.after(
          DEAF_NS,
          () -> {
            for (final SimulatedProcess peer : peers) {
              if (!ended && (peer.believesIn(process) || process.believesIn(peer))) {
                violations.add("deaf: " + process.node().id + " gets nothing of " + peer.node().id);
              }
            }
          });
    }
  }
}
