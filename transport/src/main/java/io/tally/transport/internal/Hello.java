package io.tally.transport.internal;

import io.tally.transport.internal.codecs.NodeState;

/** One decoded hello. Reused by its owner. */
final class Hello {
  String nodeId;
  long key;
  long incarnation;
  NodeState state;
  long fingerprint;
  ProtocolRange protocol;
  ServiceVersions services;
  long knownIncarnation;
  long requestTimeoutNs;
  long wallClockMs;
  long knownWallClockMs;
  long knownShardIncarnation;

  /** The generation of the sender's run; 0 if it keeps nothing on disk, or does not say. */
  long generation;

  long knownGeneration;
  long knownAnnouncement;

  /** Whether it came in a numbered frame: only then it tells a known announcement. */
  boolean isNumbered;

  /** The sender's monotonic clock when it left, and this process's when it had arrived. */
  long clockNs;

  long arrivalNs;
  boolean wantsAnswer;

  /** Whether the sender knows that this node drains, and awaits nothing more of it. */
  boolean isResolved;
}
