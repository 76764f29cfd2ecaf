package io.tally.engine;

import org.agrona.MutableDirectBuffer;

/** STUB of the API; the body follows. */
public final class Ingress implements SteppedAgent {
  /** No pending slot is free. */
  public static final long FULL = -1;

  /** This node takes no more requests. */
  public static final long CLOSING = -2;

  public long tryClaim(
      final long nowNs,
      final long keyHash,
      final boolean write,
      final ReplyHandler handler,
      final long cookie) {
    return FULL;
  }

  public MutableDirectBuffer buffer() {
    return null;
  }

  public int payloadOffset(final long correlationId) {
    return 0;
  }

  public void idempotencyKey(
      final long correlationId, final byte[] bytes, final int offset, final int length) {}

  public void submit(final long correlationId, final int payloadLength) {}

  public int pendingCount() {
    return 0;
  }

  @Override
  public int doWork(final long nowNs) {
    return 0;
  }

  @Override
  public String roleName() {
    return "ingress";
  }
}
