package io.tally.testkit;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.engine.EntityLimit;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.engine.internal.MessageLengths;
import java.util.List;

/**
 * The counters with lists of operations and pages that are short messages, so that rings and frames
 * can be small enough to run full.
 */
final class ShortCounters implements ServiceDefinition {
  static final int MAX_COUNTERS = 1 << 20;

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
    return counters.messages().stream().map(ShortCounters::shortened).toList();
  }

  private static MessageType shortened(final MessageType message) {
    return new MessageType(
        message.templateId(),
        message.name(),
        message.write(),
        message.minBlockLength(),
        Math.min(message.maxReplyLength(), MessageLengths.SHORT_REPLY_BOUND));
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
