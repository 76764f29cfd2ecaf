package io.tally.testkit;

/** Hears what a process does. */
interface ProcessListener {
  void onIncarnation(SimulatedProcess process);

  /** It sends a command that is worth something until then, in the clock of whom it goes to. */
  void onCommand(String subject, long deadlineNs);

  void onEnd(SimulatedProcess process);
}
