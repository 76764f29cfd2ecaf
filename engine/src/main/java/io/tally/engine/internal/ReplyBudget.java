package io.tally.engine.internal;

import io.tally.engine.Budget;
import io.tally.engine.Places;
import io.tally.lane.internal.LongReplies;

/** The room for the long replies of one shard's lanes, asked for through its {@link Places}. */
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
  public void take(final long bytes) {
    room.take(bytes);
  }

  @Override
  public void release(final long bytes) {
    room.release(bytes);
  }

  @Override
  public boolean tryTake() {
    return room.tryTake(wantedBytes, dropUnawaited);
  }

  @Override
  public void take() {
    room.take(wantedBytes);
  }
}
