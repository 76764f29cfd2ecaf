package io.tally.engine;

import org.agrona.DirectBuffer;

/**
 * Takes the engine's messages that arrive from other nodes. STUB of the API; the body follows. One
 * thread at a time.
 */
public final class InboundAdapter {
  /** The message was taken over. */
  public static final int ACCEPTED = 1;

  /** The ring it goes to is full; the caller keeps the message and offers it again. */
  public static final int RETRY = -1;

  /** The message was malformed or foreign, and was counted. */
  public static final int REFUSED = -2;

  /** Takes one Command or Reply message (with its SBE header). The bytes are copied. */
  public int onMessage(
      final long nowNs, final DirectBuffer buffer, final int offset, final int length) {
    return REFUSED;
  }

  /**
   * Answers BUSY to a command for which {@link #RETRY} was given for as long as the queue limit.
   */
  public void refuseBusy(final DirectBuffer buffer, final int offset, final int length) {}

  /** Wakes the agents to which messages went since the last flush. Called at the end of a batch. */
  public void flush() {}
}
