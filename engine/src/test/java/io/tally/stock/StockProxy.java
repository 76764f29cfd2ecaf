package io.tally.stock;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;
import io.tally.stock.codecs.CountStockEncoder;
import io.tally.stock.codecs.MessageHeaderEncoder;
import io.tally.stock.codecs.PutStockEncoder;
import io.tally.stock.codecs.TakeStockEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Typed entry to the stocks for one event loop. Every call is answered through its handler exactly
 * once, possibly before the call returns. Not thread-safe.
 */
public final class StockProxy {
  private static final byte[] NO_KEY = new byte[0];

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final PutStockEncoder put = new PutStockEncoder();
  private final TakeStockEncoder take = new TakeStockEncoder();
  private final CountStockEncoder count = new CountStockEncoder();
  private final Ingress ingress;
  private int version;
  private int keyItem;

  /**
   * Creates a proxy.
   *
   * @param ingress of the same event loop.
   */
  public StockProxy(final Ingress ingress) {
    this.ingress = ingress;
  }

  /**
   * Has all further messages say that they are of a later version of the schema, in which nothing
   * else has changed.
   *
   * @param value of the schema; 0 unless it is set.
   */
  public void version(final int value) {
    version = value;
  }

  /**
   * Has all further keys be those of an item of their entity.
   *
   * @param value its number; 0, unless it is set, for a key of its own.
   */
  public void keyItem(final int value) {
    keyItem = value;
  }

  /**
   * The hash that tells an item from others.
   *
   * @param itemId of the item.
   * @return the hash.
   */
  public static long entityHash(final long itemId) {
    final byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(itemId).array();
    return StableHash.hash(bytes, 0, bytes.length);
  }

  /**
   * The hash that places an item in its shard: another one, as that of an id with a tag is.
   *
   * @param itemId of the item.
   * @return the hash.
   */
  public static long placementHash(final long itemId) {
    return entityHash(~itemId);
  }

  /**
   * Puts stock.
   *
   * @param nowNs current time in nanoseconds.
   * @param itemId of the item.
   * @param quantity to add, not negative.
   * @param handler receives the answer.
   * @param cookie is handed back with it.
   * @return the request's correlation id, or a negative code if it was refused at once.
   */
  public long put(
      final long nowNs,
      final long itemId,
      final long quantity,
      final ReplyHandler handler,
      final long cookie) {
    return put(nowNs, itemId, quantity, NO_KEY, handler, cookie);
  }

  /**
   * Puts stock under an idempotency key.
   *
   * @param nowNs current time in nanoseconds.
   * @param itemId of the item.
   * @param quantity to add, not negative.
   * @param key the key; empty for none.
   * @param handler receives the answer.
   * @param cookie is handed back with it.
   * @return the request's correlation id, or a negative code if it was refused at once.
   */
  public long put(
      final long nowNs,
      final long itemId,
      final long quantity,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    final long correlationId = claim(nowNs, itemId, true, key, handler, cookie);
    if (correlationId >= 0) {
      put.wrapAndApplyHeader(ingress.buffer(), ingress.payloadOffset(correlationId), header)
          .itemId(itemId)
          .quantity(quantity);
      submit(correlationId, put.encodedLength());
    }
    return correlationId;
  }

  /**
   * Takes stock, if there is enough.
   *
   * @param nowNs current time in nanoseconds.
   * @param itemId of the item.
   * @param quantity to take, not negative.
   * @param key the idempotency key; empty for none.
   * @param handler receives the answer.
   * @param cookie is handed back with it.
   * @return the request's correlation id, or a negative code if it was refused at once.
   */
  public long take(
      final long nowNs,
      final long itemId,
      final long quantity,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    final long correlationId = claim(nowNs, itemId, true, key, handler, cookie);
    if (correlationId >= 0) {
      take.wrapAndApplyHeader(ingress.buffer(), ingress.payloadOffset(correlationId), header)
          .itemId(itemId)
          .quantity(quantity);
      submit(correlationId, take.encodedLength());
    }
    return correlationId;
  }

  /**
   * Reads a stock.
   *
   * @param nowNs current time in nanoseconds.
   * @param itemId of the item.
   * @param handler receives the answer.
   * @param cookie is handed back with it.
   * @return the request's correlation id, or a negative code if it was refused at once.
   */
  public long count(
      final long nowNs, final long itemId, final ReplyHandler handler, final long cookie) {
    final long correlationId = claim(nowNs, itemId, false, NO_KEY, handler, cookie);
    if (correlationId >= 0) {
      count
          .wrapAndApplyHeader(ingress.buffer(), ingress.payloadOffset(correlationId), header)
          .itemId(itemId);
      submit(correlationId, count.encodedLength());
    }
    return correlationId;
  }

  private void submit(final long correlationId, final int bodyLength) {
    header.wrap(ingress.buffer(), ingress.payloadOffset(correlationId)).version(version);
    ingress.submit(correlationId, MessageHeaderEncoder.ENCODED_LENGTH + bodyLength);
  }

  private long claim(
      final long nowNs,
      final long itemId,
      final boolean write,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash(itemId), entityHash(itemId), write, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
    } else if (key.length > 0) {
      ingress.idempotencyKey(correlationId, key, 0, key.length, keyItem);
    }
    return correlationId;
  }
}
