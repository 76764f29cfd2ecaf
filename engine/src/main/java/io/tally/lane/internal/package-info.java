/**
 * Lanes make delivery between an ingress and a shard exactly-once, over a link that may lose,
 * delay, repeat and reorder messages.
 *
 * <p>A lane is (ingress node, its incarnation, its loop, shard, shard incarnation). {@link
 * io.tally.lane.internal.IngressLane} numbers the writes of a lane from 1; {@link
 * io.tally.lane.internal.OwnerLane} keeps the replies of the numbers above the floor. Both are
 * plain objects: no threads, clocks or IO. The idea is RIFL's (Lee et al., SOSP 2015), with the
 * incarnations in place of its leases.
 *
 * <h2>Rules</h2>
 *
 * <ol>
 *   <li>The ingress assigns sequence s only while s &lt; low + W, where low is its lowest
 *       unresolved sequence.
 *   <li>A sequence is resolved when its final reply arrived or its request was given up. A resolved
 *       sequence is never sent again.
 *   <li>Every copy of every command carries the floor, low - 1, of the moment it was encoded.
 *   <li>The owner's floor is the highest floor that any command of the lane carried.
 *   <li>At or below its floor the owner runs nothing. Above it, it runs a sequence if the
 *       sequence's slot is empty, and marks the slot before it runs; otherwise it sends the
 *       recorded reply again.
 * </ol>
 *
 * <h2>Why each write runs at most once, and why the window is enough</h2>
 *
 * <p>The owner's floor only repeats what the ingress declared, so at all times ownerFloor &lt;= low
 * - 1. A copy that carries floor f and sequence s was encoded when s &lt; low + W with f = low - 1,
 * so s &lt;= f + W; f was declared before the copy left, so every copy that can still arrive has s
 * &lt;= f + W, and after the owner has accepted f, s &lt;= ownerFloor + W. Two different sequences
 * above the floor therefore differ by less than W and never share one of W slots: an occupied slot
 * means this very sequence. A slot is emptied only when the floor passes its sequence, and then the
 * sequence is refused for ever, since floors never fall. So a copy is either the first (empty
 * slot), a duplicate (occupied slot) or stale (at or below the floor), without any clock, whatever
 * the order of arrival. An owner that allocated fewer slots than W grows before it stores a
 * sequence that would share a slot.
 *
 * <p>A lane that the owner does not know starts at the floor of the command that made it. Nothing
 * of that lane ran before under this shard incarnation, because a shard incarnation never drops the
 * lane of an ingress incarnation until it sees a newer one, whose appearance means that the old
 * process has ended; commands of the old one are refused from then on. Everything at or below the
 * command's floor is resolved at the ingress.
 *
 * <h2>Why a final reply is true</h2>
 *
 * <p>Once a copy has left, only a reply that was recorded in the slot is final: any refusal (busy,
 * not the owner, expired) speaks of one copy, and an earlier or later copy of the same sequence may
 * still run. So the ingress goes on with the same sequence until a recorded reply arrives or the
 * deadline makes the outcome unknown.
 *
 * <p>Memory: W slots for each lane at most, allocated as outstanding work grows; the bound is
 * printed at start. Replies too long for a slot are kept beside the slots, and all of a process
 * together are bounded in bytes; see {@link io.tally.lane.internal.LongReplies}. They are dropped
 * when the floor passes them, or when the time is over for which their command was awaited. The
 * slot of a dropped reply stays occupied, so its sequence never runs again; a copy that comes after
 * all is refused like a stale one, which is not final, and so leaves the outcome open.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.lane.internal;
