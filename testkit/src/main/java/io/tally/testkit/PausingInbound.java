package io.tally.testkit;

import io.tally.engine.internal.InboundHandler;
import io.tally.transport.internal.LinkWitness;
import org.agrona.DirectBuffer;

/** An inbound handler whose process may stand still before and after each call. */
record PausingInbound(ProcessExecution execution, InboundHandler handler, LinkWitness witness)
    implements InboundHandler {
  @Override
  public int begin(final DirectBuffer buffer, final int offset, final int length) {
    witness.onBegun(buffer.byteArray());
    return handler.begin(buffer, offset, length);
  }

  @Override
  public void skip() {
    handler.skip();
  }

  @Override
  public int onNext(final long nowNs, final long sourceKey, final long sourceIncarnation) {
    execution.touch();
    final int result = handler.onNext(nowNs, sourceKey, sourceIncarnation);
    witness.onOffered(result);
    execution.touch();
    return result;
  }

  @Override
  public void refuseBusy() {
    execution.touch();
    handler.refuseBusy();
    witness.onOffered(InboundHandler.REFUSED);
  }

  @Override
  public void endBatch() {
    execution.touch();
    handler.endBatch();
  }

  @Override
  public void flush() {
    execution.touch();
    handler.flush();
  }

  @Override
  public void onPeerDraining() {
    execution.touch();
    handler.onPeerDraining();
  }

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    execution.touch();
    return handler.isResolved(nodeIndex, incarnation);
  }
}
