package io.tally.engine;

import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;

/**
 * The sizes and times of one node's engine. Nodes of a cluster may have different ones. Immutable.
 *
 * @param ringSlots slots of each shard's ring, a power of two from {@link #MIN_RING_SLOTS} to
 *     {@link #MAX_RING_SLOTS}.
 * @param pendingSlots most requests under way in one ingress, a power of two up to {@link
 *     #MAX_PENDING_SLOTS}.
 * @param requestTimeoutNs time from the claim of a request to its end at the latest, positive.
 * @param queueLimitNs longest time a request waits to be handed over, positive; above the request
 *     timeout it has no effect.
 * @param idempotencyWindowNs within which retries with an idempotency key are recognised, from the
 *     key's first use, positive.
 * @param idempotencyKeys most idempotency keys of one shard, positive.
 * @param longPayloadBytes most bytes of payloads of one ingress that are too long for their pending
 *     slots, not negative.
 * @param watches most entities that this node watches, or subscriptions to them, and most
 *     registrations of watches that its shards keep; not negative.
 */
public record EngineSettings(
    int ringSlots,
    int pendingSlots,
    long requestTimeoutNs,
    long queueLimitNs,
    long idempotencyWindowNs,
    int idempotencyKeys,
    int longPayloadBytes,
    int watches) {
  /** The smallest ring. */
  public static final int MIN_RING_SLOTS = 2;

  /** The largest ring. */
  public static final int MAX_RING_SLOTS = 1 << 20;

  /** Most pending slots of one ingress. */
  public static final int MAX_PENDING_SLOTS = 1 << 16;

  /** Slots of a ring where no number is given. */
  public static final int DEFAULT_RING_SLOTS = 1024;

  /** Idempotency keys of a shard where no number is given. */
  public static final int DEFAULT_IDEMPOTENCY_KEYS = 1 << 20;

  /** Bytes of long payloads of an ingress where no number is given. */
  public static final int DEFAULT_LONG_PAYLOAD_BYTES = 8 << 20;

  /** Watches where no number is given. */
  public static final int DEFAULT_WATCHES = 1 << 13;

  /** What holds where nothing else is given. */
  public static final EngineSettings DEFAULT =
      new EngineSettings(
          DEFAULT_RING_SLOTS,
          8192,
          TimeUnit.SECONDS.toNanos(1),
          TimeUnit.MILLISECONDS.toNanos(250),
          TimeUnit.MINUTES.toNanos(2),
          DEFAULT_IDEMPOTENCY_KEYS,
          DEFAULT_LONG_PAYLOAD_BYTES,
          DEFAULT_WATCHES);

  /** Loops look at the clock every 100 ms, and clocks drift: both may let a copy live longer. */
  private static final long SETTLED_BOUND_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range.
   */
  public EngineSettings {
    require(
        isRingSlots(ringSlots),
        "ring slots must be a power of two from "
            + MIN_RING_SLOTS
            + " to "
            + MAX_RING_SLOTS
            + ": "
            + ringSlots);
    require(
        pendingSlots >= 1
            && pendingSlots <= MAX_PENDING_SLOTS
            && BitUtil.isPowerOfTwo(pendingSlots),
        "pending slots must be a power of two from 1 to "
            + MAX_PENDING_SLOTS
            + ": "
            + pendingSlots);
    require(requestTimeoutNs > 0, "the request timeout must be positive");
    require(queueLimitNs > 0, "the queue limit must be positive");
    require(idempotencyWindowNs > 0, "the idempotency window must be positive");
    require(idempotencyKeys > 0, "the number of idempotency keys must be positive");
    require(longPayloadBytes >= 0, "the bytes of long payloads must not be negative");
    require(watches >= 0, "the number of watches must not be negative");
  }

  /**
   * Whether a ring can have this number of slots.
   *
   * @param value to check.
   * @return true for a power of two from {@link #MIN_RING_SLOTS} to {@link #MAX_RING_SLOTS}.
   */
  public static boolean isRingSlots(final int value) {
    return value >= MIN_RING_SLOTS && value <= MAX_RING_SLOTS && BitUtil.isPowerOfTwo(value);
  }

  /**
   * These settings with rings of another size.
   *
   * @param value slots of each ring.
   * @return the new settings.
   */
  public EngineSettings withRingSlots(final int value) {
    return new EngineSettings(
        value,
        pendingSlots,
        requestTimeoutNs,
        queueLimitNs,
        idempotencyWindowNs,
        idempotencyKeys,
        longPayloadBytes,
        watches);
  }

  /**
   * These settings with another number of pending slots.
   *
   * @param value pending slots of each ingress.
   * @return the new settings.
   */
  public EngineSettings withPendingSlots(final int value) {
    return new EngineSettings(
        ringSlots,
        value,
        requestTimeoutNs,
        queueLimitNs,
        idempotencyWindowNs,
        idempotencyKeys,
        longPayloadBytes,
        watches);
  }

  /**
   * These settings with other times for a request.
   *
   * @param newRequestTimeoutNs the request timeout.
   * @param newQueueLimitNs the queue limit.
   * @return the new settings.
   */
  public EngineSettings withRequestTimes(
      final long newRequestTimeoutNs, final long newQueueLimitNs) {
    return new EngineSettings(
        ringSlots,
        pendingSlots,
        newRequestTimeoutNs,
        newQueueLimitNs,
        idempotencyWindowNs,
        idempotencyKeys,
        longPayloadBytes,
        watches);
  }

  /**
   * These settings with another memory for idempotency keys.
   *
   * @param windowNs the idempotency window.
   * @param keys most keys of one shard.
   * @return the new settings.
   */
  public EngineSettings withIdempotency(final long windowNs, final int keys) {
    return new EngineSettings(
        ringSlots,
        pendingSlots,
        requestTimeoutNs,
        queueLimitNs,
        windowNs,
        keys,
        longPayloadBytes,
        watches);
  }

  /**
   * These settings with other room for long payloads.
   *
   * @param bytes of one ingress.
   * @return the new settings.
   */
  public EngineSettings withLongPayloadBytes(final int bytes) {
    return new EngineSettings(
        ringSlots,
        pendingSlots,
        requestTimeoutNs,
        queueLimitNs,
        idempotencyWindowNs,
        idempotencyKeys,
        bytes,
        watches);
  }

  /**
   * These settings with another number of watches.
   *
   * @param value most that this node watches, and most that it keeps for others.
   * @return the new settings.
   */
  public EngineSettings withWatches(final int value) {
    return new EngineSettings(
        ringSlots,
        pendingSlots,
        requestTimeoutNs,
        queueLimitNs,
        idempotencyWindowNs,
        idempotencyKeys,
        longPayloadBytes,
        value);
  }

  /**
   * How long an idempotency key is kept: a retry within the window, too, is then known to all of
   * its copies.
   *
   * @return nanoseconds from a key's first use.
   */
  public long keptKeyNs() {
    return idempotencyWindowNs + settledNs();
  }

  /**
   * How long after a client sent a request a copy of it may still take effect, wherever it was: it
   * may have lain unread for one timeout in front of its ingress, and be under way for another one.
   *
   * @return nanoseconds.
   */
  public long settledNs() {
    return 2 * requestTimeoutNs + SETTLED_BOUND_NS;
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
