package io.tally.transport.internal;

import io.tally.engine.internal.InboundHandler;
import org.agrona.DirectBuffer;

/** Refuses what arrives for a node that has no engine yet. */
final class NoInbound implements InboundHandler {
  @Override
  public int begin(final DirectBuffer buffer, final int offset, final int length) {
    return 1;
  }

  @Override
  public void skip() {}

  @Override
  public int onNext(final long nowNs, final long sourceKey, final long sourceIncarnation) {
    return InboundHandler.REFUSED;
  }

  @Override
  public void refuseBusy() {}

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
