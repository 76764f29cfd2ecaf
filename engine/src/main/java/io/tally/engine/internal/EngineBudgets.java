package io.tally.engine.internal;

import io.tally.engine.Places;

/**
 * What all shards of the process take from. Immutable, but for what is taken.
 *
 * @param keys bounds their idempotency keys.
 * @param longReplies bounds the replies that their lanes keep beside the slots.
 * @param places whom they ask for places; others than {@link Places#ASKED} are for a replay.
 */
public record EngineBudgets(IdempotencyLimit keys, ReplyRoom longReplies, Places places) {
  /**
   * Budgets that are never used up.
   *
   * @return new ones, of which nothing is taken.
   */
  public static EngineBudgets unbounded() {
    return new EngineBudgets(
        new IdempotencyLimit(Long.MAX_VALUE / 2), ReplyRoom.unbounded(), Places.ASKED);
  }
}
