package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.PageStatus;
import io.tally.counter.codecs.ScanDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Shows the counters of a shard page by page, in the order of their rows. Rows never move. So a
 * counter that lives throughout is shown exactly once, however many come and go meanwhile; another
 * one at most once, except that one which ended and was made again may have another row. A page
 * looks at a bounded number of blocks, so that commands go between. Belongs to its shard.
 */
final class CounterScans {
  /** Most blocks of rows that are looked at for a page. */
  static final int BLOCKS_PER_PAGE = 1_024;

  private final ShardContext shard;
  private final CounterState counters;
  private final CounterTable table;
  private final CounterWalk walk;

  CounterScans(final ShardContext shard, final CounterState counters) {
    this.shard = shard;
    this.counters = counters;
    table = counters.table;
    walk = table.walk();
  }

  /** The fixed part of the message lies within the payload. */
  void scan(
      final long timeNs,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
    final int prefixHeader =
        block + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, offset));
    final int prefixOffset = prefixHeader + ScanDecoder.prefixHeaderLength();
    final int end = offset + length;
    final int prefixLength =
        prefixOffset > end
            ? Integer.MAX_VALUE
            : buffer.getShort(prefixHeader, LITTLE_ENDIAN) & 0xFFFF;
    final long incarnation =
        buffer.getLong(block + ScanDecoder.incarnationEncodingOffset(), LITTLE_ENDIAN);
    final int limit =
        buffer.getShort(block + ScanDecoder.maxRowsEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF;
    if (limit == 0
        || prefixLength > CounterProxy.MAX_ID_LENGTH
        || prefixLength > end - prefixOffset) {
      reply.invalid();
    } else if (incarnation != 0 && incarnation != shard.incarnation()) {
      CounterPageLayout.begin(reply, PageStatus.GONE);
      reply.length(CounterPageLayout.ROWS);
    } else {
      final int from = buffer.getInt(block + ScanDecoder.positionEncodingOffset(), LITTLE_ENDIAN);
      show(timeNs, from, limit, buffer, prefixOffset, prefixLength, reply);
    }
  }

  private void show(
      final long timeNs,
      final int from,
      final int limit,
      final DirectBuffer prefix,
      final int prefixOffset,
      final int prefixLength,
      final ServiceReply reply) {
    final MutableDirectBuffer page = reply.buffer();
    final int start = reply.offset();
    CounterPageLayout.begin(reply, PageStatus.OK);
    int at = CounterPageLayout.ROWS;
    int count = 0;
    final int end = walk.end();
    int next = walk.from(from);
    for (int looked = 0; looked < BLOCKS_PER_PAGE && next != end; looked++) {
      if (walk.isLiving(timeNs, next) && startsWith(next, prefix, prefixOffset, prefixLength)) {
        if (count == limit || at > CounterPageLayout.MAX_LENGTH - CounterPageLayout.MAX_ROW) {
          break;
        }
        at =
            CounterPageLayout.add(
                page,
                start,
                at,
                counters.shown(timeNs, next),
                Ttl.leftMs(timeNs, table.deadlineNs(next)),
                walk.ids(next),
                walk.idOffset(next),
                walk.idLength(next));
        count++;
      }
      next = walk.after(next);
    }
    CounterPageLayout.end(page, start, count, next == end ? CounterPageLayout.NO_POSITION : next);
    reply.length(at);
  }

  private boolean startsWith(
      final int row, final DirectBuffer prefix, final int prefixOffset, final int prefixLength) {
    if (walk.idLength(row) < prefixLength) {
      return false;
    }
    final DirectBuffer rows = walk.ids(row);
    final int id = walk.idOffset(row);
    for (int i = 0; i < prefixLength; i++) {
      if (rows.getByte(id + i) != prefix.getByte(prefixOffset + i)) {
        return false;
      }
    }
    return true;
  }
}
