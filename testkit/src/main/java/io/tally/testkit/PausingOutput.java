package io.tally.testkit;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.transport.internal.ClaimWitness;

/** What an agent has for other nodes; its process may stand still before and after each call. */
record PausingOutput(ProcessExecution execution, NodeOutput output, ClaimWitness.Output witness)
    implements NodeOutput {
  @Override
  public int tryClaim(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    if (!witness.isGathered(length)) {
      flush();
    }
    execution.touch();
    final int result = output.tryClaim(nodeIndex, incarnation, length, claim);
    if (result != DOWN) {
      witness.onTried(nodeIndex, incarnation, length, result == CLAIMED);
    }
    execution.touch();
    return result;
  }

  @Override
  public boolean tryExtend(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    execution.touch();
    final boolean extended = output.tryExtend(nodeIndex, incarnation, length, claim);
    witness.onTriedToExtend(nodeIndex, length, extended);
    execution.touch();
    return extended;
  }

  @Override
  public long deadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    execution.touch();
    return output.deadlineNs(nodeIndex, startNs, timeoutNs);
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
