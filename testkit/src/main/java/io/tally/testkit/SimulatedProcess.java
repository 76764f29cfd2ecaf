package io.tally.testkit;

import io.tally.counter.CounterProxy;
import io.tally.engine.EngineContext;
import io.tally.engine.EngineCounter;
import io.tally.engine.EngineThreads;
import io.tally.engine.IdempotencyLimit;
import io.tally.engine.NodeLink;
import io.tally.engine.ShardEngine;
import io.tally.engine.SteppedAgent;
import io.tally.transport.CarrierStatus;
import io.tally.transport.ClusterLink;
import io.tally.transport.FrameRefusal;
import io.tally.transport.Incarnation;
import io.tally.transport.LinkContext;
import io.tally.transport.LinkCounter;
import io.tally.transport.LinkListener;
import io.tally.transport.LinkSettings;
import io.tally.transport.LinkWitness;
import io.tally.transport.NatsAddress;
import io.tally.transport.NatsClient;
import io.tally.transport.NatsLogin;
import io.tally.transport.NatsSession;
import io.tally.transport.NodeStart;
import io.tally.transport.PeerStatus;
import io.tally.transport.PlannedStop;
import io.tally.transport.StartState;
import io.tally.transport.WallClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One process of a simulated cluster, a node from its start to its end: event loops, a link thread,
 * and a main thread that starts and stops it in the order of the launcher.
 */
final class SimulatedProcess implements LinkListener {
  /** How far a process has come. */
  enum State {
    STARTING,
    SETTLING,
    MEETING,
    READY,
    STOPPING,
    ENDED
  }

  private static final long MS = Settings.MS;
  private static final long POLL_NS = 2 * MS;
  private static final long CLOSE_NS = 1_000 * MS;
  private static final int MAX_PAUSES = 6;
  private static final long MAX_SUSPENSION_NS = 200 * MS;
  private static final int MAX_STALLS = 12;

  final int node;
  final String id;
  private final World world;
  private final Settings settings;
  private final Faults faults;
  private final Traces traces;
  private final List<String> violations;
  private final ProcessClock clock;
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final NatsSession session;
  private final SimulatedThread carrierThread;
  private final String seed;
  private final ProcessListener listener;
  private final FrontDoor door;
  private final Counters counters = new Counters(this);
  private final SimulatedThread main;
  private final SimulatedThread[] loops;
  private final SimulatedThread sender;
  private final IdempotencyLimit keyLimit;
  private final long requestTimeoutNs;
  private final LinkSettings linkSettings;
  private final List<Runnable> deferred = new ArrayList<>();
  private State state = State.STARTING;
  private ClusterLink link;
  private LinkWitness witness;
  private ShardEngine engine;
  private final WallClock wallClock = new WallClock(this::epochMillis);
  private long incarnation;
  private long bornStamp;
  private long untilNs;
  private long fatalIncarnation;
  private PlannedStop plannedStop;
  private boolean stopAsked;
  private boolean abandoning;
  private boolean threadsEnd;
  private boolean sessionClosed;
  private boolean connecting;
  private boolean paused;
  private long pausedUntilNs;
  private int pauses;
  private int stalls;
  private int callsToPause;
  private int callsToStall;
  private boolean healed;
  private long refusedUntilNs;
  private long cutOffUntilNs;

  SimulatedProcess(
      final World world,
      final Broker broker,
      final Settings settings,
      final Faults faults,
      final Traces traces,
      final List<String> violations,
      final int node,
      final String seed,
      final long wallOffsetMs,
      final FrontDoor.Answers answers,
      final ProcessListener listener) {
    this.world = world;
    this.settings = settings;
    this.faults = faults;
    this.traces = traces;
    this.violations = violations;
    this.node = node;
    this.seed = seed;
    this.listener = listener;
    id = settings.nodeIds().get(node);
    clock = new ProcessClock(world, wallOffsetMs);
    requestTimeoutNs = settings.drawRequestTimeoutNs(world);
    linkSettings = Settings.link(requestTimeoutNs);
    keyLimit = new IdempotencyLimit(settings.maxKeysOfProcess());
    callsToPause = draw(faults.pauseCalls());
    callsToStall = draw(faults.stallCalls());
    door = new FrontDoor(this, settings.loopCount(), answers, traces, violations);
    carrierThread = new SimulatedThread(world, this, this::stepSession, 100_000);
    session =
        new NatsSession(
            NatsAddress.parse("nats://simulated:4222", NatsLogin.NONE),
            (address, clientListener) -> connect(broker, clientListener),
            linkSettings.minFrameBytes(),
            new CarrierListener(),
            carrierThread,
            world::nextLong);
    main = new SimulatedThread(world, this, this::stepMain, POLL_NS);
    sender = new SimulatedThread(world, this, this::stepSender, 400_000);
    loops = new SimulatedThread[settings.loopCount()];
    for (int i = 0; i < loops.length; i++) {
      final int loop = i;
      loops[i] = new SimulatedThread(world, this, () -> stepLoop(loop), 100_000);
    }
    main.notice();
  }

