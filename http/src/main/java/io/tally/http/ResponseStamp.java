package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;

/**
 * The header lines that most responses of a second have in common, kept as bytes: the date, the
 * incarnation of the shard that answered, and the beginning of the entity tag. One for each event
 * loop: not thread-safe.
 */
final class ResponseStamp {
  private static final int CACHED = 1_024;

  private final EpochClock clock;
  private final byte[][] stamps = new byte[CACHED][];
  private final byte[][] tagged = new byte[CACHED][];
  private final long[] incarnations = new long[CACHED];
  private String date;
  private long dateUntilNs;
  private boolean hasDate;

  ResponseStamp(final EpochClock clock) {
    this.clock = clock;
  }

  /** The lines for an incarnation, or the date alone if it is 0; not to be changed. */
  byte[] of(final long incarnation, final long nowNs) {
    return stamps[index(incarnation, nowNs)];
  }

  /** These lines, and an ETag up to where its version follows. */
  byte[] tagged(final long incarnation, final long nowNs) {
    return tagged[index(incarnation, nowNs)];
  }

  /** Where the lines are kept. */
  private int index(final long incarnation, final long nowNs) {
    if (!hasDate || nowNs - dateUntilNs >= 0) {
      newDate(nowNs);
    }
    // The low 20 bits of incarnations are random, so few of a cluster meet in one place.
    final int index = (int) incarnation & CACHED - 1;
    if (stamps[index] == null || incarnations[index] != incarnation) {
      add(index, incarnation);
    }
    return index;
  }

  private void newDate(final long nowNs) {
    final long nowMs = clock.time();
    date = "Date: " + HttpDate.format(nowMs) + "\r\n";
    dateUntilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(1_000 - Math.floorMod(nowMs, 1_000));
    hasDate = true;
    Arrays.fill(stamps, null);
  }

  private void add(final int index, final long incarnation) {
    final String line = incarnation == 0 ? "" : "Tally-Incarnation: " + incarnation + "\r\n";
    final String lines = date + line;
    incarnations[index] = incarnation;
    stamps[index] = lines.getBytes(US_ASCII);
    tagged[index] = (lines + "ETag: \"" + Long.toHexString(incarnation) + "-").getBytes(US_ASCII);
  }
}
