package io.tally.engine.internal;

/**
 * Is told of exceptions thrown by services. Called on shard agents: must not block and must not
 * throw.
 */
public interface ServiceFaultHandler {
  /**
   * A service threw while it applied one command.
   *
   * @param shardId of the shard.
   * @param fault what it threw.
   */
  void onFault(int shardId, RuntimeException fault);
}
