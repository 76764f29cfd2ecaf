package io.tally.rig;

/**
 * What a limit admitted.
 *
 * @param counter that holds what is used.
 * @param quota of which it was taken.
 * @param cost that was taken.
 * @param key of the request.
 * @param startNs time at which it was taken, or before.
 * @param endNs time at which it was taken, or after.
 * @param incarnation of the shard.
 * @param replayed whether the answer was that of an earlier request.
 * @param used of the quota, with this.
 * @param ttlMs how much of the window was left, rounded up.
 */
record Admission(
    String counter,
    Quota quota,
    long cost,
    String key,
    long startNs,
    long endNs,
    long incarnation,
    boolean replayed,
    long used,
    long ttlMs) {}