  private int draw(final int meanCalls) {
    return meanCalls == 0 ? Integer.MAX_VALUE : 1 + world.nextInt(2 * meanCalls);
  }

  long requestTimeoutNs() {
    return requestTimeoutNs;
  }

  /** How long a request may wait unread: as long as every owner's keys allow. */
  long unreadTimeoutNs() {
    return link == null
        ? requestTimeoutNs
        : Math.min(requestTimeoutNs, link.shortestRequestTimeoutNs());
  }

  ProcessClock clock() {
    return clock;
  }

  FrontDoor door() {
    return door;
  }

  Counters counters() {
    return counters;
  }

  ShardEngine engine() {
    return engine;
  }

  /** Null where there are no other nodes, and before the start. */
  ClusterLink link() {
    return link;
  }

  long openClientCount() {
    return clients.stream().filter(SimulatedClient::isOpen).count();
  }

  int subscriptionCount() {
    return clients.stream()
        .filter(SimulatedClient::isOpen)
        .mapToInt(SimulatedClient::subscriptionCount)
        .sum();
  }

  String seed() {
    return seed;
  }

  /** Keys remembered, and places held ready for others. */
  long keyPlaces() {
    return keyLimit.acquired();
  }

  State state() {
    return state;
  }

  /** Whether it is ready and knows all its peers to be. */
  boolean isWhole() {
    if (state != State.READY || !carrierFault().isEmpty()) {
      return false;
    }
    for (int peer = 0; peer < settings.nodeIds().size(); peer++) {
      if (peer != node && link.incarnation(peer) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether both are ready, and this one hands that one commands. */
  boolean believesIn(final SimulatedProcess peer) {
    return state == State.READY
        && peer.state == State.READY
        && link.incarnation(peer.node) == peer.incarnation;
  }

  long incarnation() {
    return incarnation;
  }

  long bornStamp() {
    return bornStamp;
  }

  /** Incarnation of the other process of its id for which it ends, or 0. */
  long fatalIncarnation() {
    return fatalIncarnation;
  }

  boolean hasEnded() {
    return state == State.ENDED;
  }

  boolean isServing() {
    return state == State.READY;
  }

  /** Whether it was ever paused or stalled, so that its times say little. */
  boolean wasHeldUp() {
    return pauses > 0 || stalls > 0;
  }

  /** Reads the monotonic clock, as the process does. */
  long nanoTime() {
    touch();
    return clock.nanoTime();
  }

  private long epochMillis() {
    final long read = clock.epochMillis();
    touch();
    return read;
  }

  // Pauses

  /** Called wherever the process calls something: it may stand still here, and it may end here. */
  void touch() {
    if (state == State.ENDED) {
      throw new ProcessEnded();
    }
    if (healed) {
      return;
    }
    if (--callsToPause == 0) {
      callsToPause = draw(faults.pauseCalls());
      if (!paused && pauses < MAX_PAUSES) {
        pause();
      }
    }
    if (--callsToStall == 0) {
      callsToStall = draw(faults.stallCalls());
      if (stalls < MAX_STALLS) {
        stalls++;
        traces.add(Trace.STALLS);
        block(world.skewed(settings.requestTimeoutNs()), () -> healed);
      }
    }
  }

  private void pause() {
    beginPause(drawPauseNs());
    world.runUntil(() -> pausedUntilNs);
    resume();
    if (state == State.ENDED) {
      throw new ProcessEnded();
    }
  }

  /** Stops it at any moment, also while it does nothing. */
  void stop() {
    if (!paused && !healed && state != State.ENDED) {
      stop(drawPauseNs());
    }
  }

  /** Once in its life, and for less than the bound by which what is late is settled. */
  void suspend() {
    if (!paused && !healed && state != State.ENDED && clock.standStill()) {
      traces.add(Trace.SUSPENSIONS);
      stop(world.between(MS, MAX_SUSPENSION_NS));
    }
  }

  private void stop(final long durationNs) {
    beginPause(durationNs);
    resumeAfter(durationNs);
  }

  private void resumeAfter(final long durationNs) {
    final int pause = pauses;
    world.after(
        durationNs,
        () -> {
          if (paused && pause == pauses) {
            resume();
          }
        });
  }

  private long drawPauseNs() {
    return world.chance(0.5)
        ? world.skewed(faults.maxPauseNs())
        : world.between(faults.maxPauseNs() / 2, faults.maxPauseNs());
  }

  private void beginPause(final long durationNs) {
    pauses++;
    traces.add(Trace.PAUSES);
    if (durationNs > settings.idempotencyWindowNs() + 2 * settings.settleNs()) {
      traces.add(Trace.WINDOWS_OUTLIVED);
    }
    if (durationNs > Settings.SILENCE_TIMEOUT_NS) {
      traces.add(Trace.SILENCES_OUTLIVED);
    }
    paused = true;
    pausedUntilNs = world.nowNs() + durationNs;
  }

  private void resume() {
    paused = false;
    clock.goOn();
    final List<Runnable> due = List.copyOf(deferred);
    deferred.clear();
    due.forEach(action -> after(world.nextInt(100_000), action));
  }

  /** The calling thread waits, the others go on. */
  void block(final long limitNs, final BooleanSupplier condition) {
    final long limit = world.nowNs() + limitNs;
    world.runUntil(() -> condition.getAsBoolean() ? world.nowNs() : limit);
    if (state == State.ENDED) {
      throw new ProcessEnded();
    }
  }

  /** Lets the process do something later: not while it stands still, and not after its end. */
  void after(final long delayNs, final Runnable action) {
    world.after(delayNs, () -> act(action));
  }

  private void act(final Runnable action) {
    if (paused) {
      deferred.add(action);
    } else if (state != State.ENDED) {
      action.run();
    }
  }

  /** From now on nothing holds it up. */
  void heal() {
    healed = true;
    refusedUntilNs = 0;
    cutOffUntilNs = 0;
    if (paused) {
      pausedUntilNs = world.nowNs();
      resumeAfter(1);
    }
  }

  // The broker's side

  boolean areCredentialsRefused() {
    return world.nowNs() < refusedUntilNs;
  }

  void refuseCredentials(final long durationNs) {
    refusedUntilNs = world.nowNs() + durationNs;
    clients.forEach(SimulatedClient::cutConnection);
  }

  void cutConnections() {
    clients.forEach(SimulatedClient::cutConnection);
  }

  boolean isCutOff() {
    return world.nowNs() < cutOffUntilNs;
  }

  void cutOff(final long durationNs) {
    cutOffUntilNs = world.nowNs() + durationNs;
    clients.forEach(client -> client.stall(durationNs));
  }

  // Start and stop

  /** Asks it to stop in good order. */
  void askToStop() {
    stopAsked = true;
    main.notice();
  }

  /** Ends it at once. */
  void kill() {
    if (state != State.ENDED) {
      end();
    }
  }

  private void end() {
    state = State.ENDED;
    clients.forEach(SimulatedClient::finish);
    door.close();
    for (final EngineCounter counter : EngineCounter.values()) {
      final Trace trace = traceOf(counter);
      if (trace != null && engine != null) {
        traces.add(trace, engine.stats().stream().mapToLong(stats -> stats.get(counter)).sum());
      }
    }
    for (final LinkCounter counter : LinkCounter.values()) {
      final Trace trace = traceOf(counter);
      if (trace != null && link != null) {
        traces.add(trace, link.counters().get(counter));
      }
    }
    listener.onEnd(this);
  }

  private static Trace traceOf(final EngineCounter counter) {
    return switch (counter) {
      case EXPIRED -> Trace.LATE_COPIES_REFUSED;
      case LANE_RETRIES -> Trace.COPIES_SENT_AGAIN;
      case LANE_DUPLICATES -> Trace.COPIES_ANSWERED_FROM_LANES;
      case IDEMPOTENT_REPLAYS -> Trace.KEYS_REPLAYED;
      default -> null;
    };
  }

  private static Trace traceOf(final LinkCounter counter) {
    return switch (counter) {
      case PEERS_SILENT -> Trace.PEERS_SILENT;
      case WINDOW_STALLS -> Trace.WINDOW_STALLS;
      case FRAMES_HELD -> Trace.FRAMES_HELD;
      case MESSAGES_DROPPED -> Trace.MESSAGES_DROPPED;
      case FRAMES_DROPPED -> Trace.FRAMES_DROPPED;
      default -> null;
    };
  }

  private long stepMain() {
    final long nowNs = nanoTime();
    if ((stopAsked || fatalIncarnation != 0) && state.ordinal() < State.STOPPING.ordinal()) {
      beginStop(nowNs);
    }
    switch (state) {
      case STARTING -> connect(nowNs);
      case SETTLING -> settle(nowNs);
      case MEETING -> meet(nowNs);
      case STOPPING -> {
        if (plannedStop.advance(nowNs)) {
          finish();
        }
      }
      default -> {}
    }
    return state == State.READY || state == State.ENDED
        ? SteppedAgent.NEVER
        : clock.nanoTime() + POLL_NS;
  }

  private NatsClient connect(final Broker broker, final NatsClient.Listener clientListener) {
    final SimulatedClient client = new SimulatedClient(world, broker, this, traces, clientListener);
    clients.add(client);
    return client;
  }

  private void connect(final long nowNs) {
    if (settings.nodeIds().size() == 1) {
      incarnation = newIncarnation();
      listener.onIncarnation(this);
      launchEngine();
      state = State.READY;
    } else if (!connecting) {
      connecting = true;
      untilNs = nowNs + Settings.START_TIMEOUT_NS;
      carrierThread.notice();
    } else if (session.isConnected()) {
      incarnation = newIncarnation();
      launchLink();
    } else if (nowNs - untilNs >= 0) {
      failStart();
    }
  }

  private long stepSession() {
    if (sessionClosed) {
      return SteppedAgent.NEVER;
    }
    session.doWork(nanoTime());
    return session.nextStepNs();
  }

  private void failStart() {
    traces.add(Trace.FAILED_STARTS);
    end();
  }

  private long newIncarnation() {
    return Incarnation.of(wallClock.time(), world.nextLong());
  }

  private void launchLink() {
    listener.onIncarnation(this);
    witness = new LinkWitness(linkSettings, violations::add);
    try {
      link =
          ClusterLink.launch(
              settings.cluster(seed),
              new NodeStart("sim", id, incarnation, settings.loopCount()),
              linkSettings,
              new LinkContext(
                  new PausingCarrier(this, session, witness),
                  this::nanoTime,
                  wallClock,
                  loops[0],
                  sender,
                  this));
      witness.attach(link);
      state = State.SETTLING;
    } catch (final IOException refused) {
      failStart();
    }
  }

  private void settle(final long nowNs) {
    link.receiver().doWork(nowNs);
    link.sender().doWork(nowNs);
    final StartState start = link.startState(nowNs);
    if (start.knownIncarnation() >= incarnation) {
      traces.add(Trace.INCARNATIONS_RAISED);
      link.close();
      wallClock.onKnownIncarnation(start.knownIncarnation());
      incarnation = Incarnation.above(start.knownIncarnation(), world.nextLong());
      launchLink();
    } else if (start.listened()) {
      launchEngine();
      untilNs = nowNs + Settings.START_TIMEOUT_NS;
      state = State.MEETING;
    }
  }

  private void launchEngine() {
    engine =
        new ShardEngine(
            new EngineContext()
                .cluster(settings.cluster(seed))
                .settings(settings.engine(requestTimeoutNs))
                .nodeId(id)
                .incarnation(incarnation)
                .idempotencyLimit(keyLimit)
                .random(world::nextLong)
                .services(counters)
                .faultHandler((shardId, fault) -> violations.add("fault: " + fault))
                .link(link == null ? NodeLink.NONE : new PausingLink(this, link, witness))
                .clock(this::nanoTime)
                .threads(EngineThreads.ofLoops(loops)));
    for (int loop = 0; loop < loops.length; loop++) {
      door.serve(loop, new CounterProxy(engine.ingress(loop)), clock.nanoTime());
    }
    bornStamp = world.stamp();
    if (link != null) {
      link.attach(new PausingInbound(this, engine.inbound(), witness));
    }
    for (final SimulatedThread loop : loops) {
      loop.notice();
    }
    sender.notice();
  }

  private void meet(final long nowNs) {
    final StartState start = link.startState(nowNs);
    if (start.knownIncarnation() >= incarnation) {
      failStart();
    } else if ((start.missing().isEmpty() || nowNs - untilNs >= 0) && start.mayBecomeReady()) {
      link.markReady();
      state = State.READY;
    }
  }

  private void beginStop(final long nowNs) {
    if (engine == null) {
      session.close();
      end();
      return;
    }
    if (fatalIncarnation != 0) {
      for (int loop = 0; loop < loops.length; loop++) {
        engine.ingress(loop).close();
      }
    }
    state = State.STOPPING;
    door.stopAccepting();
    plannedStop =
        new PlannedStop(
            link == null ? List.of() : List.of(link),
            door::isDrained,
            this::abandonRequests,
            nowNs,
            Settings.DRAIN_TIMEOUT_NS);
  }

  private void abandonRequests() {
    abandoning = true;
    for (final SimulatedThread loop : loops) {
      loop.notice();
    }
  }

  private void finish() {
    threadsEnd = true;
    sessionClosed = true;
    if (carrierThread.isRunning()
        || sender.isRunning()
        || Arrays.stream(loops).anyMatch(SimulatedThread::isRunning)) {
      return;
    }
    door.close();
    if (link != null) {
      link.close();
    }
    session.close();
    // Its executor ends when the last clients have written what they could.
    block(CLOSE_NS, () -> clients.stream().noneMatch(SimulatedClient::isOpen));
    if (fatalIncarnation == 0) {
      traces.add(Trace.STOPS_IN_ORDER);
    }
    end();
  }

  // Stepping

  private long stepLoop(final int loop) {
    if (engine == null || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    door.poll(loop);
    final long nowNs = nanoTime();
    final boolean receives = loop == 0 && link != null;
    if (receives) {
      link.receiver().doWork(nowNs);
    }
    engine.ingress(loop).doWork(nowNs);
    engine.shardAgent(loop).doWork(nowNs);
    if (abandoning) {
      engine.ingress(loop).abandonAll();
    }
    door.tick(loop, nowNs);
    long nextNs = door.nextTickNs(loop);
    if (receives) {
      nextNs = Math.min(nextNs, link.receiver().nextStepNs());
    }
    nextNs = Math.min(nextNs, engine.ingress(loop).nextStepNs());
    return Math.min(nextNs, engine.shardAgent(loop).nextStepNs());
  }

  private long stepSender() {
    if (engine == null || link == null || threadsEnd) {
      return SteppedAgent.NEVER;
    }
    link.sender().doWork(nanoTime());
    return link.sender().nextStepNs();
  }

  void wakeLoop(final int loop) {
    loops[loop].notice();
  }

  /** Hands a request over to one of its loops; false if the connection is refused. */
  boolean arrive(final Request request) {
    if (state == State.ENDED) {
      return false;
    }
    final int loop = world.nextInt(loops.length);
    if (!door.arrive(request, loop, world.nextInt(FrontDoor.CONNECTIONS))) {
      return false;
    }
    loops[loop].notice();
    return true;
  }

  void onCommand(final String subject, final long deadlineNs) {
    listener.onCommand(subject, deadlineNs);
  }

  /** A frame was published that is longer than its connection takes. */
  void onTooLong() {
    violations.add("payload: a frame was published that is longer than its connection takes");
  }

  /** Why it is not ready although it serves, or an empty text. */
  String carrierFault() {
    return settings.nodeIds().size() == 1 ? "" : session.fault();
  }

  // What the link says

  @Override
  public void onPeerStatus(
      final String nodeId, final long otherIncarnation, final PeerStatus status) {
    witness.onPeerStatus(nodeId, otherIncarnation, status);
  }

  @Override
  public void onPeerRefused(
      final String nodeId, final long otherIncarnation, final FrameRefusal reason) {
    traces.add(Trace.STRANGERS_REFUSED);
  }

  @Override
  public void onAlreadyRunning(final long otherIncarnation) {
    traces.add(Trace.TWINS_GIVEN_WAY);
    onFatal(otherIncarnation);
  }

  @Override
  public void onSuperseded(final long newerIncarnation) {
    traces.add(Trace.SUPERSEDED);
    onFatal(newerIncarnation);
  }

  private void onFatal(final long otherIncarnation) {
    if (fatalIncarnation == 0) {
      fatalIncarnation = otherIncarnation;
      main.notice();
    }
  }

  @Override
  public void onFault(final RuntimeException fault) {
    violations.add("fault: " + fault);
  }

  private final class CarrierListener implements NatsSession.Listener {
    @Override
    public void onStatus(final CarrierStatus status) {
      switch (status.state()) {
        case REFUSED -> traces.add(Trace.SESSIONS_REFUSED);
        case PAYLOAD_LIMIT -> traces.add(Trace.SESSIONS_TOO_SHORT);
        default -> {}
      }
    }
  }
}
