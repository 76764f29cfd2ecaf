package io.tally.transport.internal;

import io.tally.engine.ClusterSettings;
import java.util.List;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;

/** How a test's node is launched: what the test says, and defaults for the rest. */
final class NodeSetup {
  private final long incarnation;
  private String nodeId;
  private List<String> nodeIds = TestNode.IDS;
  private List<ServiceVersion> services = List.of(new ServiceVersion(2121, 0));
  private String clusterName = "test";
  private int shardCount = ClusterSettings.DEFAULT_SHARD_COUNT;
  private String seed = "seed";
  private EpochClock wallClock = SystemEpochClock.INSTANCE;
  private int windowBytes = LinkSettings.DEFAULT_WINDOW_BYTES;
  private int ringBytes = LinkSettings.DEFAULT_RING_BYTES;
  private int maxFrameBytes = LinkSettings.DEFAULT_MAX_FRAME_BYTES;
  private int maxMessageBytes = Integer.MAX_VALUE;
  private int inboundFrames = LinkSettings.DEFAULT_INBOUND_FRAMES;
  private long inboundBytes = 16L << 20;
  private long queueLimitNs = 250_000_000;
  private long requestTimeoutNs = 1_000_000_000;

  NodeSetup(final String nodeId, final long incarnation) {
    this.nodeId = nodeId;
    this.incarnation = incarnation;
  }

  ClusterSettings cluster() {
    return new ClusterSettings(nodeIds, shardCount, seed, ClusterSettings.DEFAULT_LANE_WINDOW);
  }

  NodeStart start() {
    return new NodeStart(clusterName, nodeId, incarnation, services);
  }

  LinkSettings link() {
    return new LinkSettings(
        windowBytes,
        ringBytes,
        maxFrameBytes,
        Math.min(maxMessageBytes, LinkSettings.longestMessageBytes(ringBytes, maxFrameBytes)),
        inboundFrames,
        inboundBytes,
        LinkSettings.DEFAULT_HELLO_INTERVAL_NS,
        LinkSettings.DEFAULT_PROBE_INTERVAL_NS,
        LinkSettings.DEFAULT_HEARTBEAT_TIMEOUT_NS,
        queueLimitNs,
        requestTimeoutNs);
  }

  EpochClock wallClock() {
    return wallClock;
  }

  NodeSetup nodeId(final String value) {
    nodeId = value;
    return this;
  }

  NodeSetup services(final ServiceVersion... value) {
    services = List.of(value);
    return this;
  }

  NodeSetup nodeIds(final List<String> value) {
    nodeIds = value;
    return this;
  }

  NodeSetup clusterName(final String value) {
    clusterName = value;
    return this;
  }

  NodeSetup shardCount(final int value) {
    shardCount = value;
    return this;
  }

  NodeSetup seed(final String value) {
    seed = value;
    return this;
  }

  NodeSetup wallClock(final EpochClock value) {
    wallClock = value;
    return this;
  }

  NodeSetup windowBytes(final int value) {
    windowBytes = value;
    return this;
  }

  NodeSetup ringBytes(final int value) {
    ringBytes = value;
    return this;
  }

  NodeSetup maxFrameBytes(final int value) {
    maxFrameBytes = value;
    return this;
  }

  NodeSetup maxMessageBytes(final int value) {
    maxMessageBytes = value;
    return this;
  }

  NodeSetup inboundFrames(final int value) {
    inboundFrames = value;
    return this;
  }

  NodeSetup inboundBytes(final long value) {
    inboundBytes = value;
    return this;
  }

  NodeSetup queueLimitNs(final long value) {
    queueLimitNs = value;
    return this;
  }

  NodeSetup requestTimeoutNs(final long value) {
    requestTimeoutNs = value;
    return this;
  }
}
