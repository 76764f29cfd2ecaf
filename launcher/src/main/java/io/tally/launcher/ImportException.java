package io.tally.launcher;

/** Why an import cannot go on, and at which line. */
final class ImportException extends Exception {
  private static final long serialVersionUID = 1;

  ImportException(final long line, final String reason) {
    super("line " + line + ": " + reason);
  }
}
