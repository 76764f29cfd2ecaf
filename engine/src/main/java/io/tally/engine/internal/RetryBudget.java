package io.tally.engine.internal;

import io.tally.engine.EngineSettings;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many copies an ingress sends again for want of a reply, so that a slow owner is not
 * drowned in them. Commands earn retries, which can be saved up for a while. Not thread-safe.
 */
final class RetryBudget {
  static final int COMMANDS_PER_RETRY = 10;
  static final int FIRST_RETRIES = 100;
  static final int MAX_SAVED_RETRIES = 1_000;

  private static final long MIN_ATTEMPT_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MAX_ATTEMPT_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int MAX_CREDIT = MAX_SAVED_RETRIES * COMMANDS_PER_RETRY;

  private int credit = FIRST_RETRIES * COMMANDS_PER_RETRY;

  /**
   * Time after which a command that was not answered is sent again: a fifth of the request timeout,
   * within 10 to 250 ms.
   */
  static long attemptNs(final EngineSettings settings) {
    return Math.max(MIN_ATTEMPT_NS, Math.min(MAX_ATTEMPT_NS, settings.requestTimeoutNs() / 5));
  }

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
