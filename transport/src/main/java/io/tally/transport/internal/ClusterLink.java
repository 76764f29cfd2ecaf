package io.tally.transport.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.InboundHandler;
import io.tally.engine.internal.NodeLink;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import io.tally.transport.internal.codecs.NodeState;
import java.io.IOException;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * The link of one node to all others of its cluster. It owns no thread: the {@link #receiver()} has
 * to be stepped by the node's home loop, the {@link #sender()} by a thread that the carrier may
 * block, which with {@link InProcessCarrier} is the home loop, too. The methods of {@link NodeLink}
 * and all queries may be called by any thread.
 */
public final class ClusterLink implements NodeLink, AutoCloseable {
  private final ShardDirectory directory;
  private final LocalNode local;
  private final PeerTable peers;
  private final RefusedProcesses refused;
  private final FrameCarrier carrier;
  private final Wakeup senderWakeup;
  private final LinkCounters counters = new LinkCounters();
  private final InboundFrames inbound;
  private final LinkSender sender;
  private final LinkReceiver receiver;
  private boolean closed;

  private ClusterLink(
      final ClusterSettings cluster,
      final NodeStart start,
      final LinkSettings settings,
      final LinkContext context) {
    carrier = context.carrier();
    senderWakeup = context.senderWakeup();
    directory = new ShardDirectory(cluster);
    local = new LocalNode(cluster, start, directory, settings, context);
    peers = new PeerTable(cluster.nodeIds(), start.nodeId(), settings.ringBytes());
    refused = new RefusedProcesses(settings.heartbeatTimeoutNs());
    inbound = new InboundFrames(settings, context.homeWakeup(), counters);
    final Subjects subjects = new Subjects(start.clusterName());
    final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests = HelloRequest.queue();
    receiver =
        new LinkReceiver(
            settings,
            context,
            local,
            new Membership(
                settings.heartbeatTimeoutNs(),
                local,
                peers,
                directory,
                refused,
                subjects,
                helloRequests,
                context.listener(),
                counters),
            inbound,
            counters);
    sender =
        new LinkSender(
            settings,
            carrier,
            local,
            peers,
            directory,
            subjects,
            helloRequests,
            receiver::isResolved,
            counters);
  }

  /**
   * Creates the link and subscribes. Hellos are said as soon as the agents are stepped.
   *
   * @param cluster which the node belongs to.
   * @param start of the node.
   * @param settings of the link.
   * @param context that the link works with.
   * @return the link, in the state "starting".
   * @throws IOException if the carrier could not subscribe, or takes less than {@link
   *     LinkSettings#minFrameBytes()}.
   */
  public static ClusterLink launch(
      final ClusterSettings cluster,
      final NodeStart start,
      final LinkSettings settings,
      final LinkContext context)
      throws IOException {
    if (!cluster.nodeIds().contains(start.nodeId())) {
      throw new IllegalArgumentException("node " + start.nodeId() + " is not in the node list");
    }
    final int longestBytes = settings.minFrameBytes();
    if (context.carrier().maxFrameBytes() < longestBytes) {
      throw new IOException("the network takes no message of " + longestBytes + " bytes");
    }
    final ClusterLink link = new ClusterLink(cluster, start, settings, context);
    link.inbound.subscribe(context.carrier(), start);
    context.homeWakeup().wake();
    context.senderWakeup().wake();
    return link;
  }

  /**
   * {@inheritDoc} A message must not be longer than {@link LinkSettings#maxMessageBytes()}, and has
   * to start with an SBE header.
   */
  @Override
  public NodeOutput newOutput() {
    return new LinkOutput(peers, carrier, senderWakeup, counters);
  }

  @Override
  public long incarnation(final int nodeIndex) {
    return peers.incarnationIn(nodeIndex, PeerStatus.UP);
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    return peers.incarnationIn(nodeIndex, PeerStatus.DRAINING);
  }

  @Override
  public boolean isAnyDraining() {
    return peers.isAnyDraining();
  }

  @Override
  public void onResolved() {
    senderWakeup.wake();
  }

  @Override
  public void onShardsChanged() {
    senderWakeup.wake();
  }

  @Override
  public int serviceVersion(final int nodeIndex, final int schemaId) {
    return peers.serviceVersion(nodeIndex, schemaId);
  }

  @Override
  public ShardDirectory directory() {
    return directory;
  }

  /**
   * The shortest request timeout that a peer has named which was ever heard.
   *
   * @return nanoseconds; {@link Long#MAX_VALUE} while no peer was heard.
   */
  public long shortestRequestTimeoutNs() {
    return peers.shortestRequestTimeoutNs();
  }

  @Override
  public int protocolVersion(final int nodeIndex, final long incarnation) {
    return peers.protocolVersion(nodeIndex, incarnation);
  }

  /**
   * What this node knows of a peer.
   *
   * @param nodeIndex of the peer.
   * @return its status; {@link PeerStatus#UNKNOWN} for this node itself.
   */
  public PeerStatus peerStatus(final int nodeIndex) {
    return peers.status(nodeIndex);
  }

  /**
   * How what is sent to a peer gets on.
   *
   * @param nodeIndex of the peer.
   * @return its figures as of a moment ago; all 0 for this node itself.
   */
  public PeerTraffic traffic(final int nodeIndex) {
    return peers.traffic(nodeIndex);
  }

  /**
   * How much has arrived and waits for the receiver.
   *
   * @return bytes of frames, at most {@link LinkSettings#inboundBytes()}.
   */
  public long inboundBytes() {
    return inbound.bytes();
  }

  /**
   * How far this node has come in meeting its cluster.
   *
   * @param nowNs time in nanoseconds, of the clock with which the agents are stepped.
   * @return a picture of this moment.
   */
  public StartState startState(final long nowNs) {
    return StartState.of(local, peers, refused, local.hasListened(nowNs, carrier.listenNs()));
  }

  /**
   * Sets who takes the commands and replies that arrive from now on. A node without one refuses
   * them all, and must not become ready.
   *
   * @param handler of this node.
   */
  public void attach(final InboundHandler handler) {
    receiver.attach(handler);
  }

  /**
   * Tells the peers that this node is ready. They address its shards from now on. The caller has
   * looked at {@link #startState(long)}.
   */
  public void markReady() {
    markReady(0, false);
  }

  /**
   * Tells the peers that this node, which keeps its state on disk, is ready.
   *
   * @param generation of this run, above that of every earlier one; the peers remember the highest
   *     and name it to the next process of this node ({@link StartState#knownGeneration()}). 0 for
   *     a node that keeps nothing.
   * @param sameLives whether its shards go on with the lives that they had in the state that was
   *     loaded. If a peer that is met only now names a later generation, that state was old, and
   *     the node has to end ({@link LinkListener#onOutdated}). Where lives are new, the node takes
   *     a generation above that one instead.
   */
  public void markReady(final long generation, final boolean sameLives) {
    local.generation(generation);
    local.sameLives(sameLives);
    become(NodeState.READY);
  }

  /**
   * The first step of a planned stop: the peers hand this node nothing new, and say so when nothing
   * of theirs is unresolved here any more. Meanwhile it serves on. Without effect on a node that is
   * not ready, to which nothing is handed.
   */
  public void markDraining() {
    if (local.state() == NodeState.READY) {
      become(NodeState.DRAINING);
    }
  }

  /**
   * Whether this node may go without loss: each of its peers has said that nothing of its is
   * unresolved here, or is gone, down, or replaced by a newer incarnation that said so.
   *
   * @return true from then on; at once for a node that was never ready, or that gives way to a
   *     newer process of its id, which its peers talk to instead.
   */
  public boolean isDrained() {
    return local.isDrained(peers);
  }

  /**
   * The second step: says goodbye. The peers await nothing of this node and send it nothing from
   * now on; what they sent before and is claimed here still passes.
   */
  public void markLeaving() {
    become(NodeState.LEAVING);
  }

  /**
   * Whether the goodbye was published to all peers, or cannot be.
   *
   * @return true if nothing is to be waited for after {@link #markLeaving()}.
   */
  public boolean hasLeft() {
    return sender.hasSaidGoodbye() || !carrier.isConnected();
  }

  private void become(final NodeState state) {
    local.state(state);
    senderWakeup.wake();
  }

  /**
   * The agent that takes arriving frames.
   *
   * @return the receiver, to be stepped by the home loop.
   */
  public SteppedAgent receiver() {
    return receiver;
  }

  /**
   * The agent that publishes.
   *
   * @return the sender, to be stepped by one thread that may block if the carrier may.
   */
  public SteppedAgent sender() {
    return sender;
  }

  /**
   * The agent that publishes, for a thread that steps those of several nodes. From now on what it
   * publishes leaves when that thread steps {@link #frameFlush()}, or at the close of this link.
   *
   * @return the sender, as {@link #sender()}.
   */
  public SteppedAgent gatheringSender() {
    sender.gather();
    return sender;
  }

  /**
   * The agent that has the frames leave which the gathering senders have published.
   *
   * @return an agent for all links that share the carrier, to be stepped after these senders.
   */
  public SteppedAgent frameFlush() {
    return new FrameFlush(carrier);
  }

  /**
   * What this link counts.
   *
   * @return live counters.
   */
  public LinkCounters counters() {
    return counters;
  }

  /**
   * Says goodbye if that was not done, and unsubscribes. Nobody may step the agents any more. The
   * carrier stays open. Idempotent.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    local.state(NodeState.LEAVING);
    sender.close();
    inbound.close();
  }
}
