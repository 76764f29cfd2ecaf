package io.tally.bench.compare;

import java.io.IOException;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One rate in open loop that the server is expected to keep up with: any answer but 200 fails the
 * run. Each request is measured from the time it was to be sent.
 */
final class SteadyRate implements OpenLoop.Listener {
  private static final int OK = 200;
  private static final long NANOS = 1_000_000_000L;
  private static final long LONGEST_NS = 60 * NANOS;
  private static final long LAG_NS = NANOS / 10;
  private static final int LAG_SHARE = 100;

  private final Histogram latency = new Histogram(LONGEST_NS, 3);
  private final Histogram lateness = new Histogram(LONGEST_NS, 3);
  private final long plannedNs;
  private long startNs;
  private long lastAnswerNs;

  private SteadyRate(final int seconds) {
    plannedNs = seconds * NANOS;
  }

  static SteadyRate run(
      final Server server, final Ids ids, final int connections, final int rate, final int seconds)
      throws IOException, InterruptedException {
    final SteadyRate run = new SteadyRate(seconds);
    OpenLoop.run(
        server,
        new OpenLoop.Load(
            ids, connections, Integer.MAX_VALUE, 0, List.of(new OpenLoop.Phase(rate, seconds))),
        run);
    return run;
  }

  /** From the planned time to the answer, nanoseconds. */
  Histogram latency() {
    return latency;
  }

  /** From the planned time to the sending, nanoseconds: the generator's own part. */
  Histogram lateness() {
    return lateness;
  }

  /**
   * Whether the last answer came when the plan ended or soon after; if not, the rate was more than
   * server and generator can do together.
   */
  boolean reached() {
    return lastAnswerNs - startNs <= plannedNs + plannedNs / LAG_SHARE + LAG_NS;
  }

  @Override
  public void onStart(final long nowNs) {
    startNs = nowNs;
    lastAnswerNs = nowNs;
  }

  @Override
  public void onSent(final long plannedNs, final long sentNs) {
    lateness.recordValue(Math.min(LONGEST_NS, sentNs - plannedNs));
  }

  @Override
  public void onUnsent(final long plannedNs) throws IOException {
    throw new IOException("a connection was closed");
  }

  @Override
  public void onAnswer(final long plannedNs, final long answeredNs, final int status)
      throws IOException {
    if (status != OK) {
      throw new IOException("answer is not 200: " + status);
    }
    lastAnswerNs = answeredNs;
    latency.recordValue(Math.min(LONGEST_NS, answeredNs - plannedNs));
  }

  @Override
  public void onLost(final long plannedNs) throws IOException {
    throw new IOException("a request was not answered in time");
  }
}
