package io.tally.testkit;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.transport.LinkSettings;
import java.util.List;
import java.util.stream.IntStream;

/** The settings of a simulated cluster: small, so that limits are reached, and short windows. */
record Settings(
    List<String> nodeIds,
    int loopCount,
    long requestTimeoutNs,
    long idempotencyWindowNs,
    int idempotencyKeys,
    int ringSlots,
    boolean longIds,
    int maxKeysOfProcess) {
  static final long MS = 1_000_000;
  static final int SHARD_COUNT = 4;
  static final int LANE_WINDOW = 64;
  static final int PENDING_SLOTS = 32;
  static final long QUEUE_LIMIT_NS = 25 * MS;
  static final long HELLO_INTERVAL_NS = 90 * MS;
  static final long PROBE_INTERVAL_NS = 10 * MS;
  static final long HEARTBEAT_TIMEOUT_NS = 280 * MS;
  static final int WINDOW_BYTES = 1 << 13;
  static final int RING_BYTES = 1 << 13;
  static final int MAX_FRAME_BYTES = 1 << 11;
  static final int MAX_MESSAGE_BYTES = 640;
  static final int INBOUND_FRAMES = 1 << 7;
  static final int KEY_CHUNK = 1 << 10;
  static final long START_TIMEOUT_NS = 2_000 * MS;
  static final long DRAIN_TIMEOUT_NS = 1_000 * MS;

  /** How much later than twice the request timeout a copy may take effect. */
  static final long SETTLE_BOUND_NS = 500 * MS;

  static Settings draw(final World world) {
    final int nodeCount = world.chance(0.1) ? 1 : 2 + world.nextInt(2);
    return new Settings(
        IntStream.range(0, nodeCount).mapToObj(i -> "node-" + i).toList(),
        1 + world.nextInt(2),
        (50 + world.nextInt(100)) * MS,
        (400 + world.nextInt(600)) * MS,
        1 << 14,
        4 << world.nextInt(3),
        world.nextInt(4) == 0,
        world.nextInt(4) == 0 ? KEY_CHUNK : 1 << 14);
  }

  ClusterSettings cluster(final String seed) {
    return new ClusterSettings(nodeIds, SHARD_COUNT, seed, LANE_WINDOW);
  }

  /** Of a process with this request timeout. */
  EngineSettings engine(final long ownRequestTimeoutNs) {
    return new EngineSettings(
        ringSlots,
        PENDING_SLOTS,
        ownRequestTimeoutNs,
        QUEUE_LIMIT_NS,
        idempotencyWindowNs,
        idempotencyKeys,
        EngineSettings.DEFAULT_LONG_PAYLOAD_BYTES,
        EngineSettings.DEFAULT_WATCHES);
  }

  static LinkSettings link(final long requestTimeoutNs) {
    return new LinkSettings(
        WINDOW_BYTES,
        RING_BYTES,
        MAX_FRAME_BYTES,
        MAX_MESSAGE_BYTES,
        INBOUND_FRAMES,
        HELLO_INTERVAL_NS,
        PROBE_INTERVAL_NS,
        HEARTBEAT_TIMEOUT_NS,
        QUEUE_LIMIT_NS,
        requestTimeoutNs);
  }

  /** A process has the cluster's request timeout, or a shorter one. */
  long drawRequestTimeoutNs(final World world) {
    return world.chance(0.8)
        ? requestTimeoutNs
        : world.between(requestTimeoutNs / 2, requestTimeoutNs);
  }

  /** After this time, counted from its hand-over, no copy of a write takes effect. */
  long settleNs() {
    return 2 * requestTimeoutNs + SETTLE_BOUND_NS;
  }
}
