package io.tally.edge.internal;

/** What the process keeps for one connection, as its event loop's budget counts it. */
final class HeldBytes {
  private final EdgeLoop loop;
  private final Connection connection;
  private final RequestPhase phase;
  private final RequestReader reader;
  private final Responses responses;
  private int bytes;
  private boolean givenUp;

  HeldBytes(
      final EdgeLoop loop,
      final Connection connection,
      final RequestPhase phase,
      final RequestReader reader,
      final Responses responses) {
    this.loop = loop;
    this.connection = connection;
    this.phase = phase;
    this.reader = reader;
    this.responses = responses;
  }

  int bytes() {
    return bytes;
  }

  /** Counts anew. The budget may have connections closed for it, this one too. */
  void count() {
    final long held = reader.heldBytes() + responses.heldBytes();
    final int before = bytes;
    bytes = (int) Math.min(held, Integer.MAX_VALUE);
    loop.onHeld(bytes - before);
  }

  /** Counts an output buffer that has grown. Thousands may be answered in one step. */
  void grow(final int delta) {
    if (delta > 0) {
      bytes += delta;
      loop.onHeld(delta);
    }
  }

  /**
   * The process keeps too much for its clients, and this is one of those for which it keeps most.
   * The client is sent a refusal if nothing else is left to be sent to it. Otherwise the connection
   * is closed at once, because answers that the client has not taken must not be kept only to send
   * a refusal after them.
   */
  void giveUp() {
    if (!givenUp) {
      givenUp = true;
      loop.onGivenUp();
    }
    if (connection.isDone() || phase.isIdle() || responses.count() > 0 || responses.hasUnsent()) {
      connection.end();
      return;
    }
    reader.forget();
    connection.cutOff(Cutoff.CLIENT_MEMORY);
    responses.dontLinger();
    connection.account();
    loop.wake();
  }

  /** Nothing is kept any more. */
  void release() {
    loop.onHeld(-bytes);
    bytes = 0;
  }
}
