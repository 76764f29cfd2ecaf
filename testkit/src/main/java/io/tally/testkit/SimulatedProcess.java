package io.tally.testkit;

import io.tally.engine.internal.SteppedAgent;
import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import io.tally.transport.internal.ClusterLink;
import io.tally.transport.internal.NatsSession;
import io.tally.transport.internal.PlannedStop;
import java.util.List;

/**
 * One process of a simulated cluster, a node from its start to its end, with a main thread that
 * starts and stops it in the order of the launcher.
 */
final class SimulatedProcess {
  /** How far a process has come. */
  enum State {
    STARTING,
    READY,
    STOPPING,
    ENDED
  }

  private static final long MS = Settings.MS;
  private static final long POLL_NS = 2 * MS;
  private static final long CLOSE_NS = 1_000 * MS;

  private final World world;
  private final Settings settings;
  private final boolean cutsStops;
  private final Traces traces;
  private final ProcessListener listener;
  private final ProcessExecution execution;
  private final SimulatedNode node;
  private final ProcessEvents events;
  private final FrontDoor door;
  private final NodeData data;
  private final BrokerAccess broker;
  private final NatsSession session;
  private final SimulatedThread sessionThread;
  private final SimulatedThread main;
  private final ProcessStart start;
  private State state = State.STARTING;
  private long readyNs;
  private PlannedStop plannedStop;
  private boolean stopAsked;
  private int renewalsAsked;
  private boolean sessionClosed;

  SimulatedProcess(
      final World world,
      final Broker broker,
      final Settings settings,
      final Faults faults,
      final Traces traces,
      final List<String> violations,
      final int nodeIndex,
      final String seed,
      final long wallOffsetMs,
      final DataDirectory directory,
      final Load load,
      final ProcessListener listener) {
    this.world = world;
    this.settings = settings;
    this.traces = traces;
    this.listener = listener;
    final ProcessClock clock = new ProcessClock(world, wallOffsetMs);
    final long requestTimeoutNs = settings.drawRequestTimeoutNs(world);
    execution = new ProcessExecution(world, settings, faults, traces, clock);
    cutsStops = faults.kinds().contains(Fault.CUT_STOPS);
    data = new NodeData(world, settings, faults, traces, directory);
    node =
        new SimulatedNode(
            world,
            settings,
            execution,
            violations,
            nodeIndex,
            seed,
            requestTimeoutNs,
            data,
            load,
            listener);
    events = new ProcessEvents(node, traces, violations, this::noticeMain);
    door = new FrontDoor(this, settings.loopCount(), load, traces, violations);
    this.broker = new BrokerAccess(world, broker, execution, traces, violations);
    sessionThread = new SimulatedThread(world, execution, this::stepSession, 100_000);
    session =
        new NatsSession(
            NatsAddress.parse("nats://simulated:4222", NatsLogin.NONE),
            (address, clientListener) -> this.broker.connect(clientListener),
            node.minFrameBytes(),
            events,
            sessionThread,
            world::nextLong);
    start =
        new ProcessStart(
            settings,
            node,
            data,
            door,
            events,
            session,
            sessionThread,
            traces,
            () -> listener.onIncarnation(this));
    main = new SimulatedThread(world, execution, this::stepMain, POLL_NS);
    main.notice();
  }

  ProcessExecution execution() {
    return execution;
  }

  SimulatedNode node() {
    return node;
  }

  NodeData data() {
    return data;
  }

  FrontDoor door() {
    return door;
  }

  BrokerAccess broker() {
    return broker;
  }

  State state() {
    return state;
  }

  boolean isServing() {
    return state == State.READY;
  }

  /** Whether it has served for so long. */
  boolean hasServedFor(final long durationNs) {
    return isServing() && world.nowNs() - readyNs >= durationNs;
  }

