package io.tally.engine;

import java.util.List;
import java.util.function.UnaryOperator;

/** Makes another factory's services and hands each to a decorator. */
final class DecoratedServiceFactory implements ShardServiceFactory {
  static final int MAX_TIMERS = 3_000;

  private final ShardServiceFactory factory;
  private final UnaryOperator<ShardService> decorator;

  DecoratedServiceFactory(
      final ShardServiceFactory factory, final UnaryOperator<ShardService> decorator) {
    this.factory = factory;
    this.decorator = decorator;
  }

  @Override
  public int schemaId() {
    return factory.schemaId();
  }

  @Override
  public int version() {
    return factory.version();
  }

  @Override
  public ShardService create(final int shardId) {
    return decorator.apply(factory.create(shardId));
  }

  @Override
  public int maxCommandLength() {
    return factory.maxCommandLength();
  }

  @Override
  public int maxReplyLength() {
    return factory.maxReplyLength();
  }

  @Override
  public List<String> messageTypes() {
    return factory.messageTypes();
  }

  @Override
  public boolean isWrite(final int templateId) {
    return factory.isWrite(templateId);
  }

  @Override
  public int maxTimers() {
    return MAX_TIMERS;
  }
}
