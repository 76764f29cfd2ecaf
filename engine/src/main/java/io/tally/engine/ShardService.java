package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * A service that lives in one shard: the state of all its entities and the function that applies
 * one command to it. Commands of a shard are applied one after the other by one thread at a time,
 * so a service needs no synchronisation. Another thread may apply the next batch; it sees all that
 * was written before, except thread-local variables, which a service must not use. A service must
 * be a function of its state, the command and the time it is given: no clock, no randomness, no IO.
 */
public interface ShardService {
  /**
   * The service's life in its shard begins; called once, before anything else. It may set timers.
   * If the state of an earlier life is restored, that follows, and those timers are set instead
   * that were set then.
   *
   * @param shard in which it lives; stays the same.
   */
  default void onStart(final ShardContext shard) {}

  /**
   * Applies one command.
   *
   * <p>The command's message is one of {@link ServiceDefinition#messages()}, of a version that is
   * known, and its fixed part lies within the payload. What follows that part comes from the
   * network as it is.
   *
   * <p>An exception thrown from here ends this command as {@link Outcome#INTERNAL} and costs
   * nothing else: the command is not repeated, and the shard goes on. An {@link Error} ends the
   * process.
   *
   * @param timeNs the shard's time, nanoseconds since 1970: that of the wall clock when the node
   *     started, and what the monotonic clock has counted since. Never less than at an earlier
   *     command of this shard, and the same for all commands of a batch.
   * @param entityHash {@link StableHash} of the addressed entity's id, as the sender computed it.
   *     Other ids have the same: whoever chooses ids can find them.
   * @param templateId of the message.
   * @param buffer holds the payload, an SBE message of the service's schema with its header.
   * @param offset of the payload.
   * @param length of the payload in bytes. The service must not read beyond it.
   * @param reply takes the reply.
   */
  void onCommand(
      long timeNs,
      long entityHash,
      int templateId,
      DirectBuffer buffer,
      int offset,
      int length,
      ServiceReply reply);

  /**
   * A timer has fired, and is no longer set. An exception thrown from here is counted and reported,
   * and the shard goes on.
   *
   * @param timeNs the time for which it was set, so that what happens does not depend on when the
   *     shard came to it. Timers that fell due while the process stood still fire one after the
   *     other, each at its own time.
   * @param timerId as set.
   */
  default void onTimer(final long timeNs, final long timerId) {}

  /**
   * Shows the service's state in snapshots of the shard, and restores it. Its records are messages
   * of the service's schema. Timers are not part of it: the shard shows them.
   *
   * @return stays the same from {@link #onStart} on; null if there is none, by default: then there
   *     are no snapshots of a shard with this service.
   */
  default SnapshotSource snapshot() {
    return null;
  }

  /** The service's life ends: it is called no more, except for {@link #entityCount()}. */
  default void close() {}

  /**
   * Number of entities that have state, for the gauge. Called by other threads: reads a
   * single-writer field.
   *
   * @return the number.
   */
  long entityCount();
}
