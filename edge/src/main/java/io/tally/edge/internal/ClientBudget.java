package io.tally.edge.internal;

import java.util.Arrays;

/**
 * The bytes that the connections of one event loop make the process keep: requests begun and not
 * complete, requests read and not answered, answers that clients have not taken, and room for long
 * lines. When the sum exceeds the budget, the connections that keep most are refused or closed,
 * until an eighth of the budget is free again. So a client that asks for little is served, however
 * many others ask for much. Belongs to its loop's thread.
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

  /**
   * A connection keeps delta bytes more, or less if it is negative. Returns whether all connections
   * together now exceed the budget.
   */
  boolean add(final long delta) {
    bytes += delta;
    return bytes > maxBytes;
  }

  /** What all connections together keep. */
  long bytes() {
    return bytes;
  }

  /** Makes connections give up what they keep, those first that keep most. */
  void reclaim(final Connection[] connections, final int count) {
    Arrays.fill(bytesByMagnitude, 0);
    // Counted anew, because only this notices what clients have taken since the last count.
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
          && connection.held.bytes() > 0
          && magnitude(connection.held.bytes()) == magnitude) {
        connection.held.giveUp();
        // It now keeps its refusal, which its client may take slowly. The refusals of many
        // connections may be too much as well, so this one is counted among the smaller ones.
        bytesByMagnitude[magnitude(connection.held.bytes())] += connection.held.bytes();
      }
    }
  }

  private static int magnitude(final int bytes) {
    return MAGNITUDES - 1 - Integer.numberOfLeadingZeros(bytes | 1);
  }
}
