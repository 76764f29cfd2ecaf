package io.tally.engine;

import java.util.List;
import java.util.function.UnaryOperator;

/** Makes another definition's services and hands each to a decorator. */
public final class DecoratedDefinition implements ServiceDefinition {
  public static final int MAX_TIMERS = 3_000;

  private final ServiceDefinition definition;
  private final int maxTimers;
  private final UnaryOperator<ShardService> decorator;

  public DecoratedDefinition(
      final ServiceDefinition definition, final UnaryOperator<ShardService> decorator) {
    this(definition, MAX_TIMERS, decorator);
  }

  /**
   * Decorates services that set timers.
   *
   * @param definition of the services.
   * @param maxTimers that each of them may have set.
   * @param decorator makes the service of a shard of the one that the definition made.
   */
  public DecoratedDefinition(
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
