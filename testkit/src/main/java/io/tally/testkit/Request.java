package io.tally.testkit;

import io.tally.engine.Outcome;

/** One request of a client, from its hand-over to what its client knows in the end. */
final class Request {
  final Counter counter;
  final boolean write;
  final long amount;
  final KeyUse key;
  final long startStamp;
  final long startNs;
  SimulatedProcess process;

  /** How it ended at its process; null while it did not. */
  Outcome outcome;

  boolean ended;

  /** Null where it has no key. */
  Request(
      final Counter counter,
      final boolean write,
      final long amount,
      final KeyUse key,
      final long startStamp,
      final long startNs) {
    this.counter = counter;
    this.write = write;
    this.amount = amount;
    this.key = key;
    this.startStamp = startStamp;
    this.startNs = startNs;
  }

  /** One use of an idempotency key: all requests that begin within its window. */
  static final class KeyUse {
    /** Counters share their keys: it is the service that keeps them apart. */
    final String key;

    private final Counter counter;
    final int use;
    final long amount;
    final long firstNs;
    long lastNs;

    KeyUse(
        final Counter counter,
        final String key,
        final int use,
        final long amount,
        final long firstNs) {
      this.counter = counter;
      this.key = key;
      this.use = use;
      this.amount = amount;
      this.firstNs = firstNs;
      lastNs = firstNs;
    }

    String nameInHistory() {
      return counter.name() + "/" + key + "#" + use;
    }
  }
}
