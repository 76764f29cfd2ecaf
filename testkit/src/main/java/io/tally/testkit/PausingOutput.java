package io.tally.testkit;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.transport.internal.LinkWitness;

/** What an agent has for other nodes; its process may stand still before and after each call. */
record PausingOutput(ProcessExecution execution, NodeOutput output, LinkWitness.Output witness)
    implements NodeOutput {
  @Override
  public int tryClaim(final int nodeIndex, final int length, final MessageClaim claim) {
    if (!witness.isGathered(length)) {
      flush();
    }
    execution.touch();
    final int result = output.tryClaim(nodeIndex, length, claim);
    witness.onTried(nodeIndex, length, result == CLAIMED);
    execution.touch();
    return result;
  }

  @Override
  public boolean tryExtend(final int nodeIndex, final int length, final MessageClaim claim) {
    execution.touch();
    final boolean extended = output.tryExtend(nodeIndex, length, claim);
    witness.onTriedToExtend(nodeIndex, length, extended);
    execution.touch();
    return extended;
  }

  @Override
  public boolean hasSpareRoom(final int nodeIndex) {
    execution.touch();
    return output.hasSpareRoom(nodeIndex);
  }

  @Override
  public void flush() {
    execution.touch();
    witness.onFlush();
    output.flush();
  }
}
