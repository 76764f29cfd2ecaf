package io.tally.edge.internal;

/** Ends one connection when its time is over: by a deadline, or because the server stops. */
final class Deadlines {
  private final EdgeLoop loop;
  private final Connection connection;
  private final Reading reading;
  private final RequestPhase phase;
  private final Responses responses;

  Deadlines(
      final EdgeLoop loop,
      final Connection connection,
      final Reading reading,
      final RequestPhase phase,
      final Responses responses) {
    this.loop = loop;
    this.connection = connection;
    this.reading = reading;
    this.phase = phase;
    this.responses = responses;
  }

  /** Ends the connection if one of its deadlines has passed. */
  void sweep(final long nowNs) {
    if (responses.isStalled(nowNs, loop.settings().writeStallNs())) {
      connection.close();
      return;
    }
    if (responses.isLingering()) {
      if (responses.isLingeringOver()) {
        connection.close();
      }
      return;
    }
    if (connection.isDone() || reading.isPaused() || responses.isFull()) {
      return;
    }
    final Cutoff overdue = phase.overdue();
    if (overdue != null) {
      connection.cutOff(overdue);
    } else if (loop.draining()) {
      drain();
    } else if (responses.count() == 0 && !responses.hasOutput() && phase.isIdleTooLong()) {
      connection.close();
    }
  }

  /** The server is stopping: finish what was read, and close. Called again until it is closed. */
  void drain() {
    if (!phase.isIdle()) {
      return;
    }
    final boolean isIdleAgain = phase.isIdleAgain(responses.count() == 0 && !reading.isPaused());
    if (responses.count() > 0 || isIdleAgain) {
      connection.endInput();
      connection.markDirty();
    }
  }
}
