package io.tally.counter;

import static io.tally.counter.CounterTable.ABSENT;
import static io.tally.counter.CounterTable.FULL;

import io.tally.counter.codecs.Detail;
import io.tally.counter.codecs.LimitDecoder;
import io.tally.counter.codecs.TtlMode;
import io.tally.engine.ServiceReply;

/**
 * Takes costs out of quotas: those of windows that follow each other, which are counters with a
 * bound and a deadline; and those that refill evenly, which are counters of the kind RATE. A cost
 * of 0 only asks, so it changes nothing and is never refused. Belongs to its shard.
 */
final class QuotaWrites {
  private final CounterState counters;
  private final Gcra gcra = new Gcra();

  QuotaWrites(final CounterState counters) {
    this.counters = counters;
  }

  void limit(final WriteCommand command, final ServiceReply reply) {
    final long limit = command.number(LimitDecoder.quotaEncodingOffset());
    final long windowMs = command.number(LimitDecoder.windowMsEncodingOffset());
    final long cost = command.number(LimitDecoder.costEncodingOffset());
    final long burst = command.number(LimitDecoder.burstEncodingOffset());
    if (limit < 1 || !Ttl.isDuration(windowMs) || cost < 0 || burst < 0) {
      reply.invalid();
      return;
    }
    final int row = counters.find(command);
    if (!counters.isMet(command, row, reply)
        || !counters.isOfKind(command, row, burst > 0, reply)) {
      return;
    }
    if (burst == 0) {
      window(command, row, limit, windowMs, cost, reply);
    } else {
      gcra.quota(limit, windowMs, burst);
      rate(command, row, cost, reply);
    }
  }

  private void window(
      final WriteCommand command,
      final int row,
      final long limit,
      final long windowMs,
      final long cost,
      final ServiceReply reply) {
    final long value = counters.shown(command.timeNs, row);
    final long deadlineNs = counters.deadlineNs(row);
    final long leftMs = Ttl.leftMs(command.timeNs, deadlineNs);
    if (cost == 0) {
      answer(reply, value, counters.version(row), remaining(limit, value), leftMs);
      return;
    }
    if (!Bounds.allow(value, cost, Long.MIN_VALUE, limit)) {
      counters.refusals.quota.increment();
      CounterAnswer.quotaExceeded(
          reply, value, counters.version(row), remaining(limit, value), cost > limit ? 0 : leftMs);
      return;
    }
    final long ends = Ttl.deadlineNs(TtlMode.ONCE, windowMs, command.timeNs, deadlineNs);
    final long used = value + cost;
    final int written = counters.put(command, row, used, ends, reply);
    if (written != FULL) {
      answer(
          reply,
          used,
          counters.table.changes(),
          remaining(limit, used),
          Ttl.leftMs(command.timeNs, ends));
    }
  }

  private static long remaining(final long limit, final long value) {
    return Math.max(0, Bounds.difference(limit, value));
  }

  private void rate(
      final WriteCommand command, final int row, final long cost, final ServiceReply reply) {
    final long timeNs = command.timeNs;
    if (row == ABSENT) {
      gcra.unused();
    } else {
      gcra.state(timeNs, counters.table.value(row), counters.table.intervalNs(row));
    }
    long version = counters.version(row);
    if (cost > 0) {
      if (!gcra.tryTake(cost)) {
        counters.refusals.quota.increment();
        CounterAnswer.quotaExceeded(
            reply, gcra.used(), version, gcra.remaining(), Ttl.ceilMs(gcra.untilAdmittedNs(cost)));
        return;
      }
      final int written =
          counters.putRate(command, row, gcra.arrivalNs(timeNs), gcra.word(), reply);
      if (written == FULL) {
        return;
      }
      version = counters.table.changes();
    }
    answer(reply, gcra.used(), version, gcra.remaining(), Ttl.ceilMs(gcra.untilUnusedNs()));
  }

  private static void answer(
      final ServiceReply reply,
      final long used,
      final long version,
      final long remaining,
      final long ttlMs) {
    CounterAnswer.ok(reply, used, version, Detail.REMAINING, remaining, ttlMs);
  }
}
