package io.tally.engine.internal;

import io.tally.engine.ShardService;

/**
 * A mistake built into the protocol of a simulated cluster: rewrites messages on their way, or
 * replaces the service. The base class makes none.
 */
class Mutant {
  /** Called once for each message that a node sends; the message may be changed in place. */
  void onSend(final long fromIncarnation, final byte[] message) {}

  /** Called once for each copy that arrives; the message may be changed in place. */
  void onDeliver(final long toIncarnation, final byte[] message) {}

  /** Called when a request was given up at its deadline. */
  void onTimeout(final long fromIncarnation, final int loop, final long correlationId) {}

  /** Called when a node hears which version of the service a peer hosts; returns what it takes. */
  int peerVersion(final int version) {
    return version;
  }

  /** Whether a shard stands still while it is replaced. */
  boolean standsStill() {
    return true;
  }

  /** Called with the snapshot from which a shard is restored; the records may be changed. */
  void onSnapshot(final KeptRecords records) {}

  /** Called for each node that is made. */
  void context(final ContextBuilder context) {}

  /** Called for each service that is made. */
  ShardService service(final ShardService service) {
    return service;
  }
}
