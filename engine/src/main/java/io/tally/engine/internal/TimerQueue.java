package io.tally.engine.internal;

import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * The timers of one service in one shard, in the order of their due times, and among equal ones in
 * that in which they were set. A heap and not a wheel: a wheel knows no order within a tick, nor
 * when its next timer is due. Allocates only when there are more timers than ever before. Not
 * thread-safe.
 */
final class TimerQueue {
  /** The queue is empty. */
  static final long NEVER = Long.MAX_VALUE;

  /**
   * Heap bytes of a timer at most: 32 for its places here, again half of that while they are copied
   * to grow, and a place in an index that has just doubled.
   */
  static final int MAX_BYTES_PER_TIMER = 32 + 16 + 75;

  private static final int MIN_CAPACITY = 16;
  private static final int KEPT_CAPACITY = 1024;
  private static final int FANOUT_SHIFT = 2;
  private static final int FANOUT = 1 << FANOUT_SHIFT;
  private static final long NONE = -1;

  private final int maxTimers;
  private final Long2LongHashMap entries = new Long2LongHashMap(NONE);

  // Indexed by place in the heap; the children of a place lie side by side.
  private long[] dueNs;
  private long[] order;
  private int[] entry;

  // Indexed by entry.
  private long[] timerId;
  private int[] place;

  private int size;
  private int usedEntries;
  private int freeEntry;

  /** The snapshot that is under way, or null. */
  private TimerSnapshot showing;

  TimerQueue(final int maxTimers) {
    this.maxTimers = maxTimers;
    allocate(Math.min(MIN_CAPACITY, maxTimers));
  }

  int size() {
    return size;
  }

  /** When the first timer is due, or {@link #NEVER}. */
  long nextDueNs() {
    return size == 0 ? NEVER : dueNs[0];
  }

  /** Whether the first timer here comes before the first of another queue of the same shard. */
  boolean isBefore(final TimerQueue other) {
    return size > 0 && (other.size == 0 || !other.isBefore(dueNs[0], order[0]));
  }

  /** Whether the first timer comes before such a one, or is that one itself. */
  private boolean isBefore(final long due, final long setOrder) {
    return dueNs[0] < due || dueNs[0] == due && order[0] <= setOrder;
  }

  /**
   * Sets a timer, or sets it anew if it was set for another time.
   *
   * @param setOrder rises with each call for the shard.
   * @return false if there are as many timers as there may be.
   */
  boolean set(final long id, final long due, final long setOrder) {
    final int known = (int) entries.get(id);
    if (known != NONE) {
      if (dueNs[place[known]] != due) {
        showFirst(known);
        move(place[known], due, setOrder, known);
      }
      return true;
    }
    if (size >= maxTimers) {
      return false;
    }
    add(id, due, setOrder);
    return true;
  }

  private void add(final long id, final long due, final long setOrder) {
    if (size == dueNs.length) {
      grow();
    }
    final int added = takeEntry();
    if (showing != null) {
      showing.onAdded(added);
    }
    timerId[added] = id;
    entries.put(id, added);
    siftUp(size++, due, setOrder, added);
  }

  /** Returns false if no such timer is set. */
  boolean cancel(final long id) {
    final int known = (int) entries.remove(id);
    if (known == NONE) {
      return false;
    }
    remove(known);
    return true;
  }

  /** Takes the first timer out and returns its id. */
  long poll() {
    final int first = entry[0];
    final long id = timerId[first];
    entries.remove(id);
    remove(first);
    return id;
  }

  private void remove(final int removed) {
    showFirst(removed);
    final int hole = place[removed];
    place[removed] = freeEntry;
    freeEntry = removed;
    size--;
    if (hole != size) {
      move(hole, dueNs[size], order[size], entry[size]);
    }
    if (size == 0 && dueNs.length > KEPT_CAPACITY) {
      allocate(Math.min(MIN_CAPACITY, maxTimers));
      entries.compact();
    }
  }

