package io.tally.launcher;

/** The program cannot start, or cannot go on; the message is the one line that its user sees. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1;

  StartException(final String message) {
    super(message);
  }

  StartException(final String message, final Throwable cause) {
    super(message, cause);
  }
}
