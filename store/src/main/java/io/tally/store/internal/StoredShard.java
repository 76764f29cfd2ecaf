package io.tally.store.internal;

/**
 * What a manifest says of the file of a shard.
 *
 * @param checksum of its last block.
 */
record StoredShard(
    int shardId, long incarnation, long fileLength, long recordCount, long checksum) {}
