package io.tally.counter;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import io.tally.counter.codecs.TtlMode;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/** What the counters of one shard must answer, in integers without end. */
final class CounterModel {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger NS_PER_MS = BigInteger.valueOf(1_000_000);

  /** An answer; a time left of 0 is none, and a version of 0 is none. */
  record Answer(
      CounterStatus status,
      BigInteger value,
      Detail detailKind,
      BigInteger detail,
      BigInteger ttlMs,
      long version) {}

  /** Deadline null: none. Interval null: no rate limiter; else the deadline is its arrival time. */
  private record Counter(
      BigInteger value, BigInteger deadline, BigInteger interval, long version) {}

  private final Map<String, Counter> counters = new HashMap<>();
  private BigInteger now = BigInteger.ZERO;
  private long changes;

  void at(final long timeNs) {
    now = BigInteger.valueOf(timeNs);
    counters
        .values()
        .removeIf(counter -> counter.deadline != null && counter.deadline.compareTo(now) <= 0);
  }

  int size() {
    return counters.size();
  }

  Answer get(final String id) {
    final Counter counter = counters.get(id);
    return ok(counter, Detail.NONE, BigInteger.ZERO, left(deadline(counter)));
  }

  Answer plainIncrement(final String id, final long amount) {
    return increment(id, new CounterRequest().amount(amount));
  }

  Answer increment(final String id, final CounterRequest request) {
    final Counter counter = counters.get(id);
    final Answer refusal = refusal(counter, request, false);
    if (refusal != null) {
      return refusal;
    }
    final boolean isBounded = request.hasMin || request.hasMax || request.saturate;
    final BigInteger min = request.hasMin ? BigInteger.valueOf(request.min) : MIN;
    final BigInteger max = request.hasMax ? BigInteger.valueOf(request.max) : MAX;
    final BigInteger value = shown(counter);
    final BigInteger sum = value.add(BigInteger.valueOf(request.amount));
    final BigInteger within = sum.max(min).min(max);
    final BigInteger applied = within.subtract(value);
    final boolean isApplied =
        within.equals(sum) || request.saturate && applied.max(MIN).min(MAX).equals(applied);
    if (!isApplied && !isBounded) {
      return refused(counter, CounterStatus.OVERFLOW);
    }
    final Counter after = isApplied ? put(id, within, deadline(counter, request), null) : counter;
    return ok(
        after,
        isBounded ? Detail.APPLIED : Detail.NONE,
        !isBounded || !isApplied ? BigInteger.ZERO : applied,
        request.ttlMode == TtlMode.KEEP ? BigInteger.ZERO : left(deadline(after)));
  }

  Answer set(final String id, final CounterRequest request) {
    final Counter counter = counters.get(id);
    final Answer refusal = refusal(counter, request, false);
    if (refusal != null) {
      return refusal;
    }
    final Counter after =
        put(id, BigInteger.valueOf(request.value), deadline(counter, request), null);
    return ok(
        after,
        counter == null ? Detail.NONE : Detail.PREVIOUS,
        shown(counter),
        left(after.deadline));
  }

  Answer delete(final String id, final CounterRequest request) {
    final Counter counter = counters.get(id);
    if (!holds(request, counter)) {
      return refused(counter, CounterStatus.PRECONDITION_FAILED);
    }
    counters.remove(id);
    return new Answer(
        CounterStatus.OK, shown(counter), Detail.NONE, BigInteger.ZERO, BigInteger.ZERO, 0);
  }

  Answer limit(final String id, final CounterRequest request) {
    final Counter counter = counters.get(id);
    final Answer refusal = refusal(counter, request, request.burst > 0);
    if (refusal != null) {
      return refusal;
    }
    return request.burst > 0 ? rate(id, counter, request) : window(id, counter, request);
  }

  private Answer window(final String id, final Counter counter, final CounterRequest request) {
    final BigInteger limit = BigInteger.valueOf(request.limit);
    final BigInteger sum = shown(counter).add(BigInteger.valueOf(request.cost));
    if (request.cost > 0 && sum.compareTo(limit) > 0) {
      final boolean isNever = request.cost > request.limit;
      return exceeded(
          counter,
          shown(counter),
          limit.subtract(shown(counter)),
          isNever ? BigInteger.ZERO : left(deadline(counter)));
    }
    final BigInteger end = deadline(counter) == null ? after(request.windowMs) : deadline(counter);
    final Counter after = request.cost > 0 ? put(id, sum, end, null) : counter;
    return ok(
        after,
        Detail.REMAINING,
        limit.subtract(shown(after)).max(BigInteger.ZERO).min(MAX),
        left(deadline(after)));
  }

