package io.tally.counter;

import io.tally.counter.codecs.DeleteDecoder;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.LimitDecoder;
import io.tally.counter.codecs.OperationsDecoder;
import io.tally.counter.codecs.ScanDecoder;
import io.tally.counter.codecs.SetValueDecoder;
import io.tally.engine.EntityLimit;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceMemory;
import io.tally.engine.ShardService;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Puts the counters on the engine. Thread-safe. */
public final class CounterDefinition implements ServiceDefinition {
  // Blocks of the version in which each message was added; later versions may have longer ones.
  private static final int INCREMENT_MIN_BLOCK = Long.BYTES;
  private static final int GET_VALUE_MIN_BLOCK = 0;
  private static final int CONDITION_BLOCK = 2 * Long.BYTES + 1;
  private static final int INCREMENT_WITH_MIN_BLOCK = CONDITION_BLOCK + 4 * Long.BYTES + 2;
  private static final int SET_VALUE_MIN_BLOCK = CONDITION_BLOCK + 2 * Long.BYTES + 1;
  private static final int LIMIT_MIN_BLOCK = CONDITION_BLOCK + 4 * Long.BYTES;

  private static final int SCAN_MIN_BLOCK = Long.BYTES + Integer.BYTES + Short.BYTES;
  private static final int OPERATIONS_MIN_BLOCK = 1;

  private static final List<MessageType> MESSAGES =
      List.of(
          write(IncrementDecoder.TEMPLATE_ID, "Increment", INCREMENT_MIN_BLOCK),
          new MessageType(
              GetValueDecoder.TEMPLATE_ID,
              "GetValue",
              false,
              GET_VALUE_MIN_BLOCK,
              CounterAnswer.LENGTH),
          write(IncrementWithDecoder.TEMPLATE_ID, "IncrementWith", INCREMENT_WITH_MIN_BLOCK)
              .since(1),
          write(SetValueDecoder.TEMPLATE_ID, "SetValue", SET_VALUE_MIN_BLOCK).since(1),
          write(DeleteDecoder.TEMPLATE_ID, "Delete", CONDITION_BLOCK).since(1),
          write(LimitDecoder.TEMPLATE_ID, "Limit", LIMIT_MIN_BLOCK).since(1),
          new MessageType(
                  ScanDecoder.TEMPLATE_ID,
                  "Scan",
                  false,
                  SCAN_MIN_BLOCK,
                  CounterPageLayout.MAX_LENGTH)
              .since(1),
          new MessageType(
                  OperationsDecoder.TEMPLATE_ID,
                  "Operations",
                  true,
                  OPERATIONS_MIN_BLOCK,
                  OperationsLayout.MAX_REPLY_LENGTH)
              .since(1));

  private final CounterRefusals refusals = new CounterRefusals();
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
    return new CounterAdapter(limit, refusals);
  }

  /** One, for the first deadline. */
  @Override
  public int maxTimers() {
    return 1;
  }

  @Override
  public long firstShardBytes() {
    return RowSpace.FIRST_CHUNK_BYTES + CounterTable.BUCKET_CHUNK_BYTES + DeadlineCells.CHUNK_BYTES;
  }

  @Override
  public int maxCommandLength() {
    return OperationsLayout.MAX_LENGTH;
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
        refusals.memoryLimit::sum,
        "--max-counters");
  }

  @Override
  public Map<String, LongSupplier> refusals() {
    return refusals.byReason();
  }

  private static MessageType write(final int templateId, final String name, final int minBlock) {
    return new MessageType(templateId, name, true, minBlock, CounterAnswer.LENGTH);
  }
}
