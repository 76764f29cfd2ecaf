package io.tally.engine.internal;

/** What two nodes must agree on if the state of a shard is to go from one to the other. */
record ShardForm(int shardCount, int laneWindow, int maxReplyLength) {}
