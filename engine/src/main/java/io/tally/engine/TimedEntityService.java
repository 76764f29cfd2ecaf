package io.tally.engine;

/** What a service of {@link TimedEntities} does with the commands of one shard. */
@FunctionalInterface
public interface TimedEntityService {
  /**
   * Applies one command, as {@link ShardService#onCommand} does.
   *
   * @param command to be applied, during the call only.
   * @param entity to which it is addressed; null if there is no such one.
   * @param reply takes the reply. It tells the version of the entity as it was before the command.
   */
  void onCommand(EntityCommand command, TimedEntity entity, ServiceReply reply);
}
