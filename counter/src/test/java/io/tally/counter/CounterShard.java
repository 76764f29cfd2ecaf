package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.ServiceReply;
import io.tally.engine.StableHash;
import io.tally.engine.internal.CheckedService;
import org.agrona.concurrent.UnsafeBuffer;

/** The counters of one shard, asked by id, with the last answer. Its incarnation is 1. */
final class CounterShard {
  static final long INCARNATION = 1;

  final CounterReplyAdapter answer = new CounterReplyAdapter();
  final CounterDefinition definition;
  final CheckedService service;
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[64]);
  private ServiceReply outcome;

  CounterShard() {
    this(1_000_000);
  }

  CounterShard(final long maxCounters) {
    this(new CounterDefinition(new CounterLimit(maxCounters)));
  }

  /** Another shard of a process. */
  CounterShard(final CounterDefinition definition) {
    this.definition = definition;
    service = new CheckedService(definition);
  }

  /** Whose ids have few hashes; those of up to three bytes have one. */
  CounterShard(final CounterLimit limit) {
    definition = new CounterDefinition(limit);
    service = new CheckedService(definition, INCARNATION, 0, () -> 0);
  }

  CounterShard atMs(final long ms) {
    service.at(ms * 1_000_000);
    return this;
  }

  CounterShard increment(final String id, final long amount) {
    return apply(id, CounterCommands.increment(id, amount));
  }

  CounterShard get(final String id) {
    return apply(id, CounterCommands.get(id));
  }

  CounterShard increment(final String id, final CounterRequest request) {
    return apply(id, CounterCommands.incrementWith(id, request));
  }

  CounterShard set(final String id, final CounterRequest request) {
    return apply(id, CounterCommands.set(id, request));
  }

  CounterShard delete(final String id, final CounterRequest request) {
    return apply(id, CounterCommands.delete(id, request));
  }

  CounterShard limit(final String id, final CounterRequest request) {
    return apply(id, CounterCommands.limit(id, request));
  }

  CounterShard apply(final String id, final byte[] command) {
    offer(id, command);
    assertTrue(outcome.isValid());
    assertTrue(answer.wrap(reply, 0, outcome.length()));
    assertEquals(answer.status().value(), outcome.serviceCode());
    // Or the client would be told the same until the key has gone.
    final boolean mayComeBack =
        answer.status() == CounterStatus.QUOTA_EXCEEDED
            || answer.status() == CounterStatus.MEMORY_LIMIT;
    assertEquals(!mayComeBack, outcome.isUnderKey());
    return this;
  }

  /** For what may be no command. */
  boolean offer(final String id, final byte[] command) {
    outcome =
        service.apply(StableHash.hash(id), new UnsafeBuffer(command), 0, command.length, reply, 0);
    return outcome.isValid();
  }

  /** Checks the last answer. */
  CounterShard is(final CounterStatus status, final long value) {
    assertEquals(status, answer.status());
    assertEquals(value, answer.value());
    return this;
  }

  CounterShard ok(final long value) {
    return is(CounterStatus.OK, value);
  }

  CounterShard applied(final long amount) {
    assertTrue(answer.hasApplied());
    assertEquals(amount, answer.applied());
    return this;
  }

  CounterShard remaining(final long count) {
    assertTrue(answer.hasRemaining());
    assertEquals(count, answer.remaining());
    return this;
  }

  /** 0 if the answer must say nothing of it. */
  CounterShard ttlMs(final long ms) {
    assertEquals(ms, answer.ttlMs());
    assertEquals(ms != 0, answer.hasTtl());
    return this;
  }

  /** Checks what a read shows, and that the last answer told the same version. */
  CounterShard reads(final String id, final long value, final long ttlMs) {
    final long version = answer.counterVersion();
    get(id).ok(value).ttlMs(ttlMs);
    assertEquals(version, answer.counterVersion());
    return this;
  }

  long version() {
    return answer.counterVersion();
  }

  long refusals(final String reason) {
    return definition.refusals().get(reason).getAsLong();
  }
}
