package io.tally.engine.internal;

/**
 * The way to the other nodes of the cluster. It is weak on purpose: a message may be lost, delayed,
 * repeated or reordered. Peers are addressed by their index in the sorted node list ({@link
 * RoutingTable#nodeIds()}); on the wire they have stable keys. All methods may be called by any
 * thread and never block.
 */
public interface NodeLink {
  /**
   * Where the incarnations of all shards are found: the link tells those of the peers' shards, the
   * engine those of this node's own, which the link then tells the peers.
   *
   * @return the directory, always the same.
   */
  ShardDirectory directory();

  /**
   * Makes a way to the peers for one more agent, which needs one of its own.
   *
   * @return the output, empty.
   */
  NodeOutput newOutput();

  /**
   * The incarnation of a peer that is up and takes new commands.
   *
   * @param nodeIndex of the peer.
   * @return its incarnation, or 0 while the peer is down, draining, gone, refused or was never
   *     heard.
   */
  long incarnation(int nodeIndex);

  /**
   * The version of a service that a peer hosts. It does not change while the peer's incarnation
   * stays the same, so whoever wants to know what the owner of a shard understands asks for the
   * shard's incarnation first.
   *
   * @param nodeIndex of the peer.
   * @param schemaId of the service.
   * @return the version of the newest messages that it understands, or -1 if it does not host the
   *     service, or was never heard.
   */
  int serviceVersion(int nodeIndex, int schemaId);

  /**
   * The version of the protocol between nodes in which this node and a process of a peer talk.
   *
   * @param nodeIndex of the peer.
   * @param incarnation of the process.
   * @return the version; 0 if this node talks to another process of that peer now, or to none.
   */
  int protocolVersion(int nodeIndex, long incarnation);

  /**
   * The incarnation of a peer that drains: it takes no new commands, but answers those that it was
   * handed before. Its process ends when none of its peers awaits a reply of it any more.
   *
   * @param nodeIndex of the peer.
   * @return its incarnation, or 0 if it does not drain.
   */
  long drainingIncarnation(int nodeIndex);

  /**
   * Whether {@link #drainingIncarnation(int)} is not 0 for some peer. Cheap to ask at every step.
   *
   * @return true if at least one peer drains.
   */
  boolean isAnyDraining();

  /**
   * Says that {@link InboundHandler#isResolved} may have become true for a peer that drains. The
   * link has to tell that peer, which waits for it.
   */
  void onResolved();

  /**
   * Says that the {@link ShardDirectory} has other incarnations of this node's shards. The link has
   * to tell the peers.
   */
  void onShardsChanged();
}
