package io.tally.testkit;

import io.tally.engine.InboundHandler;
import io.tally.transport.LinkWitness;
import org.agrona.DirectBuffer;

/** An inbound handler whose process may stand still before and after each call. */
record PausingInbound(SimulatedProcess process, InboundHandler handler, LinkWitness witness)
    implements InboundHandler {
  @Override
  public int onMessage(
      final long nowNs,
      final long sourceKey,
      final long sourceIncarnation,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    process.touch();
    final int result =
        handler.onMessage(nowNs, sourceKey, sourceIncarnation, buffer, offset, length);
    witness.onOffered(buffer.byteArray(), result);
    process.touch();
    return result;
  }

  @Override
  public void refuseBusy(final DirectBuffer buffer, final int offset, final int length) {
    process.touch();
    handler.refuseBusy(buffer, offset, length);
    witness.onOffered(buffer.byteArray(), InboundHandler.REFUSED);
  }

  @Override
  public void flush() {
    process.touch();
    handler.flush();
  }

  @Override
  public void onPeerDraining() {
    process.touch();
    handler.onPeerDraining();
  }

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    process.touch();
    return handler.isResolved(nodeIndex, incarnation);
  }
}
