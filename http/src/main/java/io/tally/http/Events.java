package io.tally.http;

/**
 * What an {@link EventStream} tells of: a few things, each with a slot of its own, of which only
 * the latest state counts. All of it is called on the stream's event loop, must not block, and must
 * not throw.
 */
public interface Events {
  /**
   * The client can be told of a slot again: it has taken what it was told last, and the time
   * between two events has passed. {@link EventStream#send} may be called now or later, once. Not
   * called at the beginning, when this is so for all slots.
   *
   * @param slot from 0.
   */
  void onReady(int slot);

  /**
   * Writes the event of a slot for which {@link EventStream#send} was called, as it is now: whole
   * lines, without the empty one that ends it.
   *
   * @param slot from 0.
   * @param nowNs current time in nanoseconds, as of {@link HttpExchange#readNs}.
   * @param out takes the lines, during the call only.
   */
  void write(int slot, long nowNs, EventWriter out);

  /**
   * Memory that is kept for this stream.
   *
   * @return bytes.
   */
  long heldBytes();

  /** The stream has ended, for whatever reason. Called once; nothing is called afterwards. */
  void onEnd();
}
