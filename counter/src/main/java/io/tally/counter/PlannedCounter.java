package io.tally.counter;

import static io.tally.counter.CounterTable.ABSENT;

import org.agrona.DirectBuffer;

/** A counter as a list of operations would leave it; its row is not changed yet. Reused. */
final class PlannedCounter {
  long entityHash;

  /** A hash of the id with a secret: ids of one public hash would be compared to their ends. */
  private int secretHash;

  int idOffset;
  int idLength;

  /** {@link CounterTable#ABSENT} if it has to be made. */
  int row;

  /** It has been made, and was not changed yet. */
  boolean isNew;

  boolean isRate;

  /** As it is. */
  long valueBefore;

  long deadlineBeforeNs;

  /** As it would be. */
  long value;

  long deadlineNs;

  void begin(final WriteCommand command, final int hash, final CounterState counters) {
    secretHash = hash;
    entityHash = command.entityHash;
    idOffset = command.idOffset;
    idLength = command.idLength;
    row = counters.find(command);
    isNew = false;
    isRate = row != ABSENT && counters.table.isRate(row);
    valueBefore = counters.shown(command.timeNs, row);
    deadlineBeforeNs = counters.deadlineNs(row);
    value = valueBefore;
    deadlineNs = deadlineBeforeNs;
  }

  boolean isOf(final WriteCommand command, final int hash) {
    if (secretHash != hash || idLength != command.idLength) {
      return false;
    }
    final DirectBuffer buffer = command.buffer;
    for (int i = 0; i < idLength; i++) {
      if (buffer.getByte(idOffset + i) != buffer.getByte(command.idOffset + i)) {
        return false;
      }
    }
    return true;
  }
}