  /** Whether it is ready, and knows all its peers to be and which lives their shards have. */
  boolean isWhole() {
    if (state != State.READY || !carrierFault().isEmpty() || !node.knowsAllShards()) {
      return false;
    }
    for (int peer = 0; peer < settings.nodeIds().size(); peer++) {
      if (peer != node.index && node.link().incarnation(peer) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether both are ready, and this one hands that one commands. */
  boolean believesIn(final SimulatedProcess peer) {
    return state == State.READY
        && peer.state == State.READY
        && node.link().incarnation(peer.node.index) == peer.node.incarnation();
  }

  /** Time since it was ready first; 0 if it never was. */
  long servedNs() {
    return readyNs == 0 ? 0 : world.nowNs() - readyNs;
  }

  /** Incarnation of the other process of its id for which it ends, or 0. */
  long fatalIncarnation() {
    return events.fatalIncarnation();
  }

  /** Why it is not ready although it serves, or an empty text. */
  String carrierFault() {
    return settings.nodeIds().size() == 1 ? "" : session.fault();
  }

  /** From now on nothing holds it up. */
  void heal() {
    broker.heal();
    execution.heal();
  }

  /** Hands a request over to one of its loops; false if the connection is refused. */
  boolean arrive(final Request request) {
    if (state == State.ENDED) {
      return false;
    }
    final int loop = world.nextInt(settings.loopCount());
    if (!door.arrive(request, loop, world.nextInt(FrontDoor.CONNECTIONS))) {
      return false;
    }
    node.wakeLoop(loop);
    return true;
  }

  private long stepMain() {
    final long nowNs = execution.nanoTime();
    // Between its mark and ready a process does not look.
    if (mustEnd() && state.ordinal() < State.STOPPING.ordinal() && !start.isMarked()) {
      beginStop(nowNs);
    }
    if (renewalsAsked > 0 && state == State.READY) {
      renewAShard();
    }
    if (state == State.READY) {
      data.advance();
    }
    if (state == State.STARTING) {
      advanceStart(nowNs);
    } else if (state == State.STOPPING && plannedStop.advance(nowNs)) {
      finish();
    }
    return state == State.ENDED || state == State.READY && !isBusy()
        ? SteppedAgent.NEVER
        : execution.clock().nanoTime() + POLL_NS;
  }

  private boolean mustEnd() {
    return stopAsked || events.isFatal();
  }

  private boolean isBusy() {
    return mustEnd() || renewalsAsked > 0 || data.isWriting();
  }

  private void noticeMain() {
    main.notice();
  }

  /** One of its shards is to lose its state, if it serves by then. */
  void askToRenewAShard() {
    renewalsAsked++;
    main.notice();
  }

  /** A snapshot is to be written, if it serves. */
  void askForSnapshot() {
    if (state == State.READY) {
      data.beginSnapshot(node);
      main.notice();
    }
  }

  private void renewAShard() {
    if (node.tryRenew(world.nextInt(Settings.SHARD_COUNT))) {
      traces.add(Trace.SHARDS_RENEWED);
      renewalsAsked--;
    }
  }

  private long stepSession() {
    if (sessionClosed) {
      return SteppedAgent.NEVER;
    }
    session.doWork(execution.nanoTime());
    return session.nextStepNs();
  }

  private void advanceStart(final long nowNs) {
    start.advance(nowNs);
    if (start.hasFailed()) {
      traces.add(Trace.FAILED_STARTS);
      end();
    } else if (start.isOver()) {
      readyNs = world.nowNs();
      state = State.READY;
      listener.onReady(this);
    }
  }

  /** Asks it to stop in good order. */
  void askToStop() {
    stopAsked = true;
    main.notice();
  }

  private void beginStop(final long nowNs) {
    if (node.engine() == null) {
      session.close();
      end();
      return;
    }
    if (events.isFatal()) {
      node.closeIngresses();
    }
    state = State.STOPPING;
    door.stopAccepting();
    final ClusterLink link = node.link();
    plannedStop =
        new PlannedStop(
                link == null ? List.of() : List.of(link),
                door::isDrained,
                node::abandonRequests,
                nowNs,
                drawDrainTimeoutNs())
            .beforeGoodbye(this::isSaved);
  }

  private long drawDrainTimeoutNs() {
    if (!cutsStops || world.chance(0.5)) {
      return Settings.DRAIN_TIMEOUT_NS;
    }
    if (world.chance(0.7)) {
      broker.mute();
    }
    return world.between(MS, 50 * MS);
  }

  /** One that was not ready, or gives way to another process, leaves everything as it was. */
  private boolean isSaved() {
    return readyNs == 0 || events.isFatal() || data.isStopSaved(node);
  }

  private void finish() {
    sessionClosed = true;
    if (!node.endThreads() || sessionThread.isRunning()) {
      return;
    }
    door.close();
    if (node.link() != null) {
      node.link().close();
    }
    session.close();
    // Its executor ends when the last clients have written what they could.
    execution.block(CLOSE_NS, () -> broker.openClientCount() == 0);
    if (!events.isFatal()) {
      traces.add(Trace.STOPS_IN_ORDER);
    }
    end();
  }

  /** Ends it at once. */
  void kill() {
    if (state != State.ENDED) {
      end();
    }
  }

  private void end() {
    state = State.ENDED;
    execution.end();
    broker.end();
    door.close();
    node.addTraces(traces);
    listener.onEnd(this);
  }
}
