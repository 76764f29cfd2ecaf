package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Closed-loop load on all contestants, interleaved: each work on each of them, round after round.
 */
final class Throughput {
  private final Site site;
  private final Options options;
  private final Results results = new Results();

  Throughput(final Site site, final Options options) {
    this.site = site;
    this.options = options;
  }

  void warm(final List<Server> servers) throws IOException, InterruptedException {
    for (final Server server : servers) {
      System.out.println("warming " + server.contestant.title);
      for (final Work work : List.of(Work.MANY_64, Work.PIPELINED)) {
        if (work.suits(server.contestant)) {
          measure(server, work, options.warmupSeconds);
        }
      }
    }
  }

  Results run(final List<Server> servers) throws IOException, InterruptedException {
    warm(servers);
    for (int round = 1; round <= options.rounds; round++) {
      for (final Work work : Work.PLAIN) {
        final List<Server> order = new ArrayList<>(servers);
        // Nobody always follows the same neighbour, nor always comes first.
        Collections.rotate(order, round);
        for (final Server server : order) {
          if (options.includes(server.contestant, work)) {
            final Sample sample = measure(server, work, options.seconds);
            results.add(work, server.contestant, sample);
            System.out.printf(
                "round %d  %-10s %-10s %,10.0f/s %7.2f us CPU%n",
                round, work.key, server.contestant.key, sample.perSecond(), sample.cpuMicros());
          }
        }
      }
    }
    return results;
  }

  Sample measure(final Server server, final Work work, final int seconds)
      throws IOException, InterruptedException {
    final Ids ids = work.ids(server);
    final long sumBefore = server.counts() ? Counters.settledSum(server, ids) : 0;
    final long cpuBefore = server.cpuMicros();
    final Answers answers = work.run(site, server, seconds);
    final long cpuMicros = server.cpuMicros() - cpuBefore;
    if (server.counts()) {
      verify(server, work, answers, Counters.settledSum(server, ids) - sumBefore);
    }
    return new Sample(
        answers.count() / answers.seconds(),
        (double) cpuMicros / answers.count(),
        answers.p50Ms(),
        answers.p99Ms());
  }

  private static void verify(
      final Server server, final Work work, final Answers answers, final long counted)
      throws IOException {
    if (counted < answers.count() || counted > answers.count() + answers.dropped()) {
      throw new IOException(
          "%s, %s: counted %d for %d answers and at most %d dropped"
              .formatted(
                  server.contestant.title, work.key, counted, answers.count(), answers.dropped()));
    }
  }
}
