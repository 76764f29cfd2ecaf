package io.tally.testkit;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.engine.EntityLimit;
import io.tally.engine.MessageLengths;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.List;

/**
 * The counters without their long messages (atomic batches and lists), so that rings and frames can
 * be small enough to run full. Long messages are the ledger's.
 */
final class ShortCounters implements ServiceDefinition {
  private static final int MAX_COUNTERS = 1 << 20;

  private final CounterDefinition counters = new CounterDefinition(new CounterLimit(MAX_COUNTERS));

  @Override
  public String name() {
    return counters.name();
  }

  @Override
  public int schemaId() {
    return counters.schemaId();
  }

  @Override
  public int version() {
    return counters.version();
  }

  @Override
  public List<MessageType> messages() {
    return counters.messages().stream()
        .filter(message -> message.maxReplyLength() <= MessageLengths.SHORT_REPLY_BOUND)
        .toList();
  }

  @Override
  public int maxCommandLength() {
    return MessageLengths.SHORT_COMMAND_BOUND;
  }

  @Override
  public ShardService create(final int shardId) {
    return counters.create(shardId);
  }

  @Override
  public int maxTimers() {
    return counters.maxTimers();
  }

  @Override
  public EntityLimit entities() {
    return counters.entities();
  }

  @Override
  public long firstShardBytes() {
    return counters.firstShardBytes();
  }
}
