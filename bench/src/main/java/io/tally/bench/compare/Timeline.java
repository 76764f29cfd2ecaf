package io.tally.bench.compare;

import java.util.List;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * What became of the requests of an open loop, second by second of its plan, and what others saw
 * meanwhile. Each field has one writer; they are read when all of them have ended.
 */
final class Timeline implements OpenLoop.Listener {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final long NANOS = 1_000_000_000L;
  private static final long LONGEST_NS = 60 * NANOS;

  /** The requests that were to be sent within one second, or a sum of seconds. */
  static final class Span {
    /** To be sent by the plan. */
    long offered;

    /** Not sent, because as many as a client may have open were unanswered. */
    long unsent;

    /** Answered 200 within the deadline, and later. */
    long good;

    long late;

    /** Answered 503: certainly not counted. */
    long refused;

    /** Answered otherwise, such as 504: perhaps counted. */
    long unknown;

    /** Not answered, most often because the connection was closed: perhaps counted. */
    long lost;

    /** Of those answered 200, from the planned time, nanoseconds. */
    final Histogram latency = new Histogram(LONGEST_NS, 2);

    /** Requests of the client that asks once at a time, and those of them answered 200. */
    long modestAsked;

    long modestServed;
    final Histogram modestLatency = new Histogram(LONGEST_NS, 2);

    /** Most that was seen of the server's processes; 0 if nobody looked. */
    long residentKib;

    private void add(final Span other) {
      offered += other.offered;
      unsent += other.unsent;
      good += other.good;
      late += other.late;
      refused += other.refused;
      unknown += other.unknown;
      lost += other.lost;
      latency.add(other.latency);
      modestAsked += other.modestAsked;
      modestServed += other.modestServed;
      modestLatency.add(other.modestLatency);
      residentKib = Math.max(residentKib, other.residentKib);
    }
  }

  private final Span[] seconds;
  private final long deadlineNs;
  private volatile long startNs;

  Timeline(final int seconds, final long deadlineNs) {
    this.seconds = new Span[seconds];
    for (int i = 0; i < seconds; i++) {
      this.seconds[i] = new Span();
    }
    this.deadlineNs = deadlineNs;
  }

  /** The second of a time; null before the start, the last one after the end. */
  Span at(final long timeNs) {
    return startNs == 0
        ? null
        : seconds[(int) Math.max(0, Math.min(seconds.length - 1, (timeNs - startNs) / NANOS))];
  }

  Span sum(final int from, final int to) {
    final Span sum = new Span();
    for (int i = from; i < to; i++) {
      sum.add(seconds[i]);
    }
    return sum;
  }

  long[] each(final int from, final int to, final ToLongFunction<Span> value) {
    return List.of(seconds).subList(from, to).stream().mapToLong(value).toArray();
  }

  @Override
  public void onStart(final long nowNs) {
    startNs = nowNs;
  }

  @Override
  public void onSent(final long plannedNs, final long sentNs) {
    at(plannedNs).offered++;
  }

  @Override
  public void onUnsent(final long plannedNs) {
    final Span second = at(plannedNs);
    second.offered++;
    second.unsent++;
  }

  @Override
  public void onAnswer(final long plannedNs, final long answeredNs, final int status) {
    final Span second = at(plannedNs);
    final long tookNs = answeredNs - plannedNs;
    if (status == OK) {
      second.latency.recordValue(Math.min(LONGEST_NS, tookNs));
      if (tookNs <= deadlineNs) {
        second.good++;
      } else {
        second.late++;
      }
    } else if (status == UNAVAILABLE) {
      second.refused++;
    } else {
      second.unknown++;
    }
  }

  @Override
  public void onLost(final long plannedNs) {
    at(plannedNs).lost++;
  }
}
