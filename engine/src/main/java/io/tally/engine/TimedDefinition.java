package io.tally.engine;

import io.tally.engine.internal.MessageLengths;
import java.util.List;
import java.util.function.Function;

/**
 * Defines a service of {@link TimedEntities}. All shards of such a definition share its limit of
 * entities. Thread-safe.
 */
public final class TimedDefinition implements ServiceDefinition {
  private final String name;
  private final int schemaId;
  private final int version;
  private final int maxEntities;
  private final Function<TimedEntities, TimedEntityService> service;
  private final List<MessageType> messages;
  private final EntityBudget budget;

  TimedDefinition(
      final String name,
      final int schemaId,
      final int version,
      final int maxEntities,
      final Function<TimedEntities, TimedEntityService> service,
      final List<MessageType> messages,
      final EntityBudget budget) {
    this.name = name;
    this.schemaId = schemaId;
    this.version = version;
    this.maxEntities = maxEntities;
    this.service = service;
    this.messages = messages;
    this.budget = budget;
  }

  /**
   * This service, whose entities take at most a quarter of a heap, at 856 bytes each.
   *
   * @param memory of the process.
   * @return another definition, with a limit of its own.
   */
  public TimedDefinition within(final ServiceMemory memory) {
    return new TimedDefinition(
        name, schemaId, version, maxEntities, service, messages, EntityBudget.within(memory));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int schemaId() {
    return schemaId;
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public List<MessageType> messages() {
    return messages;
  }

  /** What {@link ServiceProxy} sends at most. */
  @Override
  public int maxCommandLength() {
    return MessageLengths.SHORT_COMMAND_BOUND;
  }

  @Override
  public int maxTimers() {
    return maxEntities;
  }

  @Override
  public EntityLimit entities() {
    final EntityLimit unlimited = EntityLimit.none(name);
    return new EntityLimit(
        unlimited.name(),
        unlimited.help(),
        budget.places(),
        budget.places(),
        budget::refusals,
        "the heap (-Xmx)");
  }

  @Override
  public ShardService create(final int shardId) {
    return new TimedEntities(schemaId, budget, service);
  }
}
