package io.tally.testkit;

import io.tally.engine.Outcome;

/** One request of a client, from its hand-over to what its client knows in the end. */
final class Request {
  final Entity entity;
  final boolean write;
  final long amount;

  /** Bytes of the memo that an account is sent with it. */
  final int memoLength;

  /** Whether it is sent as a message of the latest version that its process knows. */
  final boolean wantsNewest;

  final KeyUse key;
  final long startStamp;
  final long startNs;
  SimulatedProcess process;

  /** How it ended at its process; null while it did not. */
  Outcome outcome;

  boolean ended;

  /** What it asks for, if that is more than a sum or a read; else null. */
  final Attempt attempt;

  /** How often it may be sent again if this request ends unknown. */
  final int retriesLeft;

  private Request(
      final Entity entity,
      final boolean write,
      final long amount,
      final int memoLength,
      final boolean wantsNewest,
      final KeyUse key,
      final Attempt attempt,
      final int retriesLeft,
      final long startStamp,
      final long startNs) {
    this.entity = entity;
    this.write = write;
    this.amount = amount;
    this.memoLength = memoLength;
    this.wantsNewest = wantsNewest;
    this.key = key;
    this.attempt = attempt;
    this.retriesLeft = retriesLeft;
    this.startStamp = startStamp;
    this.startNs = startNs;
  }

  /** A request for more than a sum or a read. */
  Request(
      final Entity entity,
      final boolean write,
      final Attempt attempt,
      final int retriesLeft,
      final long startStamp,
      final long startNs) {
    this(entity, write, 0, 0, false, null, attempt, retriesLeft, startStamp, startNs);
  }

  /** A sum or a read; the key is null where it has none. */
  Request(
      final Entity entity,
      final boolean write,
      final long amount,
      final int memoLength,
      final boolean wantsNewest,
      final KeyUse key,
      final long startStamp,
      final long startNs) {
    this(entity, write, amount, memoLength, wantsNewest, key, null, 0, startStamp, startNs);
  }

  /** What is wrong with a probe. */
  String unserved() {
    return entity.name()
        + " is not served at "
        + process.node().id
        + " long after healing: "
        + outcome;
  }

  /** Whether the memo is to be sent back. */
  boolean wantsEcho() {
    return write && memoLength % 2 == 1;
  }

  /** One use of an idempotency key: all requests that begin within its window. */
  static final class KeyUse {
    /** Entities share their keys: it is the shard that keeps them apart. */
    final String key;

    final Entity entity;
    final int use;
    final long amount;
    final int memoLength;
    final long firstNs;
    long lastNs;

    KeyUse(
        final Entity entity,
        final String key,
        final int use,
        final long amount,
        final int memoLength,
        final long firstNs) {
      this.entity = entity;
      this.key = key;
      this.use = use;
      this.amount = amount;
      this.memoLength = memoLength;
      this.firstNs = firstNs;
      lastNs = firstNs;
    }

    String nameInHistory() {
      return entity.name() + "/" + key + "#" + use;
    }
  }
}
