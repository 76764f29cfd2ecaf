package io.tally.transport.internal;

import io.tally.engine.internal.InboundHandler;
import org.agrona.DirectBuffer;

/** Refuses what arrives for a node that has no engine yet. */
final class NoInbound implements InboundHandler {
  @Override
  public int onMessage(
      final long nowNs,
      final long sourceKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    return InboundHandler.REFUSED;
  }

  @Override
  public void refuseBusy(final DirectBuffer buffer, final int offset, final int length) {}

  @Override
  public void endBatch() {}

  @Override
  public void flush() {}

  @Override
  public void onPeerDraining() {}

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    return true;
  }
}
