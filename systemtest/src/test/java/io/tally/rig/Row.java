package io.tally.rig;

import java.util.List;
import java.util.Locale;

/**
 * What one fault did.
 *
 * @param fault by its title, and how long it lasted.
 * @param acked writes that were answered 200 by an incarnation that lives.
 * @param ended writes that were answered 200 by an incarnation that was killed.
 * @param refused writes that were answered as not applied.
 * @param unknown writes whose outcome their clients do not know.
 * @param timeouts answers of status 504.
 * @param unanswered requests on a good connection to which no answer came.
 * @param lost sum of what is missing from counters.
 * @param doubled sum of what is too much in counters.
 * @param exceeded sum of what limits admitted and bounds let pass beyond them.
 * @param recoveryMs from the healing until every node answers for every other and no client meets
 *     anything but a 200.
 * @param slowestMs longest time to an answer of a node that was not itself stopped.
 * @param hiccupMs longest time for which this machine gave the rig itself no turn.
 * @param pendingBytes most that waited in nats-server for one connection.
 * @param traces that the fault left.
 * @param load by its kinds, and how it ended.
 * @param violations of promises; empty in a run that passes.
 */
record Row(
    String fault,
    long acked,
    long ended,
    long refused,
    long unknown,
    long timeouts,
    long unanswered,
    long lost,
    long doubled,
    long exceeded,
    long recoveryMs,
    long slowestMs,
    long hiccupMs,
    long pendingBytes,
    String traces,
    Outcomes load,
    List<String> violations) {
  static final String HEAD =
      "| fault | acked | acked, then killed | refused | unknown | 504 | unanswered"
          + " | lost | doubled | exceeded | recovery ms | slowest ms | hiccup ms | broker pending KiB | traces | load |\n"
          + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|";

  boolean passed() {
    return violations.isEmpty() && lost == 0 && doubled == 0 && exceeded == 0;
  }

  String markdown() {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %s | %s |",
        fault,
        acked,
        ended,
        refused,
        unknown,
        timeouts,
        unanswered,
        lost,
        doubled,
        exceeded,
        recoveryMs,
        slowestMs,
        hiccupMs,
        pendingBytes / 1024,
        traces,
        load);
  }
}
