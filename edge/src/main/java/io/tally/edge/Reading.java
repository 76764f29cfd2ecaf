package io.tally.edge;

import io.netty.channel.Channel;
import io.tally.engine.SocketBacklog;

/**
 * Whether one connection is read on, and since when what it is read may have waited. Belongs to its
 * connection.
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
    // A request is as old as its last byte; but not if it was complete, and waited here.
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
   * Nothing is left to be read once the peer is done. Epoll has let go of the socket's input by
   * then, and fails if it is asked for it again.
   */
  void readOn(final boolean on) {
    if (!peerDone) {
      channel.config().setAutoRead(on);
    }
  }

  /**
   * Whether the loop has room for another request of this connection, which has so many. Where it
   * has not, the connection is told when there is room, or finds out with its own answers.
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
