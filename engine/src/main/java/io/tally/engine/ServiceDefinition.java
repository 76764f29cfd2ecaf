package io.tally.engine;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a node has to know of a service to host it: its messages, its limits, and how the state of a
 * shard begins. What is stated here never changes while a node runs.
 */
public interface ServiceDefinition {
  /**
   * Name of the service, for metrics and messages.
   *
   * @return lower-case letters, digits and underscores; no other service of the node has it.
   */
  String name();

  /**
   * The schema of the service's messages. Nodes with other services do not work together.
   *
   * @return its SBE schema id, 0 to 65,534; no other service of the node has it.
   */
  int schemaId();

  /**
   * The version up to which messages are known here. A node is sent only messages that it knows.
   * {@link MessageType#sinceVersion()} says since which version there is a message. The header of a
   * command names the version in which its fields last changed, whatever its sender was built with.
   *
   * @return version of the schema, 0 to 65,534.
   */
  int version();

  /**
   * The command messages. A shard answers {@link Outcome#INVALID} to any other, to one of a later
   * version, and to one that was sent as a read and is a write: the service never sees it.
   *
   * @return a message type for each; no other message of the node has its name.
   */
  List<MessageType> messages();

  /**
   * Bound of every command payload.
   *
   * @return length in bytes, SBE header included; at most 65,534.
   */
  int maxCommandLength();

  /**
   * Makes the service of one shard.
   *
   * @param shardId of the shard.
   * @return the service, with no state.
   */
  ShardService create(int shardId);

  /**
   * How many timers the service may have set at once in one shard. They lie on the heap, up to 123
   * bytes each.
   *
   * @return the number; by default none.
   */
  default int maxTimers() {
    return 0;
  }

  /**
   * How many entities the service holds at most.
   *
   * @return the limit; by default there is none.
   */
  default EntityLimit entities() {
    return EntityLimit.none(name());
  }

  /**
   * How often the service refused, by reason, for metrics.
   *
   * @return names, as labels of a metric, and counts for any thread; by default there are none.
   */
  default Map<String, LongSupplier> refusals() {
    return Map.of();
  }

  /**
   * Memory outside the heap that each shard takes before it holds much.
   *
   * @return bytes; by default none.
   */
  default long firstShardBytes() {
    return 0;
  }
}
