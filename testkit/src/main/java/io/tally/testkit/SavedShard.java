package io.tally.testkit;

import java.util.List;
import java.util.Map;

/**
 * A shard as it was saved: its records, and what is known of it without them, values by the names
 * of entities.
 *
 * @param shardId of the shard.
 * @param incarnation of its life.
 * @param bornStamp when that life began.
 * @param bornValues what was in it then.
 * @param values what was in it at the instant of its snapshot.
 * @param records of the snapshot.
 */
record SavedShard(
    int shardId,
    long incarnation,
    long bornStamp,
    Map<String, Long> bornValues,
    Map<String, Long> values,
    List<byte[]> records) {}
