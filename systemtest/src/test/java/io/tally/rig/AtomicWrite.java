package io.tally.rig;

import java.util.List;

/**
 * Adds that are made together or not at all.
 *
 * @param counters of one shard.
 * @param power that no other write adds to any of them.
 */
record AtomicWrite(List<String> counters, long power) {}
