package io.tally.counter;

import static io.tally.counter.CounterTable.ABSENT;
import static io.tally.counter.CounterTable.FULL;

import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import io.tally.counter.codecs.SetValueDecoder;
import io.tally.counter.codecs.TtlMode;
import io.tally.engine.ServiceReply;

/**
 * The writes of one counter with options. Each is decided first, in this order: what has expired is
 * absent; the condition; the kind; the bounds. Only then is it applied, value and deadline at once.
 * So what is refused changes nothing and makes no counter. Belongs to its shard.
 */
final class CounterWrites {
  private final CounterState counters;
  private final BoundedIncrement increment = new BoundedIncrement();

  CounterWrites(final CounterState counters) {
    this.counters = counters;
  }

  void increment(final WriteCommand command, final ServiceReply reply) {
    if (!increment.wrap(command) || !command.hasValidTtl()) {
      reply.invalid();
      return;
    }
    final int row = counters.find(command);
    if (!counters.isMet(command, row, reply) || !counters.isOfKind(command, row, false, reply)) {
      return;
    }
    final long value = counters.shown(command.timeNs, row);
    if (!increment.add(value)) {
      refuseSum(command, row, increment.isBounded(), reply);
      return;
    }
    final int written = put(command, row, increment.sum(), reply);
    if (written != FULL) {
      answerIncrement(command, written, increment.isBounded(), increment.sum() - value, reply);
    }
  }

  void set(final WriteCommand command, final ServiceReply reply) {
    if (!command.hasValidTtl()) {
      reply.invalid();
      return;
    }
    final int row = counters.find(command);
    if (!counters.isMet(command, row, reply) || !counters.isOfKind(command, row, false, reply)) {
      return;
    }
    final long previous = counters.shown(command.timeNs, row);
    final long value = command.number(SetValueDecoder.valueEncodingOffset());
    final int written = put(command, row, value, reply);
    if (written != FULL) {
      final Detail detailKind = row == ABSENT ? Detail.NONE : Detail.PREVIOUS;
      CounterAnswer.ok(
          reply,
          value,
          counters.version(written),
          detailKind,
          previous,
          Ttl.leftMs(command.timeNs, counters.deadlineNs(written)));
    }
  }

  void delete(final WriteCommand command, final ServiceReply reply) {
    final int row = counters.find(command);
    if (!counters.isMet(command, row, reply)) {
      return;
    }
    CounterAnswer.ok(reply, counters.shown(command.timeNs, row), 0);
    if (row != ABSENT) {
      counters.delete(command, row);
    }
  }

  private int put(
      final WriteCommand command, final int row, final long value, final ServiceReply reply) {
    final long deadlineNs =
        Ttl.deadlineNs(
            command.ttlMode(), command.ttlMs(), command.timeNs, counters.deadlineNs(row));
    return counters.put(command, row, value, deadlineNs, reply);
  }

  /** A bound that was asked for is no error. */
  private void refuseSum(
      final WriteCommand command,
      final int row,
      final boolean isBounded,
      final ServiceReply reply) {
    if (isBounded) {
      counters.refusals.bound.increment();
      answerIncrement(command, row, true, 0, reply);
    } else {
      counters.refusals.overflow.increment();
      counters.refuse(command, row, CounterStatus.OVERFLOW, reply);
    }
  }

  /** Says of options only what was asked for. */
  private void answerIncrement(
      final WriteCommand command,
      final int row,
      final boolean isBounded,
      final long applied,
      final ServiceReply reply) {
    final boolean wantsTtl = command.ttlMode() != TtlMode.KEEP;
    CounterAnswer.ok(
        reply,
        counters.shown(command.timeNs, row),
        counters.version(row),
        isBounded ? Detail.APPLIED : Detail.NONE,
        isBounded ? applied : 0,
        wantsTtl ? Ttl.leftMs(command.timeNs, counters.deadlineNs(row)) : 0);
  }
}
