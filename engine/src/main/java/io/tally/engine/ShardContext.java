package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * A shard as its {@link ShardService} sees it. To be used by the thread that calls the service, and
 * only during such a call.
 */
public interface ShardContext {
  /**
   * Which shard it is.
   *
   * @return from 0, below the number of shards.
   */
  int shardId();

  /**
   * This life of the shard's state.
   *
   * @return above every earlier one.
   */
  long incarnation();

  /**
   * The time that the current call was given.
   *
   * @return nanoseconds since 1970; never less than before.
   */
  long timeNs();

  /**
   * The time for which the state had stood still when it was restored, as wall clocks tell: the
   * first time after it is that of the snapshot and at least so much. The clock of a machine may
   * have been set in between. So what must not end too early, whatever the clock says, is to be
   * postponed by this when it is restored.
   *
   * @return nanoseconds, not negative; 0 if no state was restored.
   */
  default long standstillNs() {
    return 0;
  }

  /**
   * Through which the service asks for a place where something new needs one from a budget that
   * shards share.
   *
   * @return stays the same.
   */
  Places places();

  /**
   * Hashes ids, for tables of which clients choose the keys. It does not belong to the state: it is
   * another one in each process.
   *
   * @return stays the same.
   */
  IdHash idHash();

  /**
   * Has {@link ShardService#onTimer} called once, when the shard's time has reached dueNs and
   * before any command of a later time. Timers fire in the order of their due times, those with
   * equal ones in the order in which they were set. A time that is not after {@link #timeNs()}
   * counts as one nanosecond after it. So a timer that always sets itself for the past keeps the
   * commands of its shard waiting.
   *
   * <p>A timer that is set already gets the new time, and counts as set just now; if it had that
   * very time, nothing changes.
   *
   * @param timerId the service's own number for it; any, and in no relation to those of other
   *     services or shards. Better counted than made of an id, since clients choose ids.
   * @param dueNs nanoseconds since 1970.
   * @return false if {@link ServiceDefinition#maxTimers()} timers are set: it is not set, and
   *     nothing changed.
   */
  boolean setTimer(long timerId, long dueNs);

  /**
   * Has a timer not fire.
   *
   * @param timerId as set.
   * @return false if no such timer is set: it never was, it was cancelled, or it has fired. Nothing
   *     changed.
   */
  boolean cancelTimer(long timerId);

  /**
   * Has the watchers of an entity told, on whatever nodes, after the current batch: by the read
   * that each of them has registered, and only if the version differs from the one told before. To
   * be called by commands and timers when an entity is made, changed or deleted, as often as it is;
   * costs next to nothing where nobody watches. A change that is not said so is told within {@link
   * Watcher#RENEWAL_NS}.
   *
   * @param buffer holds the id of the entity, as the reads of it name it in an {@link
   *     EntityMessage}. It may change afterwards.
   * @param offset of the id.
   * @param length of the id in bytes, 1 to {@link EntityMessage#MAX_ID_LENGTH}.
   */
  void changed(DirectBuffer buffer, int offset, int length);
}
