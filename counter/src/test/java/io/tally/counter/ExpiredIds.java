package io.tally.counter;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Keeps the ids of counters that have expired. */
final class ExpiredIds implements ExpiredCounterHandler {
  final List<String> ids = new ArrayList<>();

  @Override
  public void onExpired(final DirectBuffer rows, final int idOffset, final int idLength) {
    ids.add(rows.getStringWithoutLengthAscii(idOffset, idLength));
  }
}
