package io.tally.counter;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.engine.ShardService;
import io.tally.engine.ShardServiceFactory;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;

/** Makes the counter services of a node's shards. Thread-safe. */
public final class CounterServiceFactory implements ShardServiceFactory {
  private static final List<String> MESSAGE_TYPES = List.of("Increment", "GetValue");

  private final LongAdder memoryRefusals = new LongAdder();
  private final LongAdder overflows = new LongAdder();
  private final CounterLimit limit;

  /**
   * Creates a factory.
   *
   * @param limit that all its services share, and those of other nodes in the process.
   */
  public CounterServiceFactory(final CounterLimit limit) {
    this.limit = limit;
  }

  @Override
  public ShardService create(final int shardId) {
    return new CounterAdapter(new CounterTable(limit), memoryRefusals, overflows);
  }

  /**
   * Memory outside the heap that the table of each shard takes before it holds many counters.
   *
   * @return bytes.
   */
  public static int firstTableBytes() {
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

  /**
   * Increments refused because their counter was new and there was no room for it. Any thread.
   *
   * @return the number, of all services of this factory.
   */
  public long memoryRefusalCount() {
    return memoryRefusals.sum();
  }

  /**
   * Increments refused because the sum left 64 bits. Any thread.
   *
   * @return the number, of all services of this factory.
   */
  public long overflowCount() {
    return overflows.sum();
  }
}
