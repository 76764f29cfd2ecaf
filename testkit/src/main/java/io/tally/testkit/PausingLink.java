package io.tally.testkit;

import io.tally.engine.MessageClaim;
import io.tally.engine.NodeLink;
import io.tally.transport.LinkWitness;

/** A node link whose process may stand still before and after each call. */
record PausingLink(SimulatedProcess process, NodeLink link, LinkWitness witness)
    implements NodeLink {
  @Override
  public int tryClaim(final int nodeIndex, final int length, final MessageClaim claim) {
    process.touch();
    final int result = link.tryClaim(nodeIndex, length, claim);
    if (result == CLAIMED) {
      witness.onClaimed(nodeIndex);
    }
    process.touch();
    return result;
  }

  @Override
  public void flush() {
    process.touch();
    link.flush();
  }

  @Override
  public long incarnation(final int nodeIndex) {
    process.touch();
    final long incarnation = link.incarnation(nodeIndex);
    process.touch();
    return incarnation;
  }

  @Override
  public long peerDeadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    process.touch();
    return link.peerDeadlineNs(nodeIndex, startNs, timeoutNs);
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    process.touch();
    return link.drainingIncarnation(nodeIndex);
  }

  @Override
  public boolean isAnyDraining() {
    process.touch();
    return link.isAnyDraining();
  }

  @Override
  public void onResolved() {
    process.touch();
    link.onResolved();
  }
}
