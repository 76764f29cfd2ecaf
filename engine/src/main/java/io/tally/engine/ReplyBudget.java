package io.tally.engine;

import io.tally.lane.LongReplies;

/**
 * The room for the long replies of one shard's lanes, asked for through its {@link Places}. Where
 * there is none, replies that nobody awaits are dropped first: a refusal must not depend on how far
 * sweeps have come.
 */
final class ReplyBudget implements Budget, LongReplies.Room {
  private final ReplyRoom room;
  private final Places places;
  private final Runnable dropUnawaited;
  private long wantedBytes;

  ReplyBudget(final ReplyRoom room, final Places places, final Runnable dropUnawaited) {
    this.room = room;
    this.places = places;
    this.dropUnawaited = dropUnawaited;
  }

  @Override
  public boolean tryTake(final long bytes) {
    wantedBytes = bytes;
    return places.tryTake(this);
  }

  @Override
  public void release(final long bytes) {
    room.release(bytes);
  }

  @Override
  public boolean tryTake() {
    if (room.tryTake(wantedBytes)) {
      return true;
    }
    dropUnawaited.run();
    if (room.tryTake(wantedBytes)) {
      return true;
    }
    room.onRefused();
    return false;
  }

  @Override
  public void take() {
    room.take(wantedBytes);
  }
}
