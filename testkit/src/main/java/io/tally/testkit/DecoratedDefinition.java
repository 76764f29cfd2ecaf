package io.tally.testkit;

import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes another definition's services and hands each to a decorator. */
final class DecoratedDefinition implements ServiceDefinition {
  private final ServiceDefinition definition;
  private final int maxTimers;
  private final UnaryOperator<ShardService> decorator;

  DecoratedDefinition(
      final ServiceDefinition definition,
      final int maxTimers,
      final UnaryOperator<ShardService> decorator) {
    this.definition = definition;
    this.maxTimers = maxTimers;
    this.decorator = decorator;
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public int schemaId() {
    return definition.schemaId();
  }

  @Override
  public int version() {
    return definition.version();
  }

  @Override
  public List<MessageType> messages() {
    return definition.messages();
  }

  @Override
  public int maxCommandLength() {
    return definition.maxCommandLength();
  }

  @Override
  public ShardService create(final int shardId) {
    return decorator.apply(definition.create(shardId));
  }

  @Override
  public int maxTimers() {
    return maxTimers;
  }
}
