package io.tally.bench.compare;

import java.util.List;

/**
 * What takes turns to be compared, and what the project wants of it.
 *
 * @param key name of its section and of its chart.
 * @param title of the chart.
 * @param about what all entries have in common.
 * @param entries in the order of the table.
 * @param goals of their rates.
 */
record Contest(String key, String title, String about, List<Entry> entries, List<Goal> goals) {
  /**
   * A contestant at a work.
   *
   * @param watchers event streams of the work's first counter meanwhile; 0 for none.
   */
  record Entry(String title, Contestant contestant, Work work, int watchers) {
    Entry(final String title, final Contestant contestant, final Work work) {
      this(title, contestant, work, 0);
    }
  }

  /**
   * A ratio of the rates of two entries, or a rate.
   *
   * @param upper the upper half.
   * @param lower the lower half; null where the rate itself is the goal.
   * @param atLeast what must be reached; 0 if there is no such mark.
   * @param aim what is hoped for; 0 if there is no such mark.
   */
  record Goal(Entry upper, Entry lower, double atLeast, double aim) {
    String title() {
      return upper.title() + (lower == null ? ", increments/s" : " ÷ " + lower.title());
    }

    String verdict(final double value) {
      if (value < atLeast) {
        return "missed";
      }
      if (aim > 0) {
        return value >= aim ? "aim reached" : atLeast > 0 ? "reached" : "aim missed";
      }
      return atLeast > 0 ? "reached" : "";
    }
  }

  static final Contest BATCH = batch();
  static final Contest LIMIT = limit();
  static final Contest WATCHERS = watchers();

  private static Contest batch() {
    final Entry one = new Entry("Tally, one node", Contestant.ONE_NODE, Work.BATCH);
    final Entry oneOf128 = new Entry("Tally, one node, 128", Contestant.ONE_NODE, Work.BATCH_128);
    final Entry seven = new Entry("Tally, 7 nodes over NATS", Contestant.NATS, Work.BATCH);
    final Entry sevenOf128 =
        new Entry("Tally, 7 nodes over NATS, 128", Contestant.NATS, Work.BATCH_128);
    final Entry redis16 = new Entry("Redis, -P 16", Contestant.REDIS, Work.PIPELINED);
    final Entry redis100 = new Entry("Redis, -P 100", Contestant.REDIS, Work.BATCH);
    return new Contest(
        "batch",
        "Increments a second, many at once",
        "10,000 counters. Tally by wrk: 32 or 128 connections, 100 items in a batch. Redis by redis-benchmark: 64"
            + " connections with -P 16, 32 with -P 100.",
        List.of(one, oneOf128, seven, sevenOf128, redis16, redis100),
        List.of(
            new Goal(one, null, 1e6, 2e6),
            new Goal(one, redis16, 1, 0),
            new Goal(one, redis100, 0, 1),
            new Goal(sevenOf128, oneOf128, 0.5, 0),
            new Goal(seven, one, 0.5, 0)));
  }

  private static Contest limit() {
    final Entry plain = new Entry("increment", Contestant.ONE_NODE, Work.MANY_64);
    final Entry amount = new Entry("increment by an amount", Contestant.ONE_NODE, Work.AMOUNT);
    final Entry window = new Entry("limit in a window", Contestant.ONE_NODE, Work.WINDOW);
    final Entry burst = new Entry("limit with a burst", Contestant.ONE_NODE, Work.BURST);
    return new Contest(
        "limit",
        "Increments and limits a second",
        "One node, 10,000 counters of each kind, 64 connections. The increment has no body, the others have.",
        List.of(plain, amount, window, burst),
        List.of(
            new Goal(window, plain, 0.95, 0),
            new Goal(burst, plain, 0.95, 0),
            new Goal(amount, plain, 0, 0),
            new Goal(window, amount, 0, 0),
            new Goal(burst, amount, 0, 0)));
  }

  private static Contest watchers() {
    final Entry none = new Entry("nobody watches", Contestant.ONE_NODE, Work.HOT_64);
    final Entry all = new Entry("1,000 watch", Contestant.ONE_NODE, Work.HOT_64, 1_000);
    return new Contest(
        "watchers",
        "Increments a second of one counter that is watched",
        "One node, one counter, 64 connections that increment it. Those who watch read their event streams four times"
            + " a second.",
        List.of(none, all),
        List.of(new Goal(all, none, 0.9, 0)));
  }
}
