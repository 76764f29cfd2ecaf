package io.tally.bench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Table of one server under more load than it can do. */
final class OverloadReport {
  private static final double NANOS_PER_MS = 1e6;
  private static final double KIB_PER_MIB = 1 << 10;
  private static final double RECOVERED = 0.98;

  private final Contestant contestant;
  private final int peak;
  private final List<OpenLoop.Phase> phases;
  private final Timeline timeline;

  OverloadReport(
      final Contestant contestant,
      final int peak,
      final List<OpenLoop.Phase> phases,
      final Timeline timeline) {
    this.contestant = contestant;
    this.peak = peak;
    this.phases = phases;
    this.timeline = timeline;
  }

  static void write(
      final StringBuilder text,
      final int connections,
      final int depth,
      final List<OverloadReport> reports) {
    text.append(
        String.format(
            Locale.ROOT,
            "Open loop, %d connections with at most %d requests in flight each, 10,000 counters; what is due beyond"
                + " is not sent. The peak is the most that was answered 200 within 1 s at rising rates; in time means"
                + " the same. Beside them one client asks once at a time on a counter of its own. Times are those of"
                + " requests answered 200, from when they were to be sent. Every run's counters added up.%n%n",
            connections,
            depth));
    text.append(
        "| server | offered | sent/s | in time/s | ÷ peak | 503 of those sent | 504 or 500 | unanswered | p50 ms | p99 ms"
            + " | modest: asked | not 200 | p99 ms | resident MiB |\n"
            + "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    reports.forEach(report -> report.rows(text));
    for (final OverloadReport report : reports) {
      text.append("\n* ").append(report.summary());
    }
    text.append('\n');
  }

  /** Peak, and how the seconds after each flood went. */
  String summary() {
    final List<String> after = new ArrayList<>();
    for (int i = 2, second = phases.get(0).seconds(); i < phases.size(); i += 2) {
      second += phases.get(i - 1).seconds();
      after.add(recovery(i, second));
      second += phases.get(i).seconds();
    }
    return String.format(
        Locale.ROOT,
        "%s: peak %,d/s; half of it offered, share answered in time in each second after %s",
        contestant.title,
        peak,
        String.join(", after ", after));
  }

  private String recovery(final int phase, final int from) {
    final OpenLoop.Phase calm = phases.get(phase);
    final double[] shares =
        Arrays.stream(timeline.each(from, from + calm.seconds(), span -> span.good))
            .mapToDouble(good -> (double) good / calm.rate())
            .toArray();
    int recovered = shares.length;
    while (recovered > 0 && shares[recovered - 1] >= RECOVERED) {
      recovered--;
    }
    return String.format(
        Locale.ROOT,
        "%d times the peak: %s (%s)",
        phases.get(phase - 1).rate() / peak,
        Arrays.stream(shares)
            .mapToObj(share -> String.format(Locale.ROOT, "%.2f", share))
            .collect(Collectors.joining(" ")),
        recovered == shares.length ? "not as before" : "as before from second " + (recovered + 1));
  }

  private void rows(final StringBuilder text) {
    int second = 0;
    for (final OpenLoop.Phase phase : phases) {
      row(text, phase, timeline.sum(second, second + phase.seconds()));
      second += phase.seconds();
    }
  }

  private void row(final StringBuilder text, final OpenLoop.Phase phase, final Timeline.Span span) {
    final double sent = span.offered - span.unsent;
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %,d/s, %.1f times the peak | %,.0f | %,.0f | %.2f | %.2f %% | %d | %d | %.2f | %.2f | %,d | %.2f %% | %.2f"
                + " | %.0f |%n",
            contestant.title,
            phase.rate(),
            (double) phase.rate() / peak,
            sent / phase.seconds(),
            (double) span.good / phase.seconds(),
            (double) span.good / phase.seconds() / peak,
            100 * span.refused / sent,
            span.unknown,
            span.lost,
            span.latency.getValueAtPercentile(50) / NANOS_PER_MS,
            span.latency.getValueAtPercentile(99) / NANOS_PER_MS,
            span.modestAsked,
            100.0 * (span.modestAsked - span.modestServed) / Math.max(1, span.modestAsked),
            span.modestLatency.getValueAtPercentile(99) / NANOS_PER_MS,
            span.residentKib / KIB_PER_MIB));
  }
}