  /** Free entries are linked through their places. */
  private int takeEntry() {
    if (freeEntry == NONE) {
      return usedEntries++;
    }
    final int taken = freeEntry;
    freeEntry = place[taken];
    return taken;
  }

  private void showFirst(final int changed) {
    if (showing != null) {
      showing.beforeChange(changed);
    }
  }

  private void move(final int at, final long due, final long setOrder, final int moved) {
    if (at > 0 && isBefore(due, setOrder, at - 1 >> FANOUT_SHIFT)) {
      siftUp(at, due, setOrder, moved);
    } else {
      siftDown(at, due, setOrder, moved);
    }
  }

  private void siftUp(final int from, final long due, final long setOrder, final int moved) {
    int at = from;
    while (at > 0) {
      final int parent = at - 1 >> FANOUT_SHIFT;
      if (!isBefore(due, setOrder, parent)) {
        break;
      }
      put(at, dueNs[parent], order[parent], entry[parent]);
      at = parent;
    }
    put(at, due, setOrder, moved);
  }

  private void siftDown(final int from, final long due, final long setOrder, final int moved) {
    int at = from;
    for (int child = firstChild(at); child < size; child = firstChild(at)) {
      final int last = Math.min(child + FANOUT, size);
      int least = child;
      for (int other = child + 1; other < last; other++) {
        if (isBefore(dueNs[other], order[other], least)) {
          least = other;
        }
      }
      if (isBefore(due, setOrder, least)) {
        break;
      }
      put(at, dueNs[least], order[least], entry[least]);
      at = least;
    }
    put(at, due, setOrder, moved);
  }

  private static int firstChild(final int at) {
    return (at << FANOUT_SHIFT) + 1;
  }

  private boolean isBefore(final long due, final long setOrder, final int other) {
    return due < dueNs[other] || due == dueNs[other] && setOrder < order[other];
  }

  private void put(final int at, final long due, final long setOrder, final int moved) {
    dueNs[at] = due;
    order[at] = setOrder;
    entry[at] = moved;
    place[moved] = at;
  }

  private void allocate(final int capacity) {
    dueNs = new long[capacity];
    order = new long[capacity];
    entry = new int[capacity];
    timerId = new long[capacity];
    place = new int[capacity];
    usedEntries = 0;
    freeEntry = (int) NONE;
  }

  private void grow() {
    // What was restored may be more than there may be.
    final long most = size < maxTimers ? maxTimers : Integer.MAX_VALUE;
    final int capacity = (int) Math.min(most, Math.max(MIN_CAPACITY, 2L * dueNs.length));
    dueNs = Arrays.copyOf(dueNs, capacity);
    order = Arrays.copyOf(order, capacity);
    entry = Arrays.copyOf(entry, capacity);
    timerId = Arrays.copyOf(timerId, capacity);
    place = Arrays.copyOf(place, capacity);
  }

  // What a snapshot needs.

  void showing(final TimerSnapshot underWay) {
    showing = underWay;
  }

  /** All timers have entries below this one. */
  int endOfEntries() {
    return usedEntries;
  }

  /** Whether the entry is that of a timer. */
  boolean isSet(final int at) {
    return at < usedEntries && place[at] >= 0 && place[at] < size && entry[place[at]] == at;
  }

  long timerId(final int at) {
    return timerId[at];
  }

  long dueNs(final int at) {
    return dueNs[place[at]];
  }

  long order(final int at) {
    return order[place[at]];
  }

  /** Forgets all timers. */
  void clear() {
    while (size > 0) {
      poll();
    }
  }

  /** Sets a timer even if there are as many as there may be. */
  void restore(final long id, final long due, final long setOrder) {
    if (entries.containsKey(id)) {
      throw new IllegalArgumentException("timer cannot be restored twice: " + id);
    }
    add(id, due, setOrder);
  }
}
