/**
 * What runs the services of a node: rings, shards, agents, routing, lanes, replies, idempotency
 * keys, watches and snapshots. {@link io.tally.engine.internal.ShardEngine} is a node's share of
 * it.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.engine.internal;
