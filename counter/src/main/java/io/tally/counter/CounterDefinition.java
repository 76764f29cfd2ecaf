package io.tally.counter;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.engine.EntityLimit;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceMemory;
import io.tally.engine.ShardService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Puts the counters on the engine. Thread-safe. */
public final class CounterDefinition implements ServiceDefinition {
  private static final int REPLY_LENGTH =
      MessageHeaderDecoder.ENCODED_LENGTH + CounterReplyDecoder.BLOCK_LENGTH;

  // Blocks of version 0, in which these messages were added; later versions may have longer ones.
  private static final int INCREMENT_MIN_BLOCK = Long.BYTES;
  private static final int GET_VALUE_MIN_BLOCK = 0;

  private static final List<MessageType> MESSAGES =
      List.of(
          new MessageType(
              IncrementDecoder.TEMPLATE_ID, "Increment", true, INCREMENT_MIN_BLOCK, REPLY_LENGTH),
          new MessageType(
              GetValueDecoder.TEMPLATE_ID, "GetValue", false, GET_VALUE_MIN_BLOCK, REPLY_LENGTH));

  private final LongAdder memoryRefusals = new LongAdder();
  private final LongAdder overflows = new LongAdder();
  private final CounterLimit limit;
  private final long safeMaxCounters;

  /**
   * Creates a definition.
   *
   * @param limit that all its services share, and those of other nodes in the process.
   */
  public CounterDefinition(final CounterLimit limit) {
    this(limit, Long.MAX_VALUE);
  }

  private CounterDefinition(final CounterLimit limit, final long safeMaxCounters) {
    this.limit = limit;
    this.safeMaxCounters = safeMaxCounters;
  }

  /**
   * Creates a definition whose counters fit into a memory.
   *
   * @param memory of the process.
   * @param maxCounters most counters, even if memory does not hold them; null for as many as it
   *     surely holds.
   * @return the definition.
   */
  public static CounterDefinition within(final ServiceMemory memory, final Long maxCounters) {
    final long safe = CounterLimit.defaultMaxCounters(memory.directBytes(), memory.heapBytes());
    return new CounterDefinition(new CounterLimit(maxCounters == null ? safe : maxCounters), safe);
  }

  @Override
  public String name() {
    return "counter";
  }

  @Override
  public int schemaId() {
    return IncrementDecoder.SCHEMA_ID;
  }

  @Override
  public int version() {
    return IncrementDecoder.SCHEMA_VERSION;
  }

  @Override
  public ShardService create(final int shardId) {
    return new CounterAdapter(limit, memoryRefusals, overflows);
  }

  @Override
  public long firstShardBytes() {
    return CounterTable.FIRST_CHUNK_BYTES + CounterTable.BUCKET_CHUNK_BYTES;
  }

  @Override
  public int maxCommandLength() {
    return MessageHeaderDecoder.ENCODED_LENGTH
        + IncrementDecoder.BLOCK_LENGTH
        + IncrementDecoder.counterIdHeaderLength()
        + CounterProxy.MAX_ID_LENGTH;
  }

  @Override
  public List<MessageType> messages() {
    return MESSAGES;
  }

  @Override
  public EntityLimit entities() {
    return new EntityLimit(
        "counters",
        "Counters kept; all of the process at most tally_counters_limit. None is ever evicted.",
        limit.maxCounters(),
        safeMaxCounters,
        memoryRefusals::sum,
        "--max-counters");
  }

  @Override
  public Map<String, LongSupplier> refusals() {
    return Map.of("memory_limit", memoryRefusals::sum, "overflow", overflows::sum);
  }
}
