package io.tally.engine.internal;

/** Leads nowhere. */
final class NoOutput implements NodeOutput {
  static final NoOutput INSTANCE = new NoOutput();

  private NoOutput() {}

  @Override
  public int tryClaim(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    return DOWN;
  }

  @Override
  public boolean tryExtend(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    return false;
  }

  @Override
  public long deadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    throw new IllegalStateException("nothing was claimed");
  }

  @Override
  public boolean hasSpareRoom(final int nodeIndex) {
    return false;
  }

  @Override
  public void flush() {}
}
