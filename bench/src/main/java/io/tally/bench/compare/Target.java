package io.tally.bench.compare;

import java.util.List;

/**
 * A ratio that the project has set itself.
 *
 * @param measure what it says.
 * @param contestant the upper half of the ratio.
 * @param base the lower half.
 * @param work the work of both.
 * @param isCpu whether CPU a request is compared, where less is better, or answers a second.
 * @param atLeast what must be reached.
 * @param aim what is hoped for.
 */
record Target(
    String measure,
    Contestant contestant,
    Contestant base,
    Work work,
    boolean isCpu,
    double atLeast,
    double aim) {

  static final List<Target> ALL =
      List.of(
          rate(Contestant.ONE_NODE, Contestant.BARE_NETTY, Work.MANY_256, 0.88, 0.97),
          rate(Contestant.ONE_NODE, Contestant.BARE_NETTY, Work.MANY_64, 0.88, 0.97),
          cpu(Contestant.ONE_NODE, Work.MANY_256, 1.25, 1.05),
          cpu(Contestant.ONE_NODE, Work.MANY_64, 1.25, 1.05),
          rate(Contestant.ONE_NODE, Contestant.BARE_NETTY, Work.MANY_8, 0.75, 0.95),
          cpu(Contestant.ONE_NODE, Work.MANY_8, 1.5, 1.15),
          rate(Contestant.ONE_NODE, Contestant.WEBDIS, Work.MANY_256, 1.4, 1.8),
          rate(Contestant.NATS, Contestant.BARE_NETTY, Work.MANY_256, 0.45, 0.60),
          cpu(Contestant.NATS, Work.MANY_256, 2.9, 2.0),
          rate(Contestant.NATS, Contestant.BARE_NETTY, Work.HOT_256, 0.60, 0.75),
          cpu(Contestant.NATS, Work.HOT_256, 2.1, 1.6),
          rate(Contestant.NATS, Contestant.WEBDIS, Work.MANY_256, 0.85, 1.1),
          rate(Contestant.ONE_NODE, Contestant.BARE_NETTY, Work.PIPELINED, 0.70, 0.90),
          rate(Contestant.NATS, Contestant.BARE_NETTY, Work.PIPELINED, 0.25, 0.5));

  private static Target rate(
      final Contestant contestant,
      final Contestant base,
      final Work work,
      final double atLeast,
      final double aim) {
    return new Target("answers a second", contestant, base, work, false, atLeast, aim);
  }

  private static Target cpu(
      final Contestant contestant, final Work work, final double atLeast, final double aim) {
    return new Target("CPU a request", contestant, Contestant.BARE_NETTY, work, true, atLeast, aim);
  }

  boolean isMeasured(final Results results) {
    return results.has(work, contestant) && results.has(work, base);
  }

  double ratio(final Results results) {
    return isCpu
        ? results.cpuRatio(work, contestant, base)
        : results.perSecondRatio(work, contestant, base);
  }

  String verdict(final double ratio) {
    if (isCpu ? ratio <= aim : ratio >= aim) {
      return "aim reached";
    }
    return (isCpu ? ratio <= atLeast : ratio >= atLeast) ? "reached" : "missed";
  }
}
