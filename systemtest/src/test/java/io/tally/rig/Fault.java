package io.tally.rig;

import io.tally.system.NatsServer;
import io.tally.system.TallyJar;
import java.time.Duration;
import java.util.List;

/**
 * What the rig does to a cluster. Each fault lasts as long as it is told and is healed when its
 * action returns. A run in which none of a fault's traces was left proves nothing, and fails.
 */
enum Fault {
  NOTHING("nothing", List.of(), (c, node, ms) -> Hold.forMs(ms)),
  KILL_NODE(
      "kill -9 of a node, restart",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.kill(node);
        Hold.forMs(ms);
        c.launch(node);
      }),
  TERMINATE_NODE(
      "SIGTERM of a node, restart",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.terminate(node);
        Hold.forMs(ms);
        c.launch(node);
      }),
  STOP_NODE(
      "SIGSTOP of a node",
      List.of(Trace.RETRIES, Trace.SILENCE),
      (c, node, ms) -> {
        c.stop(node);
        Hold.forMs(ms);
        c.goOn(node);
      }),
  STOP_NATS(
      "SIGSTOP of nats-server",
      List.of(Trace.RETRIES, Trace.DISCONNECTS),
      (c, node, ms) -> {
        final NatsServer nats = c.nats().busiest();
        nats.child().signal("STOP");
        Hold.forMs(ms);
        nats.child().signal("CONT");
      }),
  KILL_NATS(
      "kill -9 of nats-server, restart",
      List.of(Trace.RECONNECTS),
      (c, node, ms) -> {
        final NatsServer nats = c.nats().busiest();
        nats.child().signal("KILL");
        Hold.forMs(ms);
        nats.restart();
      }),
  MAINTENANCE(
      "maintenance of a nats-server: clients sent away, end, restart",
      List.of(Trace.RECONNECTS),
      (c, node, ms) -> {
        final NatsServer nats = c.nats().busiest();
        RigNats.retire(nats);
        Hold.forMs(ms);
        nats.restart();
      }),
  CREDENTIALS(
      "credentials change, and back",
      List.of(Trace.DISCONNECTS),
      (c, node, ms) -> {
        c.nats().changePassword();
        Hold.forMs(ms);
        c.nats().restorePassword();
      }),
  ROLLING_RESTART(
      "SIGTERM and restart of each node in turn",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> c.restartEach(node, TallyJar.packaged(), ms)),
  UPGRADE_FROM_OLDEST(
      "SIGTERM of each node in turn, restart from the oldest jar; the same back to this one",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.restartEach(node, TallyJar.oldest(), ms);
        c.restartEach(node, TallyJar.packaged(), ms);
      }),
  UPGRADE(
      "SIGTERM of each node in turn, restart from the jar before; the same back to this one",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.restartEach(node, TallyJar.before(), ms);
        c.restartEach(node, TallyJar.packaged(), ms);
      }),
  NEXT_BUILD(
      "SIGTERM of each node in turn, restart from a jar of another version; the same back",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        try (NextBuild next = new NextBuild()) {
          c.restartEach(node, next.jar(), ms);
          c.restartEach(node, TallyJar.packaged(), ms);
        }
      }),
  KILL_RESUMED(
      "SIGTERM and restart of a node, then kill -9, restart",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.terminate(node);
        c.launch(node);
        Hold.forMs(ms);
        c.kill(node);
        c.launch(node);
      }),
  LAST_ANSWERS(
      "SIGTERM of a node whose last answers get lost, restart",
      List.of(Trace.RETRIES),
      (c, node, ms) -> {
        c.seclude(node);
        final FaultProxy proxy = c.proxy(node);
        proxy.toServer().hold();
        Hold.forMs(ms);
        c.terminate(node);
        proxy.reset();
        proxy.heal();
        c.launch(node);
        // Requests of other nodes that it had applied come again, and get the answer of that time.
        c.awaitTrace(node, Trace.DUPLICATES);
      }),
  CLOCK_BACK(
      "kill -9 of a node, restart with its clock set back by 1 h",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.kill(node);
        c.clock(node).setBack(Duration.ofHours(1));
        Hold.forMs(ms);
        c.launch(node);
      }),
  CLOCK_STEPS(
      "the clock of a running node is set 1 h back, 2 h ahead, and right",
      List.of(),
      (c, node, ms) -> {
        for (final int hoursBack : new int[] {1, -2, 1}) {
          c.stepClock(node, Duration.ofHours(-hoursBack));
          Hold.forMs(ms);
        }
      }),
  FULL_DISK(
      "SIGTERM of a node whose disk is full, restart",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        c.terminate(node);
        c.launchOnSmallDisk(node);
        Hold.forMs(ms);
        c.terminateUnsaved(node);
        c.launch(node);
      }),
  CLOCK_OVER_RESTART(
      "SIGTERM of a node and restart with its clock 1 h back, 1 h ahead, and right; of another",
      List.of(Trace.NO_OWNER, Trace.INCARNATION),
      (c, node, ms) -> {
        for (final int hoursBack : new int[] {1, -2, 1}) {
          c.terminate(node);
          c.clock(node).setBack(Duration.ofHours(hoursBack));
          c.launch(node);
          Hold.forMs(ms);
        }
        // Its clock was right all along, but it knows incarnations that were made of the wrong one.
        c.restart((node + 1) % c.nodeCount());
      }),
  PARTITION(
      "partition of a node",
      List.of(Trace.RETRIES, Trace.SILENCE),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toServer().hold();
        proxy.toClient().hold();
        Hold.forMs(ms);
        proxy.heal();
      }),
  PARTITION_TO_SERVER(
      "partition, node to server only",
      List.of(Trace.RETRIES, Trace.SILENCE),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toServer().hold();
        Hold.forMs(ms);
        proxy.heal();
      }),
  PARTITION_TO_NODE(
      "partition, server to node only",
      List.of(Trace.RETRIES, Trace.SILENCE),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toClient().hold();
        Hold.forMs(ms);
        proxy.heal();
      }),
  BLACK_HOLE(
      "black hole, then reset",
      List.of(Trace.RECONNECTS),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toServer().hold();
        proxy.toClient().hold();
        Hold.forMs(ms);
        proxy.reset();
        proxy.heal();
      }),
  FLAPPING(
      "partition, flapping, 250 of every 400 ms",
      List.of(Trace.RETRIES),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        for (long passedMs = 0; passedMs < ms; passedMs += 400) {
          proxy.toServer().hold();
          proxy.toClient().hold();
          // Longer than the 200 ms after which a request is sent again, or no trace is certain.
          Hold.forMs(250);
          proxy.heal();
          Hold.forMs(150);
        }
      }),
  CUT(
      "connections cut again and again",
      List.of(Trace.RECONNECTS),
      (c, node, ms) -> {
        for (long passedMs = 0; passedMs < ms; passedMs += 400) {
          c.proxy((node + (int) (passedMs / 400)) % c.nodeCount()).cut();
          Hold.forMs(400);
        }
      }),
  RESET(
      "connections reset again and again",
      List.of(Trace.RECONNECTS),
      (c, node, ms) -> {
        for (long passedMs = 0; passedMs < ms; passedMs += 400) {
          c.proxy(node).reset();
          Hold.forMs(400);
        }
      }),
  HALF_OPEN(
      "connection half open",
      List.of(Trace.RECONNECTS, Trace.RETRIES),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.leaveHalfOpen();
        Hold.forMs(ms);
      }),
  SLOW_READER(
      "slow reader",
      List.of(Trace.RETRIES, Trace.STALLS),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toClient().throttle(10_000);
        Hold.forMs(ms);
        proxy.heal();
      }),
  DELAY(
      "delay of up to 300 ms, both ways",
      List.of(Trace.RETRIES, Trace.DUPLICATES),
      (c, node, ms) -> {
        final FaultProxy proxy = c.proxy(node);
        proxy.toServer().delay(300);
        proxy.toClient().delay(300);
        Hold.forMs(ms);
        proxy.heal();
      }),
  DUPLICATE(
      "every frame twice",
      List.of(Trace.DUPLICATES),
      (c, node, ms) -> {
        try (Replayer replayer = new Replayer(c.nats().of(0), true)) {
          replayer.listen(ms);
        }
      }),
  REPLAY(
      "all frames again much later",
      List.of(Trace.DUPLICATES, Trace.STALE),
      (c, node, ms) -> {
        try (Replayer replayer = new Replayer(c.nats().of(0), false)) {
          replayer.listen(ms);
          replayer.replay(subject -> subject);
          replayer.replay(subject -> subject);
        }
      }),
  REPLAY_TO_SUCCESSOR(
      "all frames again, to a restarted node",
      List.of(Trace.WRONG_INCARNATION, Trace.FRAMES_REFUSED),
      (c, node, ms) -> {
        final String id = RigCluster.nodeId(node);
        try (Replayer replayer = new Replayer(c.nats().of(0), false)) {
          replayer.listen(ms);
          c.kill(node);
          c.launch(node);
          final List<Launch> launches = c.launches(id);
          final long successor = launches.get(launches.size() - 1).incarnation();
          final String start = RigCluster.PREFIX + ".node." + id + ".";
          replayer.replay(s -> s.startsWith(start) ? start + successor : s);
        }
      });

  /** Does something to a cluster. */
  @FunctionalInterface
  interface Action {
    /**
     * Returns when it is healed.
     *
     * @param cluster to be damaged.
     * @param node that is hit, where one is.
     * @param durationMs of the fault.
     */
    void run(RigCluster cluster, int node, long durationMs);
  }

  /** Two pings of two seconds unanswered, and the one that is due. */
  private static final long MAX_SILENCE_MS = 6_000;

  private final String title;
  private final List<Trace> traces;
  private final Action action;

  Fault(final String title, final List<Trace> traces, final Action action) {
    this.title = title;
    this.traces = traces;
    this.action = action;
  }

  String title() {
    return title;
  }

  /** At least one of these grows, if there are any. */
  List<Trace> traces() {
    return traces;
  }

  Action action() {
    return action;
  }

  /**
   * Whether copies of requests certainly arrive after it that were sent before or meanwhile. A node
   * that is cut off for longer than its pings allow gives its connection up, with all that is in
   * it.
   */
  boolean holdsBack(final long durationMs) {
    return switch (this) {
      case STOP_NODE, STOP_NATS -> true;
      case PARTITION, PARTITION_TO_SERVER, PARTITION_TO_NODE -> durationMs <= MAX_SILENCE_MS;
      default -> false;
    };
  }

  /** Whether it brings frames to a process for which they were not meant. */
  boolean misroutes() {
    return this == REPLAY_TO_SUCCESSOR;
  }
}
