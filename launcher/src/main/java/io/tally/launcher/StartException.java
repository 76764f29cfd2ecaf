package io.tally.launcher;

/** The program cannot start, or cannot go on; the message is the one line that its user sees. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean stateLost;

  StartException(final String message) {
    this(message, null);
  }

  StartException(final String message, final Throwable cause) {
    this(message, cause, false);
  }

  StartException(final String message, final Throwable cause, final boolean stateLost) {
    super(message, cause);
    this.stateLost = stateLost;
  }

  /** Whether the nodes had served, and their state on disk is not the last one. */
  boolean isStateLost() {
    return stateLost;
  }
}
