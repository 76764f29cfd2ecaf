package io.tally.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A write of a power of two that no other write of its counter adds: each value of the counter
 * tells whether it was applied. All requests with its idempotency key are one write.
 *
 * @param amount that it adds.
 * @param requests in which it was sent.
 */
record BitWrite(long amount, List<Operation> requests) {
  /** The writes of one counter; empty if their amounts do not tell them apart. */
  static Collection<BitWrite> of(final List<Operation> operations) {
    final Map<Long, BitWrite> writes = new LinkedHashMap<>();
    for (final Operation operation : operations) {
      if (operation.write() && operation.amount() != 0) {
        final BitWrite write =
            writes.computeIfAbsent(
                operation.amount(), amount -> new BitWrite(amount, new ArrayList<>()));
        if (Long.bitCount(operation.amount()) != 1 || !write.isSentAgainBy(operation)) {
          return List.of();
        }
        write.requests.add(operation);
      }
    }
    return writes.values();
  }

  private boolean isSentAgainBy(final Operation operation) {
    final String key = operation.idempotencyKey();
    return requests.isEmpty() || !key.isEmpty() && key.equals(requests.get(0).idempotencyKey());
  }

  boolean isIn(final long value) {
    return (value & amount) != 0;
  }

  /** Whether a request was answered as applied by this incarnation. */
  boolean wasAnswered(final Life life) {
    return requests.stream().anyMatch(life::answered);
  }

  /** Whether a request may have been applied by this incarnation without its client knowing. */
  boolean mayHaveRun(final Life life) {
    return requests.stream()
        .anyMatch(request -> request.fate() == Fate.UNKNOWN && life.mayHaveSeen(request));
  }

  /** When it was last sent. */
  long lastStart() {
    return requests.stream().mapToLong(Operation::start).max().orElseThrow();
  }
}
