package io.tally.launcher;

import io.tally.engine.EngineSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.concurrent.NanoClock;

/**
 * Sets each counter of an export, some of them at a time. What was not applied, or may not have
 * been, is sent again: to set a counter twice is to set it. Of several lines of one counter the
 * last one holds: if nobody knows what became of a request, the next line of its counter waits
 * until it cannot take effect any more.
 */
final class CounterImport {
  /** An answer is waited for at least so long, however soon the import gives up. */
  private static final long MIN_PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  /** So many counters of unknown outcome are kept before those that are settled are forgotten. */
  private static final int FORGET_FROM = 1_024;

  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 2_000;

  /** How many of those that are left out are named. */
  private static final int MAX_NAMED = 10;

  private final ImportConnection connection;
  private final NanoClock clock;
  private final LongConsumer pause;
  private final Consumer<String> messages;
  private final long retryNs;
  private long setCount;
  private long leftOutCount;
  private ImportRow ahead;

  /** When a request whose outcome is unknown was under way last, by the id of its counter. */
  private final Map<String, Long> unknownNs = new HashMap<>();

  /** Said by the node when it is needed; 0 before. */
  private long settledNs;

  /**
   * Creates an import.
   *
   * @param connection sets the counters.
   * @param retryNs it gives up when nothing was set for so long.
   * @param clock tells how long that is.
   * @param pause waits for a number of milliseconds.
   * @param messages is told what is left out, and what is waited for.
   */
  CounterImport(
      final ImportConnection connection,
      final long retryNs,
      final NanoClock clock,
      final LongConsumer pause,
      final Consumer<String> messages) {
    this.connection = connection;
    this.retryNs = retryNs;
    this.clock = clock;
    this.pause = pause;
    this.messages = messages;
  }

  /** Counters that were set. */
  long setCount() {
    return setCount;
  }

  /** Lines whose counters are of a kind that cannot be set. */
  long leftOutCount() {
    return leftOutCount;
  }

  /**
   * Sets all counters.
   *
   * @throws ImportException at a line that is none of an export, or that the node refuses.
   * @throws IOException if the input cannot be read.
   */
  void run(final ImportReader reader) throws IOException, ImportException {
    ImportException fault = null;
    final List<ImportRow> rows = new ArrayList<>();
    do {
      rows.clear();
      try {
        collect(reader, rows);
      } catch (final ImportException bad) {
        // All lines before it are set, so that nobody has to wonder which were.
        fault = bad;
      }
      set(rows);
    } while (fault == null && !rows.isEmpty());
    if (fault != null) {
      throw fault;
    }
  }

  /** Takes rows of different counters: those of one are not under way together. */
  private void collect(final ImportReader reader, final List<ImportRow> rows)
      throws IOException, ImportException {
    forgetSettled();
    final Set<String> ids = new HashSet<>();
    while (rows.size() < ImportConnection.MAX_REQUESTS) {
      final ImportRow row = ahead == null ? reader.next() : ahead;
      ahead = null;
      if (row == null) {
        return;
      }
      if (!row.kind().isEmpty()) {
        leaveOut(row);
      } else if (ids.contains(row.id()) || unknownNs.containsKey(row.id()) && !rows.isEmpty()) {
        ahead = row;
        return;
      } else {
        awaitSettled(row.id());
        ids.add(row.id());
        rows.add(row);
      }
    }
  }

  /** Keeps the unknown from growing with the export. */
  private void forgetSettled() {
    if (unknownNs.size() >= FORGET_FROM) {
      final long nowNs = clock.nanoTime();
      final long certainNs = settledNs();
      unknownNs.values().removeIf(sinceNs -> nowNs - sinceNs >= certainNs);
    }
  }

  /** Waits until no earlier request for a counter can take effect any more. */
  private void awaitSettled(final String id) {
    final Long sinceNs = unknownNs.remove(id);
    if (sinceNs == null) {
      return;
    }
    final long leftNs = settledNs() - (clock.nanoTime() - sinceNs);
    if (leftNs > 0) {
      pause.accept(TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
    }
  }

  private long settledNs() {
    if (settledNs == 0) {
      final long saidMs = connection.settledMs(TimeUnit.NANOSECONDS.toMillis(patienceNs(0)));
      settledNs =
          saidMs == 0 ? EngineSettings.DEFAULT.settledNs() : TimeUnit.MILLISECONDS.toNanos(saidMs);
    }
    return settledNs;
  }

  private long patienceNs(final long sinceSetNs) {
    return Math.max(retryNs - sinceSetNs, MIN_PATIENCE_NS);
  }

  private void leaveOut(final ImportRow row) {
    leftOutCount++;
    if (leftOutCount <= MAX_NAMED) {
      messages.accept(
          "line "
              + row.line()
              + ": left out, since the kind "
              + row.kind()
              + " cannot be set: "
              + row.id());
    } else if (leftOutCount == MAX_NAMED + 1) {
      messages.accept("line " + row.line() + ": another one is left out; further ones are counted");
    }
  }

  private void set(final List<ImportRow> rows) throws ImportException {
    List<ImportRow> open = rows;
    long pauseMs = FIRST_PAUSE_MS;
    long sinceNs = clock.nanoTime();
    boolean told = false;
    while (!open.isEmpty()) {
      final long leftNs = patienceNs(clock.nanoTime() - sinceNs);
      final List<ImportAnswer> answers =
          connection.set(open, TimeUnit.NANOSECONDS.toMillis(leftNs));
      final long answeredNs = clock.nanoTime();
      final List<ImportRow> again = new ArrayList<>();
      String reason = "";
      ImportException refused = null;
      for (int i = 0; i < open.size(); i++) {
        final ImportAnswer answer = answers.get(i);
        if (answer.isUnknown()) {
          unknownNs.put(open.get(i).id(), answeredNs);
        }
        if (answer.isSet()) {
          setCount++;
        } else if (answer.worthARetry()) {
          reason = again.isEmpty() ? answer.text() : reason;
          again.add(open.get(i));
        } else if (refused == null) {
          refused = new ImportException(open.get(i).line(), "refused, " + answer.text());
        }
      }
      if (refused != null) {
        throw refused;
      }
      if (again.size() < open.size()) {
        sinceNs = clock.nanoTime();
        pauseMs = FIRST_PAUSE_MS;
      }
      if (!again.isEmpty()) {
        final long line = again.get(0).line();
        final long retryLeftNs = retryNs - (clock.nanoTime() - sinceNs);
        if (retryLeftNs <= 0) {
          throw new ImportException(line, "given up, " + reason);
        }
        if (!told) {
          messages.accept("line " + line + ": trying again, " + reason);
          told = true;
        }
        pause.accept(Math.min(pauseMs, TimeUnit.NANOSECONDS.toMillis(retryLeftNs) + 1));
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
      open = again;
    }
  }
}
