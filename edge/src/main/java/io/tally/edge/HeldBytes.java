package io.tally.edge;

/** What the process keeps for one connection, as its event loop's budget counts it. */
final class HeldBytes {
  private final EdgeLoop loop;
  private final RequestReader reader;
  private final Responses responses;
  private int bytes;
  private boolean givenUp;

  HeldBytes(final EdgeLoop loop, final RequestReader reader, final Responses responses) {
    this.loop = loop;
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

  /** The connection is given up for what it keeps: told once. */
  void onGivenUp() {
    if (!givenUp) {
      givenUp = true;
      loop.onGivenUp();
    }
  }

  /** Nothing is kept any more. */
  void release() {
    loop.onHeld(-bytes);
    bytes = 0;
  }
}
