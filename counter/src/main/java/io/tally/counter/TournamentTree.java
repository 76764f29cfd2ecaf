package io.tally.counter;

import java.util.Arrays;

/**
 * A number for each of some places, and where the least of them is: a tournament tree (Knuth, The
 * Art of Computer Programming, vol. 3, 5.4.1) in which sixteen play at a time, so that it takes
 * little more memory than the numbers. Setting one costs a comparison or a scan of 16 numbers for
 * each level. All are {@link Long#MAX_VALUE} at first.
 */
final class TournamentTree {
  private static final int FAN_SHIFT = 4;
  private static final int FAN = 1 << FAN_SHIFT;

  /** Where each level begins; the numbers themselves are the first, the least one is the last. */
  private final int[] levels;

  private final long[] nodes;

  TournamentTree(final int places) {
    int depth = 1;
    for (int width = places; width > 1; width = parents(width)) {
      depth++;
    }
    levels = new int[depth + 1];
    int width = places;
    for (int level = 0; level < depth; level++) {
      levels[level + 1] = levels[level] + width;
      width = parents(width);
    }
    nodes = new long[levels[depth]];
    Arrays.fill(nodes, Long.MAX_VALUE);
  }

  private static int parents(final int width) {
    return width + FAN - 1 >>> FAN_SHIFT;
  }

  int places() {
    return levels[1];
  }

  long get(final int place) {
    return nodes[place];
  }

  long min() {
    return nodes[nodes.length - 1];
  }

  /** The place of the least number; of equal ones the first. */
  int minPlace() {
    final long min = min();
    int index = 0;
    for (int level = levels.length - 3; level >= 0; level--) {
      index <<= FAN_SHIFT;
      while (nodes[levels[level] + index] != min) {
        index++;
      }
    }
    return index;
  }

  void set(final int place, final long number) {
    long before = nodes[place];
    long now = number;
    nodes[place] = now;
    int index = place;
    for (int level = 0; level < levels.length - 2; level++) {
      final int parent = levels[level + 1] + (index >>> FAN_SHIFT);
      final long parentBefore = nodes[parent];
      if (now >= parentBefore) {
        if (before > parentBefore) {
          return;
        }
        now = minOfSiblings(level, index);
        if (now == parentBefore) {
          return;
        }
      }
      nodes[parent] = now;
      before = parentBefore;
      index >>>= FAN_SHIFT;
    }
  }

  private long minOfSiblings(final int level, final int index) {
    final int from = levels[level] + (index & -FAN);
    final int to = Math.min(from + FAN, levels[level + 1]);
    long min = nodes[from];
    for (int i = from + 1; i < to; i++) {
      min = Math.min(min, nodes[i]);
    }
    return min;
  }
}
