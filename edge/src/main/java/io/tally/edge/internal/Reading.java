package io.tally.edge.internal;

import io.netty.channel.Channel;
import io.tally.engine.internal.SocketBacklog;

/**
 * Whether one connection is read on, and since when the bytes read from it may have waited. Belongs
 * to its connection.
 */
final class Reading implements RequestShare.Waiting {
  private final EdgeLoop loop;
  private final Connection connection;
  private final Channel channel;
  private final SocketBacklog unread;
  private boolean paused;
  private boolean peerDone;
  private boolean awaitsRoom;
  private long undecodedSinceNs;

  /** The first bytes came after that time: the connection may have waited to be accepted. */
  Reading(
      final EdgeLoop loop,
      final Connection connection,
      final Channel channel,
      final long acceptableSinceNs) {
    this.loop = loop;
    this.connection = connection;
    this.channel = channel;
    unread = new SocketBacklog(loop.standstill(), acceptableSinceNs, loop.nowNs());
  }

  boolean isPaused() {
    return paused;
  }

  boolean isPeerDone() {
    return peerDone;
  }

  void onPeerDone() {
    peerDone = true;
  }

  void onRead() {
    unread.onRead(loop.nowNs());
    // A request is as old as its last byte, unless it was complete earlier and waited here
    // undecoded.
    if (!paused) {
      undecodedSinceNs = unread.sinceNs();
    }
  }

  void onDrained() {
    unread.onDrained();
  }

  boolean isLate() {
    return loop.standstill().isLate(loop.nowNs(), undecodedSinceNs);
  }

  void pause() {
    if (!paused) {
      paused = true;
      loop.onPaused(true);
      unread.onPause();
      readOn(false);
    }
  }

  void resume() {
    paused = false;
    loop.onPaused(false);
    loop.onRead();
    unread.onResume(loop.nowNs());
  }

  void end() {
    if (paused) {
      loop.onPaused(false);
    }
    leaveQueue();
  }

  /**
   * Turns reading on or off. Does nothing once the peer has ended its input: nothing is left to be
   * read, and Netty's epoll transport, which has given up the input by then, would fail if it were
   * asked to read again.
   */
  void readOn(final boolean on) {
    if (!peerDone) {
      channel.config().setAutoRead(on);
    }
  }

  /**
   * Whether the loop has room for another request of this connection, which has count requests
   * under way. If there is no room, a connection that has none under way is told when there is; one
   * that has some asks again with each of its answers.
   */
  boolean isAdmitted(final int count) {
    if (loop.share().admits(count)) {
      return true;
    }
    if (count == 0 && !awaitsRoom) {
      awaitsRoom = true;
      loop.share().enqueue(this);
    }
    return false;
  }

  @Override
  public void onRoom() {
    awaitsRoom = false;
    connection.onRoom();
  }

  void leaveQueue() {
    if (awaitsRoom) {
      awaitsRoom = false;
      loop.share().dequeue(this);
    }
  }
}
