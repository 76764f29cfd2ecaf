package io.tally.transport.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.StableHash;
import io.tally.engine.internal.ShardDirectory;
import io.tally.transport.internal.codecs.NodeState;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * The node whose link this is. The state is written by whoever starts and stops the node; what was
 * heard of other processes of the same id is written by the receiver; the time of the first hello
 * by the sender.
 */
final class LocalNode {
  final String id;
  final byte[] idBytes;
  final long key;
  final long incarnation;
  final long fingerprint;
  final ProtocolRange protocol;
  final ServiceVersions services;
  final long requestTimeoutNs;
  final NanoClock clock;
  final int index;
  private final ShardDirectory directory;
  private final WallClock wallClock;

  private volatile NodeState state = NodeState.STARTING;
  private volatile long alreadyRunning;
  private volatile long superseded;
  private volatile long knownIncarnation;
  private volatile boolean helloSaid;
  private volatile long firstHelloNs;
  private volatile long announcementNumber;
  private volatile boolean outdated;

  /** Whether its shards go on with the lives of its state on disk; written before it is ready. */
  private volatile boolean sameLives;

  private volatile long generation;
  private volatile long knownGeneration;
  private volatile long knownShardIncarnation;

  LocalNode(
      final ClusterSettings cluster,
      final NodeStart start,
      final ShardDirectory directory,
      final LinkSettings settings,
      final LinkContext context) {
    this(
        cluster,
        start,
        directory,
        settings.requestTimeoutNs(),
        context.clock(),
        context.wallClock());
  }

  LocalNode(
      final ClusterSettings cluster,
      final NodeStart start,
      final ShardDirectory directory,
      final long requestTimeoutNs,
      final NanoClock clock,
      final EpochClock wallClock) {
    id = start.nodeId();
    idBytes = id.getBytes(StandardCharsets.US_ASCII);
    key = StableHash.hash(id);
    incarnation = start.incarnation();
    protocol = new ProtocolRange(ProtocolRange.FIRST, start.highestProtocol());
    services = new ServiceVersions(start.services());
    fingerprint = cluster.fingerprint(services.schemaIds());
    index = cluster.nodeIds().indexOf(id);
    this.directory = directory;
    this.requestTimeoutNs = requestTimeoutNs;
    this.clock = clock;
    this.wallClock = new WallClock(wallClock);
    this.wallClock.time();
  }

  /** The latest that this node's wall clock has shown. Any thread. */
  long latestWallClockMs() {
    return wallClock.time();
  }

  /** The highest incarnation of its shards; 0 before it has any. Any thread. */
  long shardIncarnation() {
    return directory.table().highestIncarnation(index);
  }

  NodeState state() {
    return state;
  }

  void state(final NodeState newState) {
    state = newState;
  }

  /** The number of the announcement that peers are told now; written by the sender. */
  long announcementNumber() {
    return announcementNumber;
  }

  void announcementNumber(final long number) {
    announcementNumber = number;
  }

  /** Whether it may go without loss, or is not handed anything. */
  boolean isDrained(final PeerTable peers) {
    return switch (state) {
      case READY -> false;
      case DRAINING -> superseded != 0 || peers.areAllResolved();
      default -> true;
    };
  }

  long alreadyRunning() {
    return alreadyRunning;
  }

  void alreadyRunning(final long otherIncarnation) {
    alreadyRunning = otherIncarnation;
  }

  long superseded() {
    return superseded;
  }

  void superseded(final long newerIncarnation) {
    superseded = newerIncarnation;
  }

  long knownIncarnation() {
    return knownIncarnation;
  }

  void knownIncarnation(final long known) {
    knownIncarnation = known;
  }

  /** The generation of this run on disk; 0 before it is ready, and if it keeps nothing. */
  long generation() {
    return generation;
  }

  void generation(final long ofThisRun) {
    generation = ofThisRun;
  }

  boolean sameLives() {
    return sameLives;
  }

  void sameLives(final boolean goOn) {
    sameLives = goOn;
  }

  /** Whether others know a later state than the one that its shards have gone on with. */
  boolean isOutdated() {
    return outdated;
  }

  void outdated() {
    outdated = true;
  }

  /** The highest generation of this node that others have heard of; written by the receiver. */
  long knownGeneration() {
    return knownGeneration;
  }

  void onKnownGeneration(final long known) {
    knownGeneration = Math.max(knownGeneration, known);
  }

  /** The highest incarnation of its shards that others have known; written by the receiver. */
  long knownShardIncarnation() {
    return knownShardIncarnation;
  }

  void onKnownShardIncarnation(final long known) {
    knownShardIncarnation = Math.max(knownShardIncarnation, known);
  }

  void helloSaid(final long nowNs) {
    if (!helloSaid) {
      firstHelloNs = nowNs;
      helloSaid = true;
    }
  }

  boolean hasListened(final long nowNs, final long listenNs) {
    return helloSaid && nowNs - firstHelloNs >= listenNs;
  }
}
