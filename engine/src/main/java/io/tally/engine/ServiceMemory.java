package io.tally.engine;

/**
 * The share of a process's memory for the state of one service, after everything else that the
 * process plans for.
 *
 * @param directBytes bytes outside the heap, not negative.
 * @param heapBytes largest size of the heap.
 */
public record ServiceMemory(long directBytes, long heapBytes) {
  /** No memory, for a service that is asked for the lengths of its messages only. */
  public static final ServiceMemory NONE = new ServiceMemory(0, 0);
}
