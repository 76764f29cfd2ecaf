package io.tally.counter;

import static io.tally.counter.CounterTable.ABSENT;
import static io.tally.counter.CounterTable.FULL;
import static io.tally.counter.CounterTable.NO_DEADLINE;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.IdHash;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import org.agrona.DirectBuffer;

/**
 * The counters of one shard, with what has to happen around each change of them: places are asked
 * for, the shard is told for those who watch, and its timer is set for the first deadline. One
 * thread at a time.
 */
final class CounterState {
  private static final long EXPIRY_TIMER = 0;

  /** Reads know what has expired by themselves, so that many deadlines may share one timer. */
  private static final long EXPIRY_DELAY_NS = 50_000_000;

  /**
   * Commands go between two calls that free as much as one may. The calls of all shards of a loop
   * must take much less time than this, or those that fall due meanwhile are ever more: a call
   * takes some 17 microseconds, and that 64 times.
   */
  private static final long EXPIRY_PAUSE_NS = 4_000_000;

  private static final int EXPIRED_PER_TIMER = 128;

  /** The first deadline of all has not become earlier. */
  private static final long NOT_EARLIER = Long.MIN_VALUE;

  final CounterTable table;
  final CounterRefusals refusals;
  final IdHash idHash;
  private final ShardContext shard;

  CounterState(final CounterLimit limit, final CounterRefusals refusals, final ShardContext shard) {
    this.refusals = refusals;
    this.shard = shard;
    idHash = shard.idHash();
    table = new CounterTable(idHash, limit, shard.places(), shard::changed);
  }

  /** The row of a living counter, or {@link CounterTable#ABSENT}. */
  int find(final WriteCommand command) {
    return table.find(
        command.timeNs, command.entityHash, command.buffer, command.idOffset, command.idLength);
  }

  /** What a read shows: of a rate limiter, what is used of its burst. */
  long shown(final long timeNs, final int row) {
    if (row == ABSENT) {
      return 0;
    }
    return table.isRate(row)
        ? Gcra.used(timeNs, table.value(row), table.intervalNs(row))
        : table.value(row);
  }

  /** 0 if there is no such counter. */
  long version(final int row) {
    return row == ABSENT ? 0 : table.version(row);
  }

  long deadlineNs(final int row) {
    return row == ABSENT ? NO_DEADLINE : table.deadlineNs(row);
  }

  /** Answers if the condition does not hold, and returns whether it does. */
  boolean isMet(final WriteCommand command, final int row, final ServiceReply reply) {
    final Condition condition = command.condition();
    if (condition == null) {
      reply.invalid();
      return false;
    }
    final boolean holds =
        switch (condition) {
          case IF_MATCH -> isVersion(command, row);
          case IF_EXISTS -> row != ABSENT;
          case IF_ABSENT -> row == ABSENT;
          case IF_NOT_MATCH -> !isVersion(command, row);
          default -> true;
        };
    if (!holds) {
      refusals.precondition.increment();
      refuse(command, row, CounterStatus.PRECONDITION_FAILED, reply);
    }
    return holds;
  }

  private boolean isVersion(final WriteCommand command, final int row) {
    return row != ABSENT
        && command.conditionIncarnation() == shard.incarnation()
        && command.conditionVersion() == table.version(row);
  }

  /** Answers if the counter exists and is of the other kind, and returns whether it is not. */
  boolean isOfKind(
      final WriteCommand command, final int row, final boolean rate, final ServiceReply reply) {
    if (row == ABSENT || table.isRate(row) == rate) {
      return true;
    }
    refusals.kindMismatch.increment();
    refuse(command, row, CounterStatus.KIND_MISMATCH, reply);
    return false;
  }

  void refuse(
      final WriteCommand command,
      final int row,
      final CounterStatus status,
      final ServiceReply reply) {
    CounterAnswer.refused(reply, shown(command.timeNs, row), version(row), status);
  }

  /**
   * Gives a counter value and deadline, and makes it if it is absent. Returns its row; if there is
   * no room, answers and returns {@link CounterTable#FULL}, and nothing changed.
   */
  int put(
      final WriteCommand command,
      final int row,
      final long value,
      final long deadlineNs,
      final ServiceReply reply) {
    final long nextExpiryNs = nextExpiryNs(row, deadlineNs);
    final int written = row == ABSENT ? create(command, deadlineNs != NO_DEADLINE) : row;
    if (written == FULL
        || table.deadlineNs(written) != deadlineNs && !table.deadline(written, deadlineNs)) {
      refusals.memoryLimit.increment();
      refuse(command, row, CounterStatus.MEMORY_LIMIT, reply);
      return FULL;
    }
    table.change(written, value);
    changed(command.buffer, command.idOffset, command.idLength, nextExpiryNs);
    return written;
  }

