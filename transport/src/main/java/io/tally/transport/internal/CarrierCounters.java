package io.tally.transport.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counts of one session. Any thread. */
final class CarrierCounters {
  private static final int STRIDE = 8;

  private final AtomicLongArray counters =
      new AtomicLongArray(CarrierCounter.values().length * STRIDE);

  long get(final CarrierCounter counter) {
    return counters.get(counter.ordinal() * STRIDE);
  }

  void increment(final CarrierCounter counter) {
    add(counter, 1);
  }

  void add(final CarrierCounter counter, final long amount) {
    counters.getAndAdd(counter.ordinal() * STRIDE, amount);
  }

  /** Counts the frames before it hands them on. */
  FrameListener counting(final FrameListener listener) {
    return frame -> {
      increment(CarrierCounter.FRAMES_RECEIVED);
      add(CarrierCounter.BYTES_RECEIVED, frame.length);
      listener.onFrame(frame);
    };
  }
}
