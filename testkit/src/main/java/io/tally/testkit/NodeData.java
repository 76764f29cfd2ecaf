package io.tally.testkit;

/**
 * What a process does with the directory of its node: it starts from what is there, marks it as
 * used before it is ready, writes snapshots while it serves, and its state when it stops in good
 * order. Belongs to the thread that starts and stops the process.
 */
final class NodeData {
  private static final long SAVE_TIMEOUT_NS = 500 * Settings.MS;
  private static final double ROLLBACKS = 0.7;
  private static final double FULL = 0.3;
  private static final int FULL_RECORDS = 40;

  private final World world;
  private final Settings settings;
  private final Faults faults;
  private final Traces traces;
  private final DataDirectory directory;
  private final SavedNode restored;
  private final boolean sameLives;
  private StateSave snapshot;
  private StateSave stop;
  private long generation;
  private boolean used;
  private boolean isStopSaved;

  NodeData(
      final World world,
      final Settings settings,
      final Faults faults,
      final Traces traces,
      final DataDirectory directory) {
    this.world = world;
    this.settings = settings;
    this.faults = faults;
    this.traces = traces;
    this.directory = directory;
    sameLives = directory.clean() != null;
    restored = sameLives ? directory.clean() : world.chance(ROLLBACKS) ? directory.newest() : null;
  }

  DataDirectory directory() {
    return directory;
  }

  /** What the process starts from; null if it begins with nothing. */
  SavedNode restored() {
    return restored;
  }

  /** Whether the lives of the restored shards go on, or new ones begin. */
  boolean sameLives() {
    return sameLives;
  }

  /** Every incarnation of the process is above. */
  long highestIncarnation() {
    return directory.highestIncarnation();
  }

  /**
   * The last step before the shards go on: what is there is marked as used. Returns false if it is
   * older than what others have heard of: then it stays as it is, and the process must end.
   */
  boolean tryBegin(final long incarnation, final long knownGeneration) {
    if (sameLives && directory.isBehind(knownGeneration)) {
      return false;
    }
    used = true;
    if (settings.keepsState()) {
      generation = directory.begin(incarnation, knownGeneration);
    }
    if (restored != null) {
      traces.add(sameLives ? Trace.STATES_RESTORED : Trace.STATES_ROLLED_BACK);
    }
    return true;
  }

  /** Generation of this process; 0 before it has begun, and where nothing is kept. */
  long generation() {
    return generation;
  }

  /** Whether it has come so far: before, its shards are nobody's. */
  boolean isUsed() {
    return used;
  }

  /** Begins a snapshot of the serving node, unless one is under way. */
  void beginSnapshot(final SimulatedNode node) {
    if (settings.keepsState() && snapshot == null) {
      snapshot = save(node, world.nextInt(5));
    }
  }

  private StateSave save(final SimulatedNode node, final int slowness) {
    final boolean isFull = faults.kinds().contains(Fault.FULL_DISKS) && world.chance(FULL);
    return new StateSave(
        world,
        node,
        1.0 / (1 << slowness),
        isFull ? world.nextInt(FULL_RECORDS) : Integer.MAX_VALUE,
        SAVE_TIMEOUT_NS);
  }

  boolean isWriting() {
    return snapshot != null;
  }

  /** Goes on with the snapshot of the serving node. */
  void advance() {
    if (snapshot != null && snapshot.advance()) {
      final SavedNode saved = snapshot.saved();
      snapshot = null;
      traces.add(saved == null ? Trace.SNAPSHOTS_GIVEN_UP : Trace.SNAPSHOTS);
      if (saved != null) {
        directory.onSnapshot(saved);
      }
    }
  }

  /** Saves the state of the node, which has stood still since; returns whether it has ended. */
  boolean isStopSaved(final SimulatedNode node) {
    if (isStopSaved || !settings.keepsState()) {
      return true;
    }
    if (!node.shards().tryFreeze(node.engine())) {
      return false;
    }
    if (stop == null) {
      stop = save(node, world.nextInt(3));
    }
    isStopSaved = stop.advance();
    if (isStopSaved && stop.saved() != null) {
      directory.onStop(
          stop.saved(),
          node.link() == null ? 0 : node.link().startState(world.nowNs()).knownGeneration());
    } else if (isStopSaved) {
      traces.add(Trace.SAVES_FAILED);
    }
    return isStopSaved;
  }
}
