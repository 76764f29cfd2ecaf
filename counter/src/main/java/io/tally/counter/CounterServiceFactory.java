package io.tally.counter;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.engine.EntityLimit;
import io.tally.engine.ServiceMemory;
import io.tally.engine.ShardService;
import io.tally.engine.ShardServiceFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;

/** Makes the counter services of a node's shards. Thread-safe. */
public final class CounterServiceFactory implements ShardServiceFactory {
  private static final List<String> MESSAGE_TYPES = List.of("Increment", "GetValue");

  private final LongAdder memoryRefusals = new LongAdder();
  private final LongAdder overflows = new LongAdder();
  private final CounterLimit limit;
  private final long safeMaxCounters;

  /**
   * Creates a factory.
   *
   * @param limit that all its services share, and those of other nodes in the process.
   */
  public CounterServiceFactory(final CounterLimit limit) {
    this(limit, Long.MAX_VALUE);
  }

  private CounterServiceFactory(final CounterLimit limit, final long safeMaxCounters) {
    this.limit = limit;
    this.safeMaxCounters = safeMaxCounters;
  }

  /**
   * Creates a factory whose counters fit into a memory.
   *
   * @param memory of the process.
   * @param maxCounters most counters, even if memory does not hold them; null for as many as it
   *     surely holds.
   * @return the factory.
   */
  public static CounterServiceFactory within(final ServiceMemory memory, final Long maxCounters) {
    final long safe = CounterLimit.defaultMaxCounters(memory.directBytes(), memory.heapBytes());
    return new CounterServiceFactory(
        new CounterLimit(maxCounters == null ? safe : maxCounters), safe);
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
    return new CounterAdapter(new CounterTable(limit), memoryRefusals, overflows);
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
  public int maxReplyLength() {
    return MessageHeaderDecoder.ENCODED_LENGTH + CounterReplyDecoder.BLOCK_LENGTH;
  }

  @Override
  public List<String> messageTypes() {
    return MESSAGE_TYPES;
  }

  @Override
  public boolean isWrite(final int templateId) {
    return templateId == IncrementDecoder.TEMPLATE_ID;
  }

  @Override
  public boolean isRefusal(final DirectBuffer reply, final int offset, final int length) {
    final int status =
        offset + MessageHeaderDecoder.ENCODED_LENGTH + CounterReplyDecoder.statusEncodingOffset();
    return length > status - offset && reply.getByte(status) != CounterStatus.OK.value();
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
