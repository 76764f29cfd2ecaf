package io.tally.engine.internal;

/**
 * Remembers since when one socket may hold something unread: bytes of a connection, or connections
 * of a listening socket. If the last read emptied the socket, whatever it holds now arrived after
 * the last poll of its thread that is known to have looked at all sockets ({@link
 * StandstillDetector#polledNs()}). If something may have been left, because reading was paused or
 * did not keep up, whatever is read next may be as old as the oldest of that.
 *
 * <p>Belongs to the thread that polls the socket.
 */
public final class SocketBacklog {
  private final StandstillDetector detector;
  private boolean left;
  private boolean paused;
  private long leftSinceNs;
  private long touchedNs;

  /**
   * Creates the backlog of a socket that is polled from now on.
   *
   * @param detector of the thread that polls it.
   * @param sinceNs earliest time at which what it holds now can have arrived, in nanoseconds.
   * @param nowNs time in nanoseconds.
   */
  public SocketBacklog(final StandstillDetector detector, final long sinceNs, final long nowNs) {
    this.detector = detector;
    left = true;
    leftSinceNs = sinceNs;
    touchedNs = nowNs;
  }

  /**
   * Something was read, and is about to be looked at. More may be left.
   *
   * @param nowNs time in nanoseconds.
   */
  public void onRead(final long nowNs) {
    leftSinceNs = sinceNs();
    left = true;
    touchedNs = nowNs;
  }

  /** The socket was found empty: nothing is left behind what was read last. */
  public void onDrained() {
    if (paused) {
      leftSinceNs = detector.polledNs();
    } else {
      left = false;
    }
  }

  /** The socket is not read from now on. What was read before is no longer judged here. */
  public void onPause() {
    onPause(sinceNs());
  }

  /**
   * The socket is not read from now on, although something may be left in it.
   *
   * @param unreadSinceNs earliest time at which that can have arrived, in nanoseconds.
   */
  public void onPause(final long unreadSinceNs) {
    leftSinceNs = unreadSinceNs;
    left = true;
    paused = true;
  }

  /**
   * The socket is read again.
   *
   * @param nowNs time in nanoseconds.
   */
  public void onResume(final long nowNs) {
    paused = false;
    touchedNs = nowNs;
  }

  /**
   * The earliest time at which what is unread here, or was read last, can have arrived.
   *
   * @return time in nanoseconds.
   */
  public long sinceNs() {
    // If all sockets were polled after the last read, that poll would have reported what was left.
    final boolean holds = left && (paused || detector.polledNs() - touchedNs <= 0);
    return holds ? leftSinceNs : detector.polledNs();
  }

  /**
   * Whether what is unread here, or was read last, may have waited for longer than the request
   * timeout.
   *
   * @param nowNs time in nanoseconds.
   * @return true if it is not to be taken any more.
   */
  public boolean isLate(final long nowNs) {
    return detector.isLate(nowNs, sinceNs());
  }
}
