package io.tally.engine.internal;

import org.agrona.DirectBuffer;

/**
 * Takes the messages that arrive over a node link: the {@link InboundAdapter}, or a test. Called by
 * one thread at a time, the one that steps the link's receiver.
 */
public interface InboundHandler {
  /** It was accepted, and is this node's to see to from now on. */
  int ACCEPTED = 1;

  /** The ring that the command goes to is full: the caller keeps it and offers it again. */
  int RETRY = -1;

  /** It was malformed or foreign; it was counted and dropped. */
  int REFUSED = -2;

  /**
   * Begins with a message of the engine's schema, which starts with its SBE header: one command or
   * reply, or several. Each of them is taken by a call of {@link #onNext}, in their order. Nothing
   * refers to the bytes of the message when the last one was taken, or when another message begins.
   *
   * @param buffer holds the message.
   * @param offset of the message.
   * @param length of the message in bytes. Nothing beyond it may be read.
   * @return how many there are, at least 1. What cannot be read is one, which is refused.
   */
  int begin(DirectBuffer buffer, int offset, int length);

  /** Passes over the next command or reply, which was taken when the message was offered before. */
  void skip();

  /**
   * Takes the next command or reply.
   *
   * @param nowNs time of this process's monotonic clock, read after the message had arrived.
   * @param sourceNodeKey key of the node whose frame holds the message.
   * @param sourceIncarnation of that node: the one that this node talks to.
   * @return {@link #ACCEPTED}, {@link #RETRY} or {@link #REFUSED}.
   */
  int onNext(long nowNs, long sourceNodeKey, long sourceIncarnation);

  /**
   * Answers "busy" to the command for which {@link #onNext} has just returned {@link #RETRY}, as it
   * has for as long as the queue limit.
   */
  void refuseBusy();

  /**
   * Ends a batch, such as a frame: all its messages had arrived before its first one was given to
   * {@link #onNext}. To be called whatever that has thrown, since in between the shards may be
   * closed to other threads.
   */
  void endBatch();

  /** Wakes the agents to which messages went since the last flush. */
  void flush();

  /**
   * A peer takes nothing new from now on, as {@link NodeLink#drainingIncarnation(int)} says. Wakes
   * all ingresses: each has to find out whether anything of its own is unresolved there.
   */
  void onPeerDraining();

  /**
   * Whether all ingresses of this node know that a peer drains, and none of them awaits a reply of
   * it. Once true it stays true for that incarnation. Any thread.
   *
   * @param nodeIndex of the peer.
   * @param incarnation of the peer that drains.
   * @return true if nothing is unresolved there, and nothing more will be handed over.
   */
  boolean isResolved(int nodeIndex, long incarnation);
}
