package io.tally.testkit;

/** Unwinds what a process was doing when it was killed. An error, so that nobody handles it. */
final class ProcessEnded extends Error {
  private static final long serialVersionUID = 1;

  ProcessEnded() {
    super("the process was killed", null, false, false);
  }
}
