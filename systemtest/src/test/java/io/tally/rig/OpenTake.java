package io.tally.rig;

/**
 * A part of a quota of which a client does not know whether it was taken.
 *
 * @param counter that holds what is used.
 * @param cost that may have been taken.
 * @param key of the request.
 */
record OpenTake(String counter, long cost, String key) {}
