package io.tally.engine;

/**
 * Bounds how many copies an ingress sends again for want of a reply, so that a slow owner is not
 * drowned in them. Commands earn retries, which can be saved up for a while. Not thread-safe.
 */
final class RetryBudget {
  static final int COMMANDS_PER_RETRY = 10;
  static final int FIRST_RETRIES = 100;
  static final int MAX_SAVED_RETRIES = 1_000;

  private static final int MAX_CREDIT = MAX_SAVED_RETRIES * COMMANDS_PER_RETRY;

  private int credit = FIRST_RETRIES * COMMANDS_PER_RETRY;

  boolean isExhausted() {
    return credit < COMMANDS_PER_RETRY;
  }

  void onHandedOver() {
    credit = Math.min(MAX_CREDIT, credit + 1);
  }

  void onRetry() {
    credit -= COMMANDS_PER_RETRY;
  }

  /** A retry that the owner's reply asks for must not use up the budget for lost messages. */
  void refund() {
    credit = Math.min(MAX_CREDIT, credit + COMMANDS_PER_RETRY);
  }
}
