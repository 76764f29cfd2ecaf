package io.tally.engine.internal;

import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.TimerDecoder;
import io.tally.engine.internal.snapshot.codecs.TimerEncoder;
import org.agrona.DirectBuffer;

/**
 * Shows the timers of a {@link TimerQueue} in the order of their entries, since these stay while
 * timers move in the heap. A timer that is set for another time, cancelled or fired is shown before
 * its turn. One bit for each entry remembers which ones those were, and which entries got a timer
 * that is new since the snapshot began.
 */
final class TimerSnapshot implements SnapshotSource {
  private static final int TIMER_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + TimerEncoder.BLOCK_LENGTH;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final TimerEncoder encoder = new TimerEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();
  private final TimerDecoder decoder = new TimerDecoder();
  private final TimerQueue timers;
  private final int schemaId;
  private SnapshotSink sink;
  private int nextEntry;
  private int endEntry;
  private long[] passed;
  private boolean lost;

  TimerSnapshot(final TimerQueue timers, final int schemaId) {
    this.timers = timers;
    this.schemaId = schemaId;
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    lost = false;
    nextEntry = 0;
    endEntry = timers.endOfEntries();
    passed = new long[endEntry + Long.SIZE - 1 >>> 6];
    timers.showing(this);
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    final int last = (int) Math.min(endEntry, (long) nextEntry + limit);
    for (; nextEntry < last && !lost; nextEntry++) {
      if (!hasPassed(nextEntry) && timers.isSet(nextEntry)) {
        show(nextEntry);
      }
    }
    return !lost && nextEntry == endEntry;
  }

  @Override
  public void endSnapshot() {
    timers.showing(null);
    sink = null;
    passed = null;
  }

  /** The timer of this entry is about to be set for another time, or to be no longer set. */
  void beforeChange(final int entry) {
    if (isAhead(entry) && !hasPassed(entry)) {
      show(entry);
      pass(entry);
    }
  }

  /** Notes that this entry has got a timer that was not there when the snapshot began. */
  void onAdded(final int entry) {
    if (isAhead(entry)) {
      pass(entry);
    }
  }

  private boolean isAhead(final int entry) {
    return entry >= nextEntry && entry < endEntry;
  }

  private boolean hasPassed(final int entry) {
    return (passed[entry >>> 6] & 1L << entry) != 0;
  }

  private void pass(final int entry) {
    passed[entry >>> 6] |= 1L << entry;
  }

  private void show(final int entry) {
    final int offset = lost ? SnapshotSink.FULL : sink.tryClaim(TIMER_LENGTH);
    lost = offset == SnapshotSink.FULL;
    if (!lost) {
      encoder
          .wrapAndApplyHeader(sink.buffer(), offset, header)
          .timerId(timers.timerId(entry))
          .dueNs(timers.dueNs(entry))
          .order(timers.order(entry))
          .schemaId(schemaId);
      sink.commit();
    }
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    SnapshotRecords.check(length >= TIMER_LENGTH, "a timer");
    decoder.wrapAndApplyHeader(buffer, offset, decodedHeader);
    timers.restore(decoder.timerId(), decoder.dueNs(), decoder.order());
  }
}
