package io.tally.engine;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A service that lives in one shard: the state of all its entities and the function that applies
 * one command to it. Commands of a shard are applied one after the other by one thread at a time,
 * so a service needs no synchronisation. Another thread may apply the next batch; it sees all that
 * was written before, except thread-local variables, which a service must not use. A service must
 * be a function of its state, the command and the time it is given: no clock, no randomness, no IO.
 */
public interface ShardService {
  /** {@link #onCommand} could not decode the payload, and has changed nothing. */
  int INVALID = -1;

  /**
   * Applies one command.
   *
   * <p>An exception thrown from here ends this command as {@link Outcome#INTERNAL} and costs
   * nothing else: the command is not repeated, and the shard goes on. An {@link Error} ends the
   * process.
   *
   * @param nowNs time of the batch, nanoseconds of the monotonic clock.
   * @param entityHash {@link StableHash} of the addressed entity's id, as the sender computed it.
   * @param buffer holds the payload, an SBE message of the service's schema with its header.
   * @param offset of the payload.
   * @param length of the payload in bytes. The service must not read beyond it.
   * @param reply takes the reply.
   * @param replyOffset where to write it.
   * @return length of the reply in bytes, at most {@link ShardServiceFactory#maxReplyLength()}; or
   *     {@link #INVALID}.
   */
  int onCommand(
      long nowNs,
      long entityHash,
      DirectBuffer buffer,
      int offset,
      int length,
      MutableDirectBuffer reply,
      int replyOffset);

  /**
   * Number of entities that have state, for the gauge. Called by other threads: reads a
   * single-writer field.
   *
   * @return the number.
   */
  long entityCount();
}
