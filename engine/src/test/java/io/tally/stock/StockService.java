package io.tally.stock;

import io.tally.engine.CopiedState;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import io.tally.stock.codecs.CountStockDecoder;
import io.tally.stock.codecs.MessageHeaderDecoder;
import io.tally.stock.codecs.MessageHeaderEncoder;
import io.tally.stock.codecs.PutStockDecoder;
import io.tally.stock.codecs.StockReplyEncoder;
import io.tally.stock.codecs.TakeStockDecoder;
import io.tally.stock.codecs.Taken;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * The stocks of one shard. A stock never falls below zero: who asks for more gets nothing. An item
 * of which nothing is left is deleted. The version of an item is the number of the change that made
 * it what it is, among those of all items.
 */
public final class StockService implements ShardService {
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final PutStockDecoder put = new PutStockDecoder();
  private final TakeStockDecoder take = new TakeStockDecoder();
  private final CountStockDecoder count = new CountStockDecoder();
  private final MessageHeaderEncoder replyHeader = new MessageHeaderEncoder();
  private final StockReplyEncoder reply = new StockReplyEncoder();
  private final Long2LongHashMap stocks = new Long2LongHashMap(0);
  private final CopiedState snapshot =
      new CopiedState(PutStockDecoder.SCHEMA_ID, this::image, this::restore);
  private final Long2LongHashMap versions = new Long2LongHashMap(0);
  private ShardContext shard;
  private long changeCount;
  private long answered;
  private volatile long entityCount;

  @Override
  public void onStart(final ShardContext context) {
    shard = context;
  }

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply serviceReply) {
    header.wrap(buffer, offset);
    reply.wrapAndApplyHeader(serviceReply.buffer(), serviceReply.offset(), replyHeader);
    serviceReply.length(MessageHeaderEncoder.ENCODED_LENGTH + StockReplyEncoder.BLOCK_LENGTH);
    final boolean valid =
        switch (templateId) {
          case PutStockDecoder.TEMPLATE_ID -> {
            put.wrapAndApplyHeader(buffer, offset, header);
            yield put(entityHash, put.itemId(), put.quantity());
          }
          case TakeStockDecoder.TEMPLATE_ID -> {
            take.wrapAndApplyHeader(buffer, offset, header);
            yield take(entityHash, take.itemId(), take.quantity());
          }
          default -> {
            count.wrapAndApplyHeader(buffer, offset, header);
            yield take(entityHash, count.itemId(), 0);
          }
        };
    if (valid) {
      serviceReply.version(versions.get(answered));
    } else {
      serviceReply.invalid();
    }
  }

  @Override
  public SnapshotSource snapshot() {
    return snapshot;
  }

  private byte[] image() {
    final ByteBuffer image = ByteBuffer.allocate(Long.BYTES + 3 * Long.BYTES * stocks.size());
    image.putLong(changeCount);
    stocks.keySet().stream()
        .sorted()
        .forEach(id -> image.putLong(id).putLong(stocks.get(id)).putLong(versions.get(id)));
    return image.array();
  }

  private void restore(final byte[] image) {
    final ByteBuffer from = ByteBuffer.wrap(image);
    changeCount = from.getLong();
    while (from.hasRemaining()) {
      final long id = from.getLong();
      stocks.put(id, from.getLong());
      versions.put(id, from.getLong());
    }
    entityCount = stocks.size();
  }

  /** Its stocks are no longer there. */
  @Override
  public void close() {
    stocks.clear();
    versions.clear();
    entityCount = 0;
  }

  @Override
  public long entityCount() {
    return entityCount;
  }

  /**
   * What is left of an item; for tests that look behind the engine.
   *
   * @param itemId of the item.
   * @return the quantity, 0 if nothing was ever put.
   */
  public long left(final long itemId) {
    return stocks.get(itemId);
  }

  /**
   * Version of an item; for tests that look behind the engine.
   *
   * @param itemId of the item.
   * @return the version, 0 if there is no such item.
   */
  public long version(final long itemId) {
    return versions.get(itemId);
  }

  private boolean put(final long entityHash, final long itemId, final long quantity) {
    if (quantity < 0) {
      return false;
    }
    answer(entityHash, itemId, stocks.get(itemId) + quantity, Taken.NO);
    return true;
  }

  private boolean take(final long entityHash, final long itemId, final long quantity) {
    if (quantity < 0) {
      return false;
    }
    final long left = stocks.get(itemId);
    if (quantity > left) {
      answer(entityHash, itemId, left, Taken.NO);
    } else {
      answer(entityHash, itemId, left - quantity, Taken.YES);
    }
    return true;
  }

  private void answer(
      final long entityHash, final long itemId, final long left, final Taken taken) {
    if (left != stocks.get(itemId)) {
      changeCount++;
      change(itemId, left);
      shard.changed(entityHash);
    }
    reply.itemId(itemId).left(left).taken(taken).changeCount(changeCount);
    answered = itemId;
  }

  private void change(final long itemId, final long left) {
    if (left != stocks.missingValue()) {
      stocks.put(itemId, left);
      versions.put(itemId, changeCount);
    } else {
      stocks.remove(itemId);
      versions.remove(itemId);
    }
    entityCount = stocks.size();
  }
}
