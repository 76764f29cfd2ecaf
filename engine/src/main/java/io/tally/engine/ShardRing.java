package io.tally.engine;

/** STUB. */
final class ShardRing {
  void commit(final long sequence) {}

  void abort(final long sequence) {}
}
