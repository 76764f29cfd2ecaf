package io.tally.testkit;

/** Hears what a process does. */
interface ProcessListener {
  void onIncarnation(SimulatedProcess process);

  /** It sends a command with a deadline in the clock of the process that it goes to. */
  void onCommand(String subject, long deadlineNs);

  void onEnd(SimulatedProcess process);
}
