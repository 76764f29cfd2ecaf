package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.FixedMessage;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.StableHash;
import io.tally.engine.internal.CheckedService;
import io.tally.examples.lease.codecs.LeaseStateDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/** The leases of one life of a shard, with the last answer. */
final class LeaseShard {
  static final long MAX_TTL_MS = 1_000;

  /** When a life that began at 0 grants its first lease. */
  static final long OPENS_MS = 1_010;

  private static final long MS = 1_000_000;

  final LeaseStateDecoder state = new LeaseStateDecoder();
  final CheckedService service;
  private final UnsafeBuffer command = new UnsafeBuffer(new byte[512]);
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[64]);
  private ServiceReply outcome;

  LeaseShard(final long incarnation, final long bornMs) {
    this(Leases.definition(MAX_TTL_MS), incarnation, bornMs);
  }

  LeaseShard(final ServiceDefinition definition, final long incarnation, final long bornMs) {
    service = new CheckedService(definition, incarnation, bornMs * MS);
  }

  /** A life that grants leases already. */
  static LeaseShard open() {
    return new LeaseShard(1, 0).atMs(OPENS_MS);
  }

  LeaseShard atMs(final long ms) {
    service.at(ms * MS);
    return this;
  }

  /** The life that follows, after a while in which wall clocks went on by so much. */
  LeaseShard restored(final long incarnation, final long stoodStillMs) {
    final LeaseShard next = new LeaseShard(incarnation, service.timeNs() / MS + stoodStillMs);
    final long atMs = service.timeNs() / MS + stoodStillMs;
    service.restoreInto(next.service, stoodStillMs * MS);
    return next.atMs(atMs);
  }

  LeaseShard acquire(final String id, final long ttlMs) {
    return apply(id, LeaseCommands.acquire(command, 0, id, ttlMs));
  }

  LeaseShard renew(final String id, final Token token, final long ttlMs) {
    return apply(id, LeaseCommands.renew(command, 0, id, token, ttlMs));
  }

  LeaseShard release(final String id, final Token token) {
    return apply(id, LeaseCommands.release(command, 0, id, token));
  }

  LeaseShard read(final String id) {
    return apply(id, LeaseCommands.read(command, 0, id));
  }

  /** Applies what may be no command; returns whether it is one. */
  boolean offer(final UnsafeBuffer message, final int length) {
    return service.apply(0, message, 0, length, reply, 0).isValid();
  }

  private LeaseShard apply(final String id, final int length) {
    outcome = service.apply(StableHash.hash(id), command, 0, length, reply, 0);
    if (outcome.isValid()) {
      assertTrue(FixedMessage.wrap(state, reply, 0, outcome.length()));
    }
    return this;
  }

  boolean isValid() {
    return outcome.isValid();
  }

  boolean isUnderKey() {
    return outcome.isUnderKey();
  }

  /** Version that the last read told. */
  long version() {
    return outcome.version();
  }

  /** Checks the last answer: a lease that is held for so long, with this token from now on. */
  Token held(final long ttlMs) {
    assertEquals(0, outcome.serviceCode());
    assertEquals(ttlMs, state.ttlMs());
    return token();
  }

  Token token() {
    return new Token(state.incarnation(), state.number());
  }

  /** Checks that the lease was said to be free. */
  LeaseShard free() {
    assertEquals(0, outcome.serviceCode());
    assertEquals(new Token(0, 0), token());
    assertEquals(0, state.ttlMs());
    return this;
  }

  LeaseShard refused(final int code) {
    assertEquals(code, outcome.serviceCode());
    return this;
  }
}
