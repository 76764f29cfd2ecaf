package io.tally.testkit;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.MessageLengths;
import io.tally.transport.internal.LinkSettings;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The settings of a simulated cluster: small, so that limits are reached, and short windows. Those
 * with long memos have room for them.
 */
record Settings(
    List<String> nodeIds,
    int loopCount,
    long requestTimeoutNs,
    long idempotencyWindowNs,
    int idempotencyKeys,
    int ringSlots,
    List<Entity> entities,
    int maxKeysOfProcess,
    int maxMemoLength,
    boolean keepsState,
    ServiceDefinition tried) {
  static final long MS = 1_000_000;
  static final int SHARD_COUNT = 4;
  static final int LANE_WINDOW = 64;
  static final int PENDING_SLOTS = 32;
  static final long QUEUE_LIMIT_NS = 25 * MS;
  static final long HELLO_INTERVAL_NS = 90 * MS;
  static final long PROBE_INTERVAL_NS = 10 * MS;
  static final long HEARTBEAT_TIMEOUT_NS = 280 * MS;
  static final int INBOUND_FRAMES = 1 << 7;
  static final int KEY_CHUNK = 1 << 10;
  static final long START_TIMEOUT_NS = 2_000 * MS;
  static final long DRAIN_TIMEOUT_NS = 1_000 * MS;

  /** Bytes for long payloads of one loop. */
  private static final int LONG_PAYLOAD_BYTES = 1 << 17;

  private static final long PATIENT_NS = 2_000 * MS;
  private static final int SHORT_MEMO = 100;
  private static final int LONG_MEMO = 30_000;
  private static final int MAX_SHORT_MESSAGE = 640;

  /** Windows, frames and rings are so many times as large where messages are long. */
  private static final int LONG_SHIFT = 5;

  /** How much later than twice the request timeout a copy may take effect. */
  static final long SETTLE_BOUND_NS = 500 * MS;

  /**
   * Where processes stop in good order, requests may have the time to outlive that. A service that
   * is tried is hosted alone; null if there is none.
   */
  static Settings draw(final World world, final Faults faults, final ServiceDefinition tried) {
    final int nodeCount = world.chance(0.1) ? 1 : 2 + world.nextInt(2);
    final boolean isPatient = faults.kinds().contains(Fault.PLANNED_STOPS) && world.chance(0.3);
    final boolean hasLongMemos = tried == null ? world.nextInt(8) == 0 : isLong(tried);
    final int maxMemoLength = hasLongMemos ? LONG_MEMO : SHORT_MEMO;
    return new Settings(
        IntStream.range(0, nodeCount).mapToObj(i -> "node-" + i).toList(),
        1 + world.nextInt(2),
        isPatient ? PATIENT_NS + world.nextInt(1_000) * MS : (50 + world.nextInt(100)) * MS,
        (400 + world.nextInt(600)) * MS,
        1 << 14,
        Math.max(4 << world.nextInt(3), lengths(maxMemoLength, tried).minRingSlots()),
        tried == null ? Entity.spread(world.nextInt(4) == 0) : List.of(),
        world.nextInt(4) == 0 ? KEY_CHUNK : 1 << 14,
        maxMemoLength,
        world.nextInt(4) != 0,
        tried);
  }

  private static boolean isLong(final ServiceDefinition tried) {
    return tried != null && MessageLengths.of(List.of(tried)).maxBetweenNodes() > MAX_SHORT_MESSAGE;
  }

  private static MessageLengths lengths(final int maxMemoLength, final ServiceDefinition tried) {
    return MessageLengths.of(
        tried == null
            ? List.of(counters(maxMemoLength), new Ledger(maxMemoLength, 0))
            : List.of(tried));
  }

  private static ServiceDefinition counters(final int maxMemoLength) {
    return maxMemoLength == LONG_MEMO
        ? new CounterDefinition(new CounterLimit(ShortCounters.MAX_COUNTERS))
        : new ShortCounters();
  }

  /** A process's counters, with their long messages where there are others. */
  ServiceDefinition counters() {
    return counters(maxMemoLength);
  }

  /** Within a thousandth less than the window of keys, because clocks drift. */
  boolean isRemembered(final long keyAgeNs) {
    return keyAgeNs < idempotencyWindowNs - idempotencyWindowNs / 1_000;
  }

  /** Whether requests have the time to outlive a planned restart of their shard's owner. */
  boolean isPatient() {
    return requestTimeoutNs >= PATIENT_NS;
  }

  int maxMessageBytes() {
    return hasLongMessages() ? lengths(maxMemoLength, tried).maxBetweenNodes() : MAX_SHORT_MESSAGE;
  }

  boolean hasLongMessages() {
    return maxMemoLength == LONG_MEMO;
  }

  private int maxFrameBytes() {
    return scaled(1 << 11);
  }

  /** Bytes that are the more where messages are long. */
  int scaled(final int bytes) {
    return hasLongMessages() ? bytes << LONG_SHIFT : bytes;
  }

  /** Enough for every frame; less than a full frame; less than the longest message. */
  long[] payloadLimits() {
    return new long[] {1 << 20, maxFrameBytes() * 3L / 4, 400};
  }

  ClusterSettings cluster(final String seed) {
    return new ClusterSettings(nodeIds, SHARD_COUNT, seed, LANE_WINDOW);
  }

  /** Settings of a process with this request timeout. */
  EngineSettings engine(final long ownRequestTimeoutNs) {
    return new EngineSettings(
        ringSlots,
        PENDING_SLOTS,
        ownRequestTimeoutNs,
        QUEUE_LIMIT_NS,
        idempotencyWindowNs,
        idempotencyKeys,
        hasLongMessages() ? LONG_PAYLOAD_BYTES : 0,
        EngineSettings.DEFAULT_WATCHES);
  }

  LinkSettings link(final long ownRequestTimeoutNs) {
    return new LinkSettings(
        scaled(1 << 13),
        scaled(1 << 13),
        maxFrameBytes(),
        maxMessageBytes(),
        INBOUND_FRAMES,
        scaled(1 << 13),
        HELLO_INTERVAL_NS,
        PROBE_INTERVAL_NS,
        HEARTBEAT_TIMEOUT_NS,
        QUEUE_LIMIT_NS,
        ownRequestTimeoutNs);
  }

  /** A process has the cluster's request timeout, or a shorter one. */
  long drawRequestTimeoutNs(final World world) {
    return world.chance(0.8)
        ? requestTimeoutNs
        : world.between(requestTimeoutNs / 2, requestTimeoutNs);
  }

  /** Time from the hand-over of a write after which no copy of it takes effect. */
  long settleNs() {
    return 2 * requestTimeoutNs + SETTLE_BOUND_NS;
  }
}
