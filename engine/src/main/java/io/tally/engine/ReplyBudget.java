package io.tally.engine;

import io.tally.lane.LongReplies;

/** The room for long replies as one shard asks for it: through its {@link Places}. */
final class ReplyBudget implements Budget, LongReplies.Room {
  private final ReplyRoom room;
  private final Places places;
  private long wantedBytes;

  ReplyBudget(final ReplyRoom room, final Places places) {
    this.room = room;
    this.places = places;
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
    return room.tryTake(wantedBytes);
  }

  @Override
  public void take() {
    room.take(wantedBytes);
  }
}
