package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ShardService;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The counter service of one shard: decodes a command, applies it to the {@link CounterTable} and
 * encodes the reply. Every length comes from the network and is checked against that of the payload
 * first.
 */
final class CounterAdapter implements ShardService {
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;
  private static final long REPLY_HEADER =
      MessageHeaderWord.of(
          CounterReplyEncoder.BLOCK_LENGTH,
          CounterReplyEncoder.TEMPLATE_ID,
          CounterReplyEncoder.SCHEMA_ID,
          CounterReplyEncoder.SCHEMA_VERSION);

  private final CounterTable table;
  private final LongAdder memoryRefusals;
  private final LongAdder overflows;

  /** Refusals are counted in the adders. */
  CounterAdapter(
      final CounterTable table, final LongAdder memoryRefusals, final LongAdder overflows) {
    this.table = table;
    this.memoryRefusals = memoryRefusals;
    this.overflows = overflows;
  }

  @Override
  public int onCommand(
      final long timeNs,
      final long entityHash,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer reply,
      final int replyOffset) {
    if (length < HEADER_LENGTH) {
      return INVALID;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    if (MessageHeaderWord.schemaId(header) != IncrementDecoder.SCHEMA_ID) {
      return INVALID;
    }
    MessageHeaderWord.put(reply, replyOffset, REPLY_HEADER);
    switch (MessageHeaderWord.templateId(header)) {
      case IncrementDecoder.TEMPLATE_ID:
        return onIncrement(entityHash, header, buffer, offset, length, reply, replyOffset);
      case GetValueDecoder.TEMPLATE_ID:
        return onGetValue(entityHash, header, buffer, offset, length, reply, replyOffset);
      default:
        return INVALID;
    }
  }

  @Override
  public long entityCount() {
    return table.size();
  }

  private int onIncrement(
      final long entityHash,
      final long header,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer reply,
      final int replyOffset) {
    if (!holdsBlock(header, IncrementDecoder.BLOCK_LENGTH, length)) {
      return INVALID;
    }
    final int idHeader = offset + HEADER_LENGTH + MessageHeaderWord.blockLength(header);
    final int idLength = buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    final int idOffset = idHeader + IncrementDecoder.counterIdHeaderLength();
    if (!holdsId(idLength, idOffset, offset + length)) {
      return INVALID;
    }
    final int row = table.findOrCreate(entityHash, buffer, idOffset, idLength);
    if (row == CounterTable.FULL) {
      memoryRefusals.increment();
      return reply(reply, replyOffset, 0, CounterStatus.MEMORY_LIMIT);
    }
    final long amount =
        buffer.getLong(
            offset + HEADER_LENGTH + IncrementDecoder.amountEncodingOffset(), LITTLE_ENDIAN);
    final long value = table.value(row);
    final long sum = value + amount;
    // The sum has overflowed if and only if its sign differs from the signs of both summands.
    if (((value ^ sum) & (amount ^ sum)) < 0) {
      overflows.increment();
      return reply(reply, replyOffset, value, CounterStatus.OVERFLOW);
    }
    table.value(row, sum);
    return reply(reply, replyOffset, sum, CounterStatus.OK);
  }

  private int onGetValue(
      final long entityHash,
      final long header,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer reply,
      final int replyOffset) {
    if (!holdsBlock(header, GetValueDecoder.BLOCK_LENGTH, length)) {
      return INVALID;
    }
    final int idHeader = offset + HEADER_LENGTH + MessageHeaderWord.blockLength(header);
    final int idLength = buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    final int idOffset = idHeader + GetValueDecoder.counterIdHeaderLength();
    if (!holdsId(idLength, idOffset, offset + length)) {
      return INVALID;
    }
    final int row = table.find(entityHash, buffer, idOffset, idLength);
    return reply(
        reply, replyOffset, row == CounterTable.ABSENT ? 0 : table.value(row), CounterStatus.OK);
  }

  // A later version may send a longer block; a shorter one is no message of this schema.
  private static boolean holdsBlock(final long header, final int minBlockLength, final int length) {
    final int blockLength = MessageHeaderWord.blockLength(header);
    return blockLength >= minBlockLength
        && HEADER_LENGTH + blockLength + IncrementDecoder.counterIdHeaderLength() <= length;
  }

  private static boolean holdsId(final int idLength, final int idOffset, final int end) {
    return idLength > 0 && idLength <= CounterProxy.MAX_ID_LENGTH && idLength <= end - idOffset;
  }

  private static int reply(
      final MutableDirectBuffer reply,
      final int replyOffset,
      final long value,
      final CounterStatus status) {
    final int block = replyOffset + HEADER_LENGTH;
    reply.putLong(block + CounterReplyEncoder.valueEncodingOffset(), value, LITTLE_ENDIAN);
    reply.putByte(block + CounterReplyEncoder.statusEncodingOffset(), (byte) status.value());
    return HEADER_LENGTH + CounterReplyEncoder.BLOCK_LENGTH;
  }
}
