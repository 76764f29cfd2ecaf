package io.tally.engine;

/**
 * Bounds how many copies an ingress sends again for want of an answer: about a tenth of its
 * commands, and a burst of a thousand. So a slow owner is not drowned in copies. Not thread-safe.
 */
final class RetryBudget {
  private static final int RETRY_COST = 10;
  private static final int MAX_CREDIT = 10_000;

  private int credit = MAX_CREDIT / 10;

  boolean isExhausted() {
    return credit < RETRY_COST;
  }

  /** Each command earns a part of a retry. */
  void onHandedOver() {
    credit = Math.min(MAX_CREDIT, credit + 1);
  }

  void onRetry() {
    credit -= RETRY_COST;
  }

  /** A retry that the owner's reply asks for must not use up the budget for lost messages. */
  void refund() {
    credit = Math.min(MAX_CREDIT, credit + RETRY_COST);
  }
}
