package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.DeleteDecoder;
import io.tally.counter.codecs.Detail;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.LimitDecoder;
import io.tally.counter.codecs.OperationsDecoder;
import io.tally.counter.codecs.ScanDecoder;
import io.tally.counter.codecs.SetValueDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import org.agrona.DirectBuffer;

/**
 * The counter service of one shard: decodes a command, applies it to the {@link CounterTable} and
 * encodes the reply. The length of an id comes from the network and is checked against that of the
 * payload first.
 */
final class CounterAdapter implements ShardService {
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;

  private final CounterLimit limit;
  private final CounterRefusals refusals;
  private final WriteCommand command = new WriteCommand();
  private ShardContext shard;
  private CounterState counters;
  private CounterTable table;
  private CounterWrites writes;
  private QuotaWrites quotas;
  private CounterScans scans;
  private AtomicWrites operations;

  CounterAdapter(final CounterLimit limit, final CounterRefusals refusals) {
    this.limit = limit;
    this.refusals = refusals;
  }

  @Override
  public void onStart(final ShardContext context) {
    shard = context;
    counters = new CounterState(limit, refusals, context);
    table = counters.table;
    writes = new CounterWrites(counters);
    quotas = new QuotaWrites(counters);
    scans = new CounterScans(context, counters);
    operations = new AtomicWrites(counters);
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
    final int block = offset + HEADER_LENGTH;
    final int idHeader =
        block + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, offset));
    final int idOffset = idHeader + IncrementDecoder.counterIdHeaderLength();
    final int end = offset + length;
    final int idLength = idOffset > end ? 0 : buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    if (idLength == 0 || idLength > CounterProxy.MAX_ID_LENGTH || idLength > end - idOffset) {
      onShard(timeNs, templateId, buffer, offset, length, reply);
    } else if (templateId == IncrementDecoder.TEMPLATE_ID) {
      final long amount =
          buffer.getLong(block + IncrementDecoder.amountEncodingOffset(), LITTLE_ENDIAN);
      increment(timeNs, entityHash, buffer, idOffset, idLength, amount, reply);
    } else if (templateId == ScanDecoder.TEMPLATE_ID
        || templateId == OperationsDecoder.TEMPLATE_ID) {
      onShard(timeNs, templateId, buffer, offset, length, reply);
    } else {
      command.wrap(timeNs, entityHash, buffer, block, idOffset, idLength);
      apply(templateId, reply);
    }
  }

  /** What names no counter of its own. */
  private void onShard(
      final long timeNs,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    switch (templateId) {
      case ScanDecoder.TEMPLATE_ID -> scans.scan(timeNs, buffer, offset, length, reply);
      case OperationsDecoder.TEMPLATE_ID -> operations.apply(timeNs, buffer, offset, length, reply);
      default -> reply.invalid();
    }
  }

  private void apply(final int templateId, final ServiceReply reply) {
    switch (templateId) {
      case IncrementWithDecoder.TEMPLATE_ID -> writes.increment(command, reply);
      case SetValueDecoder.TEMPLATE_ID -> writes.set(command, reply);
      case DeleteDecoder.TEMPLATE_ID -> writes.delete(command, reply);
      case LimitDecoder.TEMPLATE_ID -> quotas.limit(command, reply);
      default -> get(reply);
    }
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    counters.expire(timeNs);
  }

  @Override
  public SnapshotSource snapshot() {
    return table.snapshot();
  }

  @Override
  public void close() {
    table.close();
  }

  @Override
  public long entityCount() {
    return table.placeCount();
  }

  private void increment(
      final long timeNs,
      final long entityHash,
      final DirectBuffer buffer,
      final int idOffset,
      final int idLength,
      final long amount,
      final ServiceReply reply) {
    final int row = table.findOrCreate(timeNs, entityHash, buffer, idOffset, idLength, false);
    if (row == CounterTable.FULL) {
      refusals.memoryLimit.increment();
      CounterAnswer.refused(reply, 0, 0, CounterStatus.MEMORY_LIMIT);
      return;
    }
    final long before = table.changes();
    final long sum = table.tryAdd(row, amount);
    if (table.changes() == before) {
      refuse(timeNs, row, reply);
      return;
    }
    shard.changed(buffer, idOffset, idLength);
    CounterAnswer.ok(reply, sum, table.changes());
  }

  private void refuse(final long timeNs, final int row, final ServiceReply reply) {
    final long shown = counters.shown(timeNs, row);
    if (table.isRate(row)) {
      refusals.kindMismatch.increment();
      CounterAnswer.refused(reply, shown, table.version(row), CounterStatus.KIND_MISMATCH);
    } else {
      // A new counter has room for any amount, so this one was there before.
      refusals.overflow.increment();
      CounterAnswer.refused(reply, shown, table.version(row), CounterStatus.OVERFLOW);
    }
  }

  private void get(final ServiceReply reply) {
    final int row = counters.find(command);
    final long version = counters.version(row);
    final boolean isRate = row != CounterTable.ABSENT && table.isRate(row);
    CounterAnswer.ok(
        reply,
        counters.shown(command.timeNs, row),
        version,
        isRate ? Detail.INTERVAL : Detail.NONE,
        isRate ? table.intervalNs(row) : 0,
        Ttl.leftMs(command.timeNs, counters.deadlineNs(row)));
    reply.version(version);
  }
}
