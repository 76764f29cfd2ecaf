/**
 * What a node keeps on disk, so that a planned restart loses nothing.
 *
 * <p>{@link io.tally.store.internal.NodeDirectory} is the folder of one node: it says what a start
 * begins with, marks it as used, and writes snapshots of the node's shards. {@link
 * io.tally.store.internal.Snapshot} is one that was found there, {@link
 * io.tally.store.internal.Inspection} a report on all of them. The bytes are described in {@code
 * store.xml}. Nothing here starts a thread, logs, or knows what the services keep.
 *
 * <p>Generations number what is written in a folder, and only rise. A process takes the number
 * above the highest that it finds, and each snapshot that it writes the next one. A mark {@code
 * used-N} says that a process began when N was the highest: whatever has a generation up to N is
 * not the last state of the node any more. So a snapshot is the last state of its node if it was
 * written after the shards were frozen, has the highest generation, and no mark has its number.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.store.internal;
