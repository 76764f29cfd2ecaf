package io.tally.counter;

import io.tally.counter.codecs.ScanEncoder;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;

/**
 * Typed entry, for one event loop, to what concerns several counters of a shard at once. Every call
 * is answered through its handler exactly once, possibly before the call returns. Not thread-safe.
 */
public final class CounterShardProxy {
  private static final int MAX_SCAN_LIMIT = (1 << Short.SIZE) - 1;

  private static final long SCAN_HEADER =
      MessageHeaderWord.of(
          ScanEncoder.BLOCK_LENGTH,
          ScanEncoder.TEMPLATE_ID,
          ScanEncoder.SCHEMA_ID,
          CounterMessages.VERSION);

  private final ScanEncoder scan = new ScanEncoder();
  private final Ingress ingress;

  /**
   * Creates a proxy.
   *
   * @param ingress of the same event loop.
   */
  public CounterShardProxy(final Ingress ingress) {
    this.ingress = ingress;
  }

  /**
   * Applies operations all or not at all. The reply is for an {@link OperationsReplyAdapter}.
   *
   * @param nowNs current time in nanoseconds.
   * @param placementHash that all their counters have: {@link StableHash#placement(byte[], int,
   *     int)} of their ids.
   * @param operations of which there is at least one.
   * @param idempotencyKey holds the idempotency key, which is that of all of them together.
   * @param idempotencyKeyOffset of the key.
   * @param idempotencyKeyLength of the key in bytes, 0 (none) to {@link
   *     Ingress#MAX_IDEMPOTENCY_KEY_LENGTH}.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void apply(
      final long nowNs,
      final long placementHash,
      final CounterOperations operations,
      final byte[] idempotencyKey,
      final int idempotencyKeyOffset,
      final int idempotencyKeyLength,
      final ReplyHandler handler,
      final long cookie) {
    CounterProxy.checkLength(
        "idempotency key", idempotencyKeyLength, 0, Ingress.MAX_IDEMPOTENCY_KEY_LENGTH);
    final int length = operations.length();
    // They belong to no counter. Their key is that of no item, so it cannot be taken for another.
    final long correlationId =
        ingress.tryClaim(nowNs, placementHash, placementHash, true, handler, cookie, length);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return;
    }
    if (idempotencyKeyLength > 0) {
      ingress.idempotencyKey(
          correlationId,
          idempotencyKey,
          idempotencyKeyOffset,
          idempotencyKeyLength,
          Ingress.MAX_KEY_ITEM);
    }
    ingress
        .buffer(correlationId)
        .putBytes(ingress.payloadOffset(correlationId), operations.buffer(), 0, length);
    ingress.submit(correlationId, length);
  }

  /**
   * Shards of the cluster, of which each has some of the counters.
   *
   * @return the number.
   */
  public int shardCount() {
    return ingress.shardCount();
  }

  /**
   * How long a request may take.
   *
   * @return positive nanoseconds.
   */
  public long requestTimeoutNs() {
    return ingress.requestTimeoutNs();
  }

  /**
   * Reads a page of the counters of one shard, in the order of their rows. The reply is for a
   * {@link CounterPageAdapter}.
   *
   * @param beganNs when that began which reads it, in nanoseconds: it ends in time as a whole.
   * @param shardId from 0, below {@link #shardCount()}.
   * @param incarnation of the shard, to which the position belongs; 0 at the beginning.
   * @param position where the page begins: 0, or the next position of another page.
   * @param limit most counters of the page, 1 to 65,535.
   * @param prefix that their ids have, at most {@link CounterProxy#MAX_ID_LENGTH} bytes; may be
   *     empty.
   * @param handler receives the reply.
   * @param cookie is handed back with it.
   */
  public void scan(
      final long beganNs,
      final int shardId,
      final long incarnation,
      final int position,
      final int limit,
      final byte[] prefix,
      final ReplyHandler handler,
      final long cookie) {
    CounterProxy.checkLength("prefix", prefix.length, 0, CounterProxy.MAX_ID_LENGTH);
    checkRange("shard id", shardId, 0, ingress.shardCount() - 1);
    checkRange("limit", limit, 1, MAX_SCAN_LIMIT);
    // The shard follows from the placement hash, modulo the number of shards.
    final long correlationId = ingress.tryClaim(beganNs, shardId, 0, false, handler, cookie);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return;
    }
    final int offset = ingress.payloadOffset(correlationId);
    MessageHeaderWord.put(ingress.buffer(), offset, SCAN_HEADER);
    scan.wrap(ingress.buffer(), offset + MessageHeaderWord.ENCODED_LENGTH)
        .incarnation(incarnation)
        .position(position)
        .maxRows(limit)
        .putPrefix(prefix, 0, prefix.length);
    ingress.submit(correlationId, MessageHeaderWord.ENCODED_LENGTH + scan.encodedLength());
  }

  private static void checkRange(final String what, final int value, final int min, final int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
