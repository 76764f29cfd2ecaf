package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The counter service of one shard: decodes a command, applies it to the {@link CounterTable} and
 * encodes the reply. The length of an id comes from the network and is checked against that of the
 * payload first.
 */
final class CounterAdapter implements ShardService {
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;
  private static final long REPLY_HEADER =
      MessageHeaderWord.of(
          CounterReplyEncoder.BLOCK_LENGTH,
          CounterReplyEncoder.TEMPLATE_ID,
          CounterReplyEncoder.SCHEMA_ID,
          CounterReplyEncoder.SCHEMA_VERSION);

  private static final int REPLY_LENGTH = HEADER_LENGTH + CounterReplyEncoder.BLOCK_LENGTH;

  private final CounterLimit limit;
  private final LongAdder memoryRefusals;
  private final LongAdder overflows;
  private CounterTable table;

  /** Refusals are counted in the adders. */
  CounterAdapter(
      final CounterLimit limit, final LongAdder memoryRefusals, final LongAdder overflows) {
    this.limit = limit;
    this.memoryRefusals = memoryRefusals;
    this.overflows = overflows;
  }

  @Override
  public void onStart(final ShardContext shard) {
    table = new CounterTable(limit, shard.places());
  }

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    final int idHeader =
        offset
            + HEADER_LENGTH
            + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, offset));
    final int idOffset = idHeader + IncrementDecoder.counterIdHeaderLength();
    final int end = offset + length;
    final int idLength = idOffset > end ? 0 : buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    if (idLength == 0 || idLength > CounterProxy.MAX_ID_LENGTH || idLength > end - idOffset) {
      reply.invalid();
    } else if (templateId == IncrementDecoder.TEMPLATE_ID) {
      final long amount =
          buffer.getLong(
              offset + HEADER_LENGTH + IncrementDecoder.amountEncodingOffset(), LITTLE_ENDIAN);
      increment(entityHash, buffer, idOffset, idLength, amount, reply);
    } else {
      final int row = table.find(entityHash, buffer, idOffset, idLength);
      answer(reply, row == CounterTable.ABSENT ? 0 : table.value(row), CounterStatus.OK);
    }
  }

  @Override
  public SnapshotSource snapshot() {
    return table.snapshot();
  }

  @Override
  public void close() {
    limit.release(table.size());
  }

  @Override
  public long entityCount() {
    return table.size();
  }

  private void increment(
      final long entityHash,
      final DirectBuffer buffer,
      final int idOffset,
      final int idLength,
      final long amount,
      final ServiceReply reply) {
    final int row = table.findOrCreate(entityHash, buffer, idOffset, idLength);
    if (row == CounterTable.FULL) {
      memoryRefusals.increment();
      refuse(reply, 0, CounterStatus.MEMORY_LIMIT);
      return;
    }
    final long value = table.value(row);
    final long sum = value + amount;
    // The sum has overflowed if and only if its sign differs from the signs of both summands.
    if (((value ^ sum) & (amount ^ sum)) < 0) {
      overflows.increment();
      refuse(reply, value, CounterStatus.OVERFLOW);
      return;
    }
    table.value(row, sum);
    answer(reply, sum, CounterStatus.OK);
  }

  private static void refuse(
      final ServiceReply reply, final long value, final CounterStatus status) {
    answer(reply, value, status);
    reply.refuse(status.value());
  }

  private static void answer(
      final ServiceReply reply, final long value, final CounterStatus status) {
    final MutableDirectBuffer buffer = reply.buffer();
    MessageHeaderWord.put(buffer, reply.offset(), REPLY_HEADER);
    final int block = reply.offset() + HEADER_LENGTH;
    buffer.putLong(block + CounterReplyEncoder.valueEncodingOffset(), value, LITTLE_ENDIAN);
    buffer.putByte(block + CounterReplyEncoder.statusEncodingOffset(), (byte) status.value());
    reply.length(REPLY_LENGTH);
  }
}
