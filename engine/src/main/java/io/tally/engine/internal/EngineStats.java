package io.tally.engine.internal;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts and times of one agent. Written by the one thread that steps it at the moment, read by any
 * thread. Values only grow.
 */
public final class EngineStats {
  private static final EngineCounter[] COUNTERS = EngineCounter.values();

  private final AtomicLongArray counters = new AtomicLongArray(COUNTERS.length);
  private final List<String> messageTypes;
  private final LatencyHistogram[] latency;
  private final AtomicLongArray failures;
  private final AtomicLongArray faults;
  private final LatencyHistogram queueWait = new LatencyHistogram();

  /** Read and written by the one thread alone. */
  private final long[] batchCounts;

  EngineStats(final List<String> messageTypes) {
    this.messageTypes = messageTypes;
    latency = new LatencyHistogram[messageTypes.size()];
    for (int i = 0; i < latency.length; i++) {
      latency[i] = new LatencyHistogram();
    }
    failures = new AtomicLongArray(messageTypes.size());
    faults = new AtomicLongArray(messageTypes.size());
    batchCounts = new long[messageTypes.size()];
  }

  /**
   * Reads a counter.
   *
   * @param counter to read.
   * @return its value.
   */
  public long get(final EngineCounter counter) {
    return counters.get(counter.ordinal());
  }

  /**
   * The message types, in the order of the indexes of {@link #latency(int)} and {@link
   * #failures(int)}.
   *
   * @return unmodifiable list.
   */
  public List<String> messageTypes() {
    return messageTypes;
  }

  /**
   * Durations of the messages of a type. For an ingress they last from claim to end. For a shard
   * agent each counts with the duration of its batch divided by the messages in it.
   *
   * @param type index in {@link #messageTypes()}.
   * @return the histogram.
   */
  public LatencyHistogram latency(final int type) {
    return latency[type];
  }

  /**
   * How long requests waited until they were handed over to their shard, for room in its ring, its
   * lane or its peer's window. Of an ingress only.
   *
   * @return the histogram.
   */
  public LatencyHistogram queueWait() {
    return queueWait;
  }

  /**
   * Messages of a type that did not succeed: that ended without a reply, were refused by the
   * service, or at which it threw.
   *
   * @param type index in {@link #messageTypes()}.
   * @return the number.
   */
  public long failures(final int type) {
    return failures.get(type);
  }

  /**
   * Messages of a type at which the service threw.
   *
   * @param type index in {@link #messageTypes()}.
   * @return the number.
   */
  public long faults(final int type) {
    return faults.get(type);
  }

  void increment(final EngineCounter counter) {
    final int index = counter.ordinal();
    counters.lazySet(index, counters.getPlain(index) + 1);
  }

  /** Nothing happens if the type is {@link ServiceCatalog#UNKNOWN}, here and below. */
  void record(final int type, final long durationNs, final long count) {
    if (type >= 0) {
      latency[type].record(durationNs, count);
    }
  }

  /** A message of this type is in the batch that is being applied. */
  void applied(final int type) {
    batchCounts[type]++;
  }

  /** The batch has ended. */
  void recordBatch(final long meanNs) {
    for (int type = 0; type < batchCounts.length; type++) {
      if (batchCounts[type] > 0) {
        record(type, meanNs, batchCounts[type]);
        batchCounts[type] = 0;
      }
    }
  }

  void failure(final int type) {
    increment(failures, type);
  }

  void fault(final int type) {
    increment(faults, type);
  }

  private static void increment(final AtomicLongArray byType, final int type) {
    if (type >= 0) {
      byType.lazySet(type, byType.getPlain(type) + 1);
    }
  }
}
