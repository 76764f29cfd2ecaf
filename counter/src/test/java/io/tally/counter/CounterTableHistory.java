package io.tally.counter;

import io.tally.engine.StableHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Random commands to a counter table, and a plain table that says what has to come of them. */
final class CounterTableHistory {
  /** What is done to the counter of an id. */
  enum Kind {
    READ,
    CHANGE,
    CREATE_TIMED,
    DEADLINE,
    NO_DEADLINE,
    RATE,
    DELETE,
    EXPIRE
  }

  /** A command, at its time. */
  record Step(Kind kind, String id, long timeNs, long number, long ttlNs) {}

  /** A counter as it has to be. */
  record Counter(long value, long version, long deadlineNs, long intervalNs) {
    boolean isLiving(final long timeNs) {
      return deadlineNs > timeNs;
    }
  }

  private final Random random;
  private final long maxTtlNs;
  private final List<String> ids = new ArrayList<>();
  private final UnsafeBuffer id = new UnsafeBuffer(new byte[256]);
  private long timeNs = 1_000;

  /** Ids of a few lengths, so that rows are used again, and of all others. */
  CounterTableHistory(final Random random, final int idCount, final long maxTtlNs) {
    this.random = random;
    this.maxTtlNs = maxTtlNs;
    for (int i = 0; i < idCount; i++) {
      final String name = Integer.toString(i);
      final int length = random.nextInt(20) == 0 ? random.nextInt(257) : 1 + random.nextInt(18);
      ids.add(name + "x".repeat(Math.max(0, length - name.length())));
    }
  }

  List<String> ids() {
    return ids;
  }

  Step next() {
    final int pace = random.nextInt(2_000);
    timeNs += pace == 0 ? random.nextLong(maxTtlNs) : pace < 1_000 ? random.nextInt(10) : 0;
    final Kind[] kinds = Kind.values();
    return new Step(
        random.nextInt(3) == 0 ? Kind.CHANGE : kinds[random.nextInt(kinds.length)],
        ids.get(random.nextInt(ids.size())),
        timeNs,
        random.nextLong(),
        // Equal deadlines, too, and some that are past.
        random.nextInt(20) == 0 ? -random.nextInt(3) : 1 + random.nextLong(maxTtlNs) / 16 * 16);
  }

  /** Does it to a table, as an adapter would, and says what there is to be seen of it. */
  String apply(final CounterTable table, final Step step) {
    final long hash = StableHash.hash(step.id);
    final int length = id.putStringWithoutLengthAscii(0, step.id);
    final int found = table.find(step.timeNs, hash, id, 0, length);
    return switch (step.kind) {
      case READ -> describe(table, found);
      case CHANGE -> {
        final int row = table.findOrCreate(step.timeNs, hash, id, 0, length, false);
        if (row > 0 && !table.isRate(row)) {
          table.change(row, step.number);
        }
        yield describe(table, row);
      }
      case CREATE_TIMED, DEADLINE -> {
        final int row =
            step.kind == Kind.DEADLINE
                ? found
                : table.findOrCreate(step.timeNs, hash, id, 0, length, true);
        boolean done = false;
        if (row > 0 && !table.isRate(row)) {
          done = table.deadline(row, step.timeNs + step.ttlNs);
          table.change(row, step.number);
        }
        yield done + describe(table, row);
      }
      case NO_DEADLINE -> {
        if (found > 0 && !table.isRate(found)) {
          table.deadline(found, CounterTable.NO_DEADLINE);
          table.change(found, step.number);
        }
        yield describe(table, found);
      }
      case RATE -> {
        final int row = table.findOrCreate(step.timeNs, hash, id, 0, length, true);
        if (row > 0 && (found == CounterTable.ABSENT || table.isRate(row))) {
          table.rate(row, 1 + (step.number & 0xFF));
          table.change(row, step.timeNs + step.ttlNs);
        }
        yield describe(table, row);
      }
      case DELETE -> {
        if (found > 0) {
          table.delete(found);
        }
        yield "" + found;
      }
      case EXPIRE -> "freed " + table.expire(step.timeNs, (int) (step.number & 7));
    };
  }

  private static String describe(final CounterTable table, final int row) {
    return row <= 0
        ? "" + row
        : row
            + ": "
            + table.value(row)
            + " version "
            + table.version(row)
            + " until "
            + table.deadlineNs(row)
            + " interval "
            + table.intervalNs(row);
  }

  /** All counters of a table that have not been freed, by id; as if no time had passed. */
  Map<String, Counter> counters(final CounterTable table) {
    final Map<String, Counter> counters = new HashMap<>();
    for (final String name : ids) {
      final int length = id.putStringWithoutLengthAscii(0, name);
      final int row = table.find(Long.MIN_VALUE, StableHash.hash(name), id, 0, length);
      if (row != CounterTable.ABSENT) {
        counters.put(
            name,
            new Counter(
                table.value(row),
                table.version(row),
                table.deadlineNs(row),
                table.intervalNs(row)));
      }
    }
    return counters;
  }

  /** A table of a few lines, which frees what the other one says to have freed. */
  static final class Oracle {
    final Map<String, Counter> counters = new HashMap<>();
    private long changes;

    /** Frees what had expired by then, and nothing else. */
    void onExpired(final List<String> freed, final long timeNs) {
      for (final String name : freed) {
        final Counter counter = counters.remove(name);
        if (counter == null || counter.isLiving(timeNs)) {
          throw new AssertionError(name + " was freed: " + counter);
        }
      }
    }

    long nextExpiryNs() {
      return counters.values().stream()
          .mapToLong(Counter::deadlineNs)
          .min()
          .orElse(CounterTable.NO_DEADLINE);
    }

    long expiredCount(final long timeNs) {
      return counters.values().stream().filter(counter -> !counter.isLiving(timeNs)).count();
    }

    void apply(final Step step, final boolean refused, final boolean deadlineRefused) {
      final Counter before = counters.get(step.id);
      final boolean isThere = before != null && before.isLiving(step.timeNs);
      final boolean isRate = isThere && before.intervalNs > 0;
      final long deadlineNs = isThere ? before.deadlineNs : CounterTable.NO_DEADLINE;
      final long newDeadlineNs = step.timeNs + step.ttlNs;
      switch (step.kind) {
        case CHANGE -> {
          if (!isRate && !refused) {
            put(step.id, step.number, deadlineNs, 0);
          }
        }
        case CREATE_TIMED, DEADLINE -> {
          if (!isRate && !refused && (isThere || step.kind == Kind.CREATE_TIMED)) {
            put(step.id, step.number, deadlineRefused ? deadlineNs : newDeadlineNs, 0);
          }
        }
        case NO_DEADLINE -> {
          if (isThere && !isRate) {
            put(step.id, step.number, CounterTable.NO_DEADLINE, 0);
          }
        }
        case RATE -> {
          if (!refused && (!isThere || isRate)) {
            put(step.id, newDeadlineNs, newDeadlineNs, 1 + (step.number & 0xFF));
          }
        }
        case DELETE -> {
          if (isThere) {
            counters.remove(step.id);
          }
        }
        default -> {}
      }
    }

    private void put(
        final String name, final long value, final long deadlineNs, final long intervalNs) {
      changes++;
      counters.put(name, new Counter(value, changes, deadlineNs, intervalNs));
    }
  }
}
