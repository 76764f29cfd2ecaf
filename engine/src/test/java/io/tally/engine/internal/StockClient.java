package io.tally.engine.internal;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks the {@link StockService} for one event loop. Every call is answered through its handler
 * exactly once, possibly before the call returns; it returns its correlation id, or a negative code
 * if it was refused at once. Not thread-safe.
 */
final class StockClient {
  private static final byte[] NO_KEY = new byte[0];

  private final Ingress ingress;
  private int version;
  private boolean hasNoTags;
  private int keyItem;

  StockClient(final Ingress ingress) {
    this.ingress = ingress;
  }

  /** Has all further messages say that they are of this version of the schema. */
  void version(final int value) {
    version = value;
  }

  /** Has all further items placed by their own hash, as ids without a tag are. */
  void hasNoTags() {
    hasNoTags = true;
  }

  /** Has all further keys be those of an item of their entity; 0 for keys of their own. */
  void keyItem(final int value) {
    keyItem = value;
  }

  static long entityHash(final long itemId) {
    final byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(itemId).array();
    return StableHash.hash(bytes, 0, bytes.length);
  }

  /** The hash that places an item in its shard: another one, as that of an id with a tag is. */
  static long placementHash(final long itemId) {
    return entityHash(~itemId);
  }

  /** The message that puts one of an item. */
  static byte[] putOne(final long itemId) {
    return message(StockService.PUT, itemId, 1);
  }

  /** The message that reads an item. */
  static UnsafeBuffer count(final long itemId) {
    return new UnsafeBuffer(message(StockService.COUNT, itemId, 0));
  }

  private static byte[] message(final int templateId, final long itemId, final long quantity) {
    final byte[] bytes = new byte[StockService.definition().maxCommandLength()];
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    return Arrays.copyOf(bytes, StockService.command(templateId, 0, itemId, quantity, buffer, 0));
  }

  long put(
      final long nowNs,
      final long itemId,
      final long quantity,
      final ReplyHandler handler,
      final long cookie) {
    return put(nowNs, itemId, quantity, NO_KEY, handler, cookie);
  }

  long put(
      final long nowNs,
      final long itemId,
      final long quantity,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    return ask(StockService.PUT, nowNs, itemId, quantity, key, handler, cookie);
  }

  long take(
      final long nowNs,
      final long itemId,
      final long quantity,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    return ask(StockService.TAKE, nowNs, itemId, quantity, key, handler, cookie);
  }

  long count(final long nowNs, final long itemId, final ReplyHandler handler, final long cookie) {
    return ask(StockService.COUNT, nowNs, itemId, 0, NO_KEY, handler, cookie);
  }

  private long ask(
      final int templateId,
      final long nowNs,
      final long itemId,
      final long quantity,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    final boolean write = templateId != StockService.COUNT;
    final long placementHash = hasNoTags ? entityHash(itemId) : placementHash(itemId);
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash, entityHash(itemId), write, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return correlationId;
    }
    if (key.length > 0) {
      ingress.idempotencyKey(correlationId, key, 0, key.length, keyItem);
    }
    final int offset = ingress.payloadOffset(correlationId);
    ingress.submit(
        correlationId,
        StockService.command(templateId, version, itemId, quantity, ingress.buffer(), offset));
    return correlationId;
  }
}
