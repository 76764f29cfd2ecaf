package io.tally.counter;

import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.ShardService;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The counter service of one shard: decodes a command, applies it to the {@link CounterTable} and
 * encodes the answer. Generated decoders trust every length they are given, so each is checked
 * against the length of the payload first.
 */
final class CounterAdapter implements ShardService {
  private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final IncrementDecoder increment = new IncrementDecoder();
  private final GetValueDecoder getValue = new GetValueDecoder();
  private final MessageHeaderEncoder replyHeader = new MessageHeaderEncoder();
  private final CounterReplyEncoder counterReply = new CounterReplyEncoder();
  private final CounterTable table;
  private final LongAdder memoryRefusals;
  private final LongAdder overflows;

  /** What is refused is counted in the adders. */
  CounterAdapter(
      final CounterTable table, final LongAdder memoryRefusals, final LongAdder overflows) {
    this.table = table;
    this.memoryRefusals = memoryRefusals;
    this.overflows = overflows;
  }

  @Override
  public int onCommand(
      final long nowNs,
      final long keyHash,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer reply,
      final int replyOffset) {
    if (length < HEADER_LENGTH) {
      return INVALID;
    }
    header.wrap(buffer, offset);
    if (header.schemaId() != IncrementDecoder.SCHEMA_ID) {
      return INVALID;
    }
    counterReply.wrapAndApplyHeader(reply, replyOffset, replyHeader);
    switch (header.templateId()) {
      case IncrementDecoder.TEMPLATE_ID:
        return onIncrement(keyHash, buffer, offset, length);
      case GetValueDecoder.TEMPLATE_ID:
        return onGetValue(keyHash, buffer, offset, length);
      default:
        return INVALID;
    }
  }

  @Override
  public long entityCount() {
    return table.size();
  }

  private int onIncrement(
      final long keyHash, final DirectBuffer buffer, final int offset, final int length) {
    if (!holdsBlock(IncrementDecoder.BLOCK_LENGTH, length)) {
      return INVALID;
    }
    increment.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
    final int idLength = increment.counterIdLength();
    final int idOffset = increment.limit() + IncrementDecoder.counterIdHeaderLength();
    if (!holdsId(idLength, idOffset, offset + length)) {
      return INVALID;
    }
    final int row = table.findOrCreate(keyHash, buffer, idOffset, idLength);
    if (row == CounterTable.FULL) {
      memoryRefusals.increment();
      return reply(0, CounterStatus.MEMORY_LIMIT);
    }
    final long amount = increment.amount();
    final long value = table.value(row);
    final long sum = value + amount;
    // The sum has overflowed if and only if its sign differs from the signs of both summands.
    if (((value ^ sum) & (amount ^ sum)) < 0) {
      overflows.increment();
      return reply(value, CounterStatus.OVERFLOW);
    }
    table.value(row, sum);
    return reply(sum, CounterStatus.OK);
  }

  private int onGetValue(
      final long keyHash, final DirectBuffer buffer, final int offset, final int length) {
    if (!holdsBlock(GetValueDecoder.BLOCK_LENGTH, length)) {
      return INVALID;
    }
    getValue.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
    final int idLength = getValue.counterIdLength();
    final int idOffset = getValue.limit() + GetValueDecoder.counterIdHeaderLength();
    if (!holdsId(idLength, idOffset, offset + length)) {
      return INVALID;
    }
    final int row = table.find(keyHash, buffer, idOffset, idLength);
    return reply(row == CounterTable.ABSENT ? 0 : table.value(row), CounterStatus.OK);
  }

  // A later version may send a longer block; a shorter one is no message of this schema.
  private boolean holdsBlock(final int minBlockLength, final int length) {
    final int blockLength = header.blockLength();
    return blockLength >= minBlockLength
        && HEADER_LENGTH + blockLength + IncrementDecoder.counterIdHeaderLength() <= length;
  }

  private static boolean holdsId(final int idLength, final int idOffset, final int end) {
    return idLength > 0 && idLength <= CounterProxy.MAX_ID_LENGTH && idLength <= end - idOffset;
  }

  private int reply(final long value, final CounterStatus status) {
    counterReply.value(value).status(status);
    return MessageHeaderEncoder.ENCODED_LENGTH + counterReply.encodedLength();
  }
}
