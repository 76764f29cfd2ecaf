package io.tally.counter;

import static io.tally.counter.CounterRows.NO_DEADLINE;

import java.util.Arrays;

/**
 * Where the earliest deadline is. For each stretch of 2 KiB of the rows, it holds the earliest
 * deadline of those that begin in it, and of these minima a {@link TournamentTree} for each chunk,
 * and one over all chunks. That takes less than 0.5 % of a large table, and only of chunks in which
 * there was a deadline.
 *
 * <p>A deadline that becomes earlier lowers the minimum of its stretch. If the earliest one becomes
 * later or ends, the stretch would have to be walked. That is put off, since it may be a counter
 * whose deadline moves with every command: the stretch is kept in a list of 16, and has an old
 * minimum until the list is full or somebody asks what is true. No minimum is ever too late. What
 * is told and what is done never depends on which stretches are in the list.
 *
 * <p>It grows by doubling an array of a place for each chunk: at 8 GiB of rows in one shard, which
 * is the last time, 8,192 numbers are set anew.
 */
final class ExpiryIndex {
  /** Walks the rows of a stretch. */
  @FunctionalInterface
  interface Walk {
    /** The earliest deadline of the rows that begin in it, or {@link CounterRows#NO_DEADLINE}. */
    long earliestNs(int chunk, int stretch);
  }

  /** No stretch. */
  static final int NONE = -1;

  private static final int MAX_STALE = 16;

  /** How many bits of a row's name are behind that of its stretch, and its chunk. */
  private static final int ROW_SHIFT = RowSpace.STRETCH_SHIFT - RowDescriptor.UNIT_SHIFT;

  private static final int CHUNK_SHIFT = RowDescriptor.CHUNK_SHIFT - ROW_SHIFT;

  private final DirectChunks chunks;
  private final Walk walk;

  /** Numbers of stretches: in the high bits that of the chunk. */
  private final int[] stale = new int[MAX_STALE];

  /**
   * No stretch has a later minimum, or ever had. It never becomes earlier, so it helps only where
   * no stretch began late. It is not below 0: a new rate moves from there, and is in no stretch
   * yet.
   */
  private long latestMinNs;

  private int staleCount;
  private int nextVictim;
  private TournamentTree[] stretchesOf = new TournamentTree[1];
  private TournamentTree earliestOf = new TournamentTree(1);

  ExpiryIndex(final DirectChunks chunks, final Walk walk) {
    this.chunks = chunks;
    this.walk = walk;
  }

  /** A time that is not after the earliest deadline, but perhaps before it. */
  long atEarliestNs() {
    return earliestOf.min();
  }

  /** The earliest deadline, or {@link CounterRows#NO_DEADLINE}. Walks at most 16 stretches. */
  long earliestNs() {
    while (earliestOf.min() != NO_DEADLINE) {
      final int stretch = earliestStretch();
      if (!forgetStale(stretch)) {
        break;
      }
      refresh(stretch);
    }
    return earliestOf.min();
  }

  /** Number of the stretch of {@link #atEarliestNs()}, where that is a deadline. */
  int earliestStretch() {
    final int chunk = earliestOf.minPlace();
    return chunk << CHUNK_SHIFT | stretchesOf[chunk].minPlace();
  }

  /** The first stretch from this one on that may have a deadline by then, or {@link #NONE}. */
  int nextDue(final int stretch, final long timeNs) {
    int next = inChunk(stretch);
    for (int chunk = chunk(stretch); chunk < stretchesOf.length; chunk++) {
      if (earliestOf.get(chunk) <= timeNs) {
        final TournamentTree ofChunk = stretchesOf[chunk];
        for (; next < ofChunk.places(); next++) {
          if (ofChunk.get(next) <= timeNs) {
            return chunk << CHUNK_SHIFT | next;
          }
        }
      }
      next = 0;
    }
    return NONE;
  }

  static int chunk(final int stretch) {
    return stretch >>> CHUNK_SHIFT;
  }

  static int inChunk(final int stretch) {
    return stretch & (1 << CHUNK_SHIFT) - 1;
  }

  /** A row has another deadline than before. */
  void move(final int row, final long fromNs, final long toNs) {
    if (fromNs > latestMinNs && fromNs <= toNs) {
      // It was the earliest of no stretch, nor is it now.
      return;
    }
    final int stretch = row >>> ROW_SHIFT;
    if (toNs != NO_DEADLINE && toNs < minOf(stretch)) {
      exact(stretch, toNs);
    } else if (fromNs < toNs && fromNs == minOf(stretch) && fromNs != NO_DEADLINE) {
      addStale(stretch);
    }
  }

  /** A stretch has been walked. */
  void walked(final int stretch, final long earliestNs) {
    forgetStale(stretch);
    exact(stretch, earliestNs);
  }

  private void refresh(final int stretch) {
    exact(stretch, walk.earliestNs(chunk(stretch), inChunk(stretch)));
  }

  private long minOf(final int stretch) {
    final int chunk = chunk(stretch);
    final TournamentTree ofChunk = chunk < stretchesOf.length ? stretchesOf[chunk] : null;
    return ofChunk == null ? NO_DEADLINE : ofChunk.get(inChunk(stretch));
  }

  private void exact(final int stretch, final long earliestNs) {
    final int chunk = chunk(stretch);
    if (chunk >= stretchesOf.length) {
      grow(chunk);
    }
    TournamentTree ofChunk = stretchesOf[chunk];
    if (ofChunk == null) {
      ofChunk = new TournamentTree(chunks.get(chunk).capacity() >>> RowSpace.STRETCH_SHIFT);
      stretchesOf[chunk] = ofChunk;
    }
    ofChunk.set(inChunk(stretch), earliestNs);
    if (earliestNs != NO_DEADLINE) {
      latestMinNs = Math.max(latestMinNs, earliestNs);
    }
    if (ofChunk.min() != earliestOf.get(chunk)) {
      earliestOf.set(chunk, ofChunk.min());
    }
  }

  private void grow(final int chunk) {
    final TournamentTree grown = new TournamentTree(Integer.highestOneBit(chunk) << 1);
    for (int i = 0; i < stretchesOf.length; i++) {
      grown.set(i, earliestOf.get(i));
    }
    earliestOf = grown;
    stretchesOf = Arrays.copyOf(stretchesOf, grown.places());
  }

  private void addStale(final int stretch) {
    for (int i = 0; i < staleCount; i++) {
      if (stale[i] == stretch) {
        return;
      }
    }
    if (staleCount < MAX_STALE) {
      stale[staleCount] = stretch;
      staleCount++;
      return;
    }
    refresh(stale[nextVictim]);
    stale[nextVictim] = stretch;
    nextVictim = nextVictim + 1 & MAX_STALE - 1;
  }

  private boolean forgetStale(final int stretch) {
    for (int i = 0; i < staleCount; i++) {
      if (stale[i] == stretch) {
        staleCount--;
        stale[i] = stale[staleCount];
        return true;
      }
    }
    return false;
  }
}
