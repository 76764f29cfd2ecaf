package io.tally.bench.compare;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;

/** Redis's own load generator with its own protocol: a scale, not a like-for-like contestant. */
final class RedisBenchmark {
  private static final int REQUESTS_PER_SECOND = 80_000;

  /** Its keys end in 12 digits. */
  static final Ids IDS = new Ids("counter-0000", Ids.MANY.count());

  private RedisBenchmark() {}

  static Answers run(final Server server, final Work work, final int seconds)
      throws IOException, InterruptedException {
    final int requests = REQUESTS_PER_SECOND * seconds * Math.max(1, Math.min(work.depth / 2, 24));
    final String output =
        Command.run(
            List.of(
                "redis-benchmark",
                "-p",
                Integer.toString(server.port),
                "-n",
                Integer.toString(requests),
                "-c",
                Integer.toString(work.connections),
                "-P",
                Integer.toString(work.depth),
                "-r",
                Integer.toString(IDS.count()),
                "--csv",
                "INCR",
                "counter-__rand_int__"));
    final Matcher row =
        Command.find(
            output,
            "\"INCR [^\"]*\",\"([\\d.]+)\",\"[\\d.]+\",\"[\\d.]+\",\"([\\d.]+)\",\"[\\d.]+\",\"([\\d.]+)\"");
    final double rate = Double.parseDouble(row.group(1));
    return new Answers(
        requests,
        requests / rate,
        Double.parseDouble(row.group(2)),
        Double.parseDouble(row.group(3)),
        work.connections * work.depth);
  }
}
