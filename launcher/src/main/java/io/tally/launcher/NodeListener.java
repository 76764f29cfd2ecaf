package io.tally.launcher;

import io.tally.transport.internal.FrameRefusal;
import io.tally.transport.internal.LinkListener;
import io.tally.transport.internal.PeerStatus;
import java.util.function.Consumer;

/** Logs what a node sees of the others, and ends the process when it must not go on. */
final class NodeListener implements LinkListener {
  private final String nodeId;
  private final boolean demo;
  private final Consumer<String> onFatal;

  NodeListener(final String nodeId, final boolean demo, final Consumer<String> onFatal) {
    this.nodeId = nodeId;
    this.demo = demo;
    this.onFatal = onFatal;
  }

  /** In the demo all nodes are in this process, and only a silent or deaf one is worth a line. */
  @Override
  public void onPeerStatus(final String peer, final long incarnation, final PeerStatus status) {
    if (status == PeerStatus.DOWN || status == PeerStatus.DEAF) {
      Log.warn(
          "peer is away",
          "node",
          nodeId,
          "peer",
          peer,
          "status",
          status,
          "incarnation",
          incarnation);
    } else if (status == PeerStatus.LEFT && !demo) {
      Log.info("peer has left", "node", nodeId, "peer", peer, "incarnation", incarnation);
    } else if (!demo) {
      Log.info("peer", "node", nodeId, "peer", peer, "status", status, "incarnation", incarnation);
    }
  }

  @Override
  public void onPeerRefused(final String peer, final long incarnation, final FrameRefusal reason) {
    Log.warn(
        switch (reason) {
          case INCARNATION ->
              "refused a node whose incarnation is more than a day ahead of all clocks: check the clock of its machine";
          case VERSION ->
              "refused a node of another version, with which this one cannot talk: bring all nodes to one version";
          default ->
              "refused a node with other settings: --nodes, --shards, --seed, --lane-window and the services must be the same";
        },
        "node",
        nodeId,
        "peer",
        peer,
        "incarnation",
        incarnation);
  }

  @Override
  public void onAlreadyRunning(final long incarnation) {
    onFatal.accept(nodeId + " is already running (incarnation " + incarnation + ")");
  }

  @Override
  public void onOutdated(final long knownGeneration) {
    onFatal.accept(
        nodeId
            + " has gone on with an older state than it had when a peer heard it last (generation "
            + knownGeneration
            + "), so this process ends and saves nothing: say --restore=latest to go back to that"
            + " state");
  }

  @Override
  public void onSuperseded(final long incarnation) {
    onFatal.accept(
        "a newer process serves as "
            + nodeId
            + " (incarnation "
            + incarnation
            + "), so this one ends");
  }
}
