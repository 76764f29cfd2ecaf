package io.tally.counter;

import static io.tally.counter.CounterTable.ABSENT;

import org.agrona.DirectBuffer;

/** A counter as a list of operations would leave it; its row is not changed yet. Reused. */
final class PlannedCounter {
  private int tag;
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

  void begin(final WriteCommand command, final int tagOfId, final CounterState counters) {
    tag = tagOfId;
    idOffset = command.idOffset;
    idLength = command.idLength;
    row = counters.table.find(command.timeNs, tag, command.buffer, idOffset, idLength);
    isNew = false;
    isRate = row != ABSENT && counters.table.isRate(row);
    valueBefore = counters.shown(command.timeNs, row);
    deadlineBeforeNs = counters.deadlineNs(row);
    value = valueBefore;
    deadlineNs = deadlineBeforeNs;
  }

  /** Equal tags are those of ids of one length. */
  boolean isOf(final WriteCommand command, final int tagOfId) {
    if (tag != tagOfId) {
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
