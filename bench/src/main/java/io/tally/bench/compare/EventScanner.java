package io.tally.bench.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds the values of a counter in an event stream that may be cut anywhere. */
final class EventScanner {
  private static final byte[] MARKER = "\"value\":".getBytes(StandardCharsets.US_ASCII);

  private int matched;
  private long number;
  private long value = -1;
  private long count;

  /**
   * Takes what has arrived.
   *
   * @throws IOException if a value is less than the one before.
   */
  void scan(final ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      take(bytes.get());
    }
  }

  private void take(final byte next) throws IOException {
    if (matched < MARKER.length) {
      matched = next == MARKER[matched] ? matched + 1 : next == MARKER[0] ? 1 : 0;
    } else if (next >= '0' && next <= '9') {
      number = 10 * number + next - '0';
    } else {
      if (number < value) {
        throw new IOException("a watcher saw " + number + " after " + value);
      }
      value = number;
      count++;
      number = 0;
      matched = 0;
    }
  }

  /** The latest value; -1 before the first. */
  long value() {
    return value;
  }

  /** How many values there were. */
  long count() {
    return count;
  }
}
