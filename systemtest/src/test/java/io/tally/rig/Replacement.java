package io.tally.rig;

import io.tally.check.Fate;

/**
 * One request to set or delete a counter, as its client saw it.
 *
 * @param counter by its id.
 * @param value to which it sets it, which no other write does; 0 if it deletes it.
 * @param previous the value that was replaced, if {@link Fate#APPLIED}; 0 if there was none.
 * @param key of the request.
 * @param startNs before it was sent.
 * @param endNs after its answer had come; {@link Long#MAX_VALUE} if none did.
 * @param fate what the client knows of it.
 * @param incarnation of the shard, if {@link Fate#APPLIED}.
 * @param replayed whether the answer was that of an earlier request.
 */
record Replacement(
    String counter,
    long value,
    long previous,
    String key,
    long startNs,
    long endNs,
    Fate fate,
    long incarnation,
    boolean replayed) {}
