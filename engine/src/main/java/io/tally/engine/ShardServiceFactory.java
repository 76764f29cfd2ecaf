package io.tally.engine;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;

/** Makes the services of a node's shards and states the limits of their messages. */
public interface ShardServiceFactory {
  /**
   * The schema of the service's messages. Nodes with other services do not work together.
   *
   * @return its SBE schema id, 0 to 65,534.
   */
  int schemaId();

  /**
   * The version up to which messages are known here. A node sends another one only messages that it
   * knows: so the header of a command says in which version of the schema that message last
   * changed, and not which one its sender was built with.
   *
   * @return version of the schema, 0 to 65,534.
   */
  int version();

  /**
   * Makes the service of one shard.
   *
   * @param shardId of the shard.
   * @return the service, with no state.
   */
  ShardService create(int shardId);

  /**
   * Bound of every command payload.
   *
   * @return length in bytes, SBE header included; at most 65,534.
   */
  int maxCommandLength();

  /**
   * Bound of every reply.
   *
   * @return length in bytes, SBE header included; at most 65,534.
   */
  int maxReplyLength();

  /**
   * Names of the command messages, for metrics: the name of template id {@code n} stands at index
   * {@code n - 1}.
   *
   * @return the names.
   */
  List<String> messageTypes();

  /**
   * Whether a message may change state. A shard refuses a command whose sender thought otherwise: a
   * write that was sent as a read has no lane sequence, and could be applied twice.
   *
   * @param templateId of the message.
   * @return true for a write; false for a read and for an unknown message.
   */
  boolean isWrite(int templateId);

  /**
   * Whether a reply says that the service did not do what it was asked. For metrics only; called
   * for each reply, by the threads that step shards and ingresses.
   *
   * @param reply holds the reply.
   * @param offset of the reply.
   * @param length of the reply in bytes, which may be of another version of the service.
   * @return true if it is a refusal; by default no reply is.
   */
  default boolean isRefusal(final DirectBuffer reply, final int offset, final int length) {
    return false;
  }

  /**
   * How many entities the services of this factory hold at most.
   *
   * @return the limit; by default there is none.
   */
  default EntityLimit entities() {
    return EntityLimit.NONE;
  }

  /**
   * How often the services of this factory refused, by reason, for metrics.
   *
   * @return names, as labels of a metric, and counts for any thread; by default there are none.
   */
  default Map<String, LongSupplier> refusals() {
    return Map.of();
  }

  /**
   * How many timers a service may have set at once in one shard. They lie on the heap, up to 123
   * bytes each.
   *
   * @return the number; by default none.
   */
  default int maxTimers() {
    return 0;
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
