package io.tally.counter;

import org.agrona.DirectBuffer;

/** Is told of each counter that is freed because it has expired. */
@FunctionalInterface
interface ExpiredCounterHandler {
  /**
   * A counter is about to be freed. The table must not be used from here.
   *
   * @param rows hold its id, during the call only.
   * @param idOffset of the id.
   * @param idLength of the id in bytes.
   */
  void onExpired(DirectBuffer rows, int idOffset, int idLength);
}