  /** For intervals that are whole nanoseconds. */
  private Answer rate(final String id, final Counter counter, final CounterRequest request) {
    final BigInteger interval =
        BigInteger.valueOf(request.windowMs)
            .multiply(NS_PER_MS)
            .divide(BigInteger.valueOf(request.limit));
    final BigInteger burst = BigInteger.valueOf(request.burst);
    final BigInteger debt =
        counter == null ? BigInteger.ZERO : counter.deadline.subtract(now).max(BigInteger.ZERO);
    final BigInteger taken = debt.add(interval.multiply(BigInteger.valueOf(request.cost)));
    final BigInteger excess = taken.subtract(interval.multiply(burst));
    if (request.cost > 0 && excess.signum() > 0) {
      final boolean isNever = request.cost > request.burst;
      return exceeded(
          counter,
          ceil(debt, interval),
          burst.subtract(ceil(debt, interval)),
          isNever ? BigInteger.ZERO : ceil(excess, NS_PER_MS));
    }
    final Counter after =
        request.cost > 0 ? put(id, BigInteger.ZERO, now.add(taken), interval) : counter;
    return new Answer(
        CounterStatus.OK,
        ceil(taken, interval),
        Detail.REMAINING,
        burst.subtract(ceil(taken, interval)).max(BigInteger.ZERO),
        left(deadline(after)),
        version(after));
  }

  private Answer refusal(
      final Counter counter, final CounterRequest request, final boolean isRate) {
    if (!holds(request, counter)) {
      return refused(counter, CounterStatus.PRECONDITION_FAILED);
    }
    return counter == null || (counter.interval != null) == isRate
        ? null
        : refused(counter, CounterStatus.KIND_MISMATCH);
  }

  private static boolean holds(final CounterRequest request, final Counter counter) {
    final boolean isMatch =
        counter != null
            && request.conditionIncarnation == CounterShard.INCARNATION
            && request.conditionVersion == counter.version;
    return request.condition == Condition.NONE
        || request.condition == Condition.IF_MATCH && isMatch
        || request.condition == Condition.IF_NOT_MATCH && !isMatch
        || request.condition == Condition.IF_EXISTS && counter != null
        || request.condition == Condition.IF_ABSENT && counter == null;
  }

  private Counter put(
      final String id,
      final BigInteger value,
      final BigInteger deadline,
      final BigInteger interval) {
    changes++;
    final Counter counter = new Counter(value, deadline, interval, changes);
    counters.put(id, counter);
    return counter;
  }

  private BigInteger deadline(final Counter counter, final CounterRequest request) {
    final BigInteger before = deadline(counter);
    return switch (request.ttlMode) {
      case CLEAR -> null;
      case ALWAYS -> after(request.ttlMs);
      case ONCE -> before == null ? after(request.ttlMs) : before;
      default -> before;
    };
  }

  private BigInteger after(final long ms) {
    return now.add(BigInteger.valueOf(ms).multiply(NS_PER_MS));
  }

  private static BigInteger deadline(final Counter counter) {
    return counter == null ? null : counter.deadline;
  }

  private static long version(final Counter counter) {
    return counter == null ? 0 : counter.version;
  }

  private BigInteger shown(final Counter counter) {
    if (counter == null) {
      return BigInteger.ZERO;
    }
    return counter.interval == null
        ? counter.value
        : ceil(counter.deadline.subtract(now), counter.interval);
  }

  private BigInteger left(final BigInteger deadline) {
    return deadline == null ? BigInteger.ZERO : ceil(deadline.subtract(now), NS_PER_MS);
  }

  private static BigInteger ceil(final BigInteger dividend, final BigInteger divisor) {
    return dividend.add(divisor).subtract(BigInteger.ONE).divide(divisor);
  }

  private Answer ok(
      final Counter counter,
      final Detail detailKind,
      final BigInteger detail,
      final BigInteger ttlMs) {
    return new Answer(
        CounterStatus.OK, shown(counter), detailKind, detail, ttlMs, version(counter));
  }

  private Answer refused(final Counter counter, final CounterStatus status) {
    return new Answer(
        status, shown(counter), Detail.NONE, BigInteger.ZERO, BigInteger.ZERO, version(counter));
  }

  private static Answer exceeded(
      final Counter counter,
      final BigInteger used,
      final BigInteger remaining,
      final BigInteger ttlMs) {
    return new Answer(
        CounterStatus.QUOTA_EXCEEDED,
        used,
        Detail.REMAINING,
        remaining.max(BigInteger.ZERO).min(MAX),
        ttlMs,
        version(counter));
  }
}