  /** The same for a rate limiter, whose value is also its deadline. */
  int putRate(
      final WriteCommand command,
      final int row,
      final long arrivalNs,
      final long interval,
      final ServiceReply reply) {
    final long nextExpiryNs = nextExpiryNs(row, arrivalNs);
    final int written = row == ABSENT ? create(command, true) : row;
    if (written == FULL) {
      refusals.memoryLimit.increment();
      refuse(command, row, CounterStatus.MEMORY_LIMIT, reply);
      return FULL;
    }
    table.rate(written, interval);
    table.change(written, arrivalNs);
    changed(command.buffer, command.idOffset, command.idLength, nextExpiryNs);
    return written;
  }

  /**
   * Makes a planned counter have a row with room for its deadline. If there is none, returns false,
   * and {@link #giveRoomBack} has to follow.
   */
  boolean makeRoom(final long timeNs, final DirectBuffer buffer, final PlannedCounter planned) {
    if (planned.row == ABSENT) {
      final int created =
          table.findOrCreate(
              timeNs,
              planned.entityHash,
              buffer,
              planned.idOffset,
              planned.idLength,
              planned.deadlineNs != NO_DEADLINE);
      if (created == FULL) {
        return false;
      }
      planned.row = created;
      planned.isNew = true;
    }
    return table.deadlineNs(planned.row) == planned.deadlineNs
        || table.deadline(planned.row, planned.deadlineNs);
  }

  /** Takes back what {@link #makeRoom} has done, if it has. */
  void giveRoomBack(final PlannedCounter planned) {
    if (planned.isNew) {
      table.delete(planned.row);
    } else if (planned.row != ABSENT
        && table.deadlineNs(planned.row) != planned.deadlineBeforeNs
        && !table.deadline(planned.row, planned.deadlineBeforeNs)) {
      throw new IllegalStateException("a row that had a deadline has no room for it");
    }
  }

  /**
   * Gives a planned counter, which has room, its value. The first deadline of all was before it.
   */
  void change(final DirectBuffer buffer, final PlannedCounter planned, final long nextExpiryNs) {
    table.change(planned.row, planned.value);
    changed(buffer, planned.idOffset, planned.idLength, nextExpiryNs);
  }

  void delete(final WriteCommand command, final int row) {
    table.delete(row);
    shard.changed(command.buffer, command.idOffset, command.idLength);
  }

  private int create(final WriteCommand command, final boolean withDeadline) {
    return table.findOrCreate(
        command.timeNs,
        command.entityHash,
        command.buffer,
        command.idOffset,
        command.idLength,
        withDeadline);
  }

  /**
   * The first deadline of all, before a row gets this one. If that is none or no earlier than the
   * row's, it makes the first deadline no earlier, and nobody has to know that.
   */
  private long nextExpiryNs(final int row, final long deadlineNs) {
    return deadlineNs < deadlineNs(row) ? table.nextExpiryNs() : NOT_EARLIER;
  }

  private void changed(
      final DirectBuffer buffer, final int idOffset, final int idLength, final long nextExpiryNs) {
    shard.changed(buffer, idOffset, idLength);
    // Whether the timer is set must follow from the table alone, since a snapshot shows no more.
    if (nextExpiryNs != NOT_EARLIER && table.nextExpiryNs() < nextExpiryNs) {
      setTimer(table.nextExpiryNs(), EXPIRY_DELAY_NS);
    }
  }

  /** The timer has fired. */
  void expire(final long timeNs) {
    table.expire(timeNs, EXPIRED_PER_TIMER);
    final long nextNs = table.nextExpiryNs();
    if (nextNs <= timeNs) {
      setTimer(timeNs, EXPIRY_PAUSE_NS);
    } else if (nextNs != NO_DEADLINE) {
      setTimer(nextNs, EXPIRY_DELAY_NS);
    }
  }

  private void setTimer(final long ns, final long delayNs) {
    if (!shard.setTimer(EXPIRY_TIMER, Math.min(ns, Long.MAX_VALUE - delayNs - 1) + delayNs)) {
      throw new IllegalStateException("the only timer cannot be set");
    }
  }
}
