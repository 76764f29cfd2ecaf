package io.tally.bench.compare;

/** The counters of a work: a number of 16-byte ids that differ in their last 8 digits. */
record Ids(String prefix, int count) {
  static final Ids MANY = new Ids("counter-", 10_000);
  static final Ids HOT = new Ids("hotcntr-", 1);

  String id(final int index) {
    return String.format("%s%08d", prefix, index);
  }
}
