package io.tally.edge.internal;

import io.netty.buffer.ByteBuf;
import io.tally.engine.internal.SteppedAgent;

/**
 * A response that goes on for as long as its client stays. The exchange that began it has written
 * its head; what follows is asked for piece by piece, and only when the client has taken the piece
 * before. So nothing queues for a slow client: until it is asked, a stream may replace what it
 * would have sent by something newer.
 *
 * <p>Everything of it belongs to its connection's event loop, but for {@link #run}.
 */
public abstract class ResponseStream {
  /** What {@link #nextNs()} says of a stream that has nothing to do before it is woken. */
  protected static final long NEVER = SteppedAgent.NEVER;

  private Streaming streaming;

  /** Creates a stream that belongs to no connection yet. */
  protected ResponseStream() {}

  final void begin(final Streaming ofConnection) {
    streaming = ofConnection;
  }

  /**
   * Appends the next piece, or nothing if there is none. Called when it was woken or its time has
   * come, but never before the piece before was taken.
   *
   * @param out the connection's buffer, which stays its own. A piece should not be longer than some
   *     tens of kilobytes, since it is kept until the client has taken it.
   * @param nowNs current time in nanoseconds.
   */
  protected abstract void write(ByteBuf out, long nowNs);

  /**
   * When it wants to be asked for the next piece without being woken. Times that are not far apart
   * may be served together, up to 20 ms late.
   *
   * @return time in nanoseconds of the clock that the event loop's agents share, or {@link #NEVER}.
   */
  protected abstract long nextNs();

  /**
   * Memory that it keeps, beyond what was written.
   *
   * @return bytes.
   */
  protected abstract long heldBytes();

  /**
   * The stream has ended, by its client, by itself or by the server, and has to give back what it
   * keeps. Called once; nothing else is called afterwards.
   */
  protected abstract void onEnd();

  /** Has it asked for a piece soon: there is one, or its time has changed. */
  protected final void wake() {
    streaming.onNews();
  }

  /** Ends it, and the connection as soon as the client has taken what was written. Idempotent. */
  protected final void end() {
    streaming.end();
  }

  /**
   * Runs a task on its event loop, unless it has ended by then. Any thread.
   *
   * @param task must not block; what it throws is told to the error handler, and ends the stream.
   */
  protected final void run(final Runnable task) {
    streaming.run(task);
  }
}
