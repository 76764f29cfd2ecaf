/**
 * The node link: carries the engine's messages between the nodes of a cluster, many in one frame,
 * and knows which peers live.
 *
 * <p>{@link io.tally.transport.internal.ClusterLink} is one node's link. Its parts own no thread
 * and read no clock:
 *
 * <ul>
 *   <li>Any thread claims space for a message in the ring in front of a peer, and commits it.
 *   <li>The sender empties these rings into frames, numbers them, and is the only one to publish. A
 *       frame is made in the sender's memory; the carrier takes what it keeps before it returns.
 *   <li>A carrier's thread puts arriving frames into the inbound queue. The receiver takes them
 *       from there, checks them, and hands their messages over in place; they are valid during that
 *       call only.
 *   <li>The receiver alone decides on the status of peers; sender and claimers read it.
 * </ul>
 *
 * <p>Delivery is weak on purpose: a message may be lost, delayed or repeated, and the engine's
 * lanes make that harmless. What the link does promise is that nothing queues without bound, and
 * that a peer that is known to be away is reported as such.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.transport.internal;
