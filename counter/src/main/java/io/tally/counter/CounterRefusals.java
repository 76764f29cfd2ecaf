package io.tally.counter;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** How often the counters of a process refused, by reason. Thread-safe. */
final class CounterRefusals {
  final LongAdder memoryLimit = new LongAdder();
  final LongAdder overflow = new LongAdder();

  /** Increments that a bound kept from being applied, which are answered as done. */
  final LongAdder bound = new LongAdder();

  final LongAdder precondition = new LongAdder();
  final LongAdder quota = new LongAdder();
  final LongAdder kindMismatch = new LongAdder();

  /** The refusals since the start by their reasons, for metrics. */
  Map<String, LongSupplier> byReason() {
    return Map.of(
        "memory_limit", memoryLimit::sum,
        "overflow", overflow::sum,
        "bound", bound::sum,
        "precondition", precondition::sum,
        "quota", quota::sum,
        "kind_mismatch", kindMismatch::sum);
  }
}
