package io.tally.testkit;

/** Hears what a process does. */
interface ProcessListener {
  void onIncarnation(SimulatedProcess process);

  /** A life of a shard begins in a process of this node. */
  void onShardLife(int nodeIndex, int shardId, long incarnation);

  /** It begins to serve, with what it has restored. */
  void onReady(SimulatedProcess process);

  /** Whether a life of this shard ever began in any process. */
  boolean wasShardLife(int shardId, long incarnation);

  /** It sends a command with a deadline in the clock of the process that it goes to. */
  void onCommand(String subject, long deadlineNs);

  void onEnd(SimulatedProcess process);
}
