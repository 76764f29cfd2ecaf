package io.tally.edge;

import java.util.Arrays;

/**
 * The bytes that the connections of one event loop make the process keep: requests begun and not
 * complete, requests read and not answered, answers not taken, room for long lines. Beyond the
 * budget, those connections pay that keep most: they are refused or closed until an eighth of it is
 * free again. So whoever asks for little is served, however many ask for much. Belongs to its
 * loop's thread.
 */
final class ClientBudget {
  private static final int MAGNITUDES = Integer.SIZE;

  private final long maxBytes;
  private final long reclaimedBytes;
  private final long[] bytesByMagnitude = new long[MAGNITUDES];
  private long bytes;

  ClientBudget(final long maxBytes) {
    this.maxBytes = maxBytes;
    reclaimedBytes = maxBytes - maxBytes / 8;
  }

  /** A connection keeps so much more, or less; returns whether all together keep too much. */
  boolean add(final long delta) {
    bytes += delta;
    return bytes > maxBytes;
  }

  /** All together. */
  long bytes() {
    return bytes;
  }

  /** Has connections give up what they keep, the largest first. */
  void reclaim(final Connection[] connections, final int count) {
    Arrays.fill(bytesByMagnitude, 0);
    // What peers have taken meanwhile is seen only here.
    for (int i = 0; i < count; i++) {
      final int held = connections[i].account();
      bytesByMagnitude[magnitude(held)] += held;
    }
    for (int magnitude = MAGNITUDES - 1; bytes > reclaimedBytes && magnitude >= 0; magnitude--) {
      if (bytesByMagnitude[magnitude] > 0) {
        reclaim(connections, count, magnitude);
      }
    }
  }

  private void reclaim(final Connection[] connections, final int count, final int magnitude) {
    // Backwards: a connection that closes is replaced by the last one, and leaves a gap there.
    for (int i = count - 1; i >= 0 && bytes > reclaimedBytes; i--) {
      final Connection connection = connections[i];
      if (connection != null
          && connection.heldBytes() > 0
          && magnitude(connection.heldBytes()) == magnitude) {
        connection.giveUp();
        // Its refusal may be sent slowly, and may be too many's.
        bytesByMagnitude[magnitude(connection.heldBytes())] += connection.heldBytes();
      }
    }
  }

  private static int magnitude(final int bytes) {
    return MAGNITUDES - 1 - Integer.numberOfLeadingZeros(bytes | 1);
  }
}
