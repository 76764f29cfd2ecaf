package io.tally.transport;

import io.tally.engine.InboundHandler;
import io.tally.engine.MessageClaim;
import io.tally.engine.NodeLink;
import io.tally.engine.SteppedAgent;
import io.tally.engine.Wakeup;
import io.tally.engine.codecs.NodeState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * The link of one node to all others of its cluster. It owns no thread: the {@link #receiver()} has
 * to be stepped by the node's home loop, the {@link #sender()} by a thread that the carrier may
 * block, which with {@link InProcessCarrier} is the home loop, too. The methods of {@link NodeLink}
 * and all queries may be called by any thread.
 */
public final class ClusterLink implements NodeLink, AutoCloseable {
  private static final int MESSAGE_TYPE_ID = 1;
  private static final int HELLO_REQUESTS = 64;

  private final LocalNode local;
  private final PeerTable peers;
  private final RefusedProcesses refused;
  private final FrameCarrier carrier;
  private final Wakeup homeWakeup;
  private final Wakeup senderWakeup;
  private final LinkCounters counters = new LinkCounters();
  private final ManyToOneConcurrentArrayQueue<byte[]> inbound;
  private final LinkSender sender;
  private final LinkReceiver receiver;
  private final List<FrameCarrier.Subscription> subscriptions = new ArrayList<>();
  private boolean closed;

  private ClusterLink(final Context context) {
    carrier = context.carrier;
    homeWakeup = context.homeWakeup;
    senderWakeup = context.senderWakeup;
    local = new LocalNode(context);
    peers = new PeerTable(context.nodeIds, context.nodeId, context.ringBytes);
    refused = new RefusedProcesses(context.silenceTimeoutNs);
    inbound = new ManyToOneConcurrentArrayQueue<>(context.inboundFrames);
    final ManyToOneConcurrentArrayQueue<HelloRequest> helloRequests =
        new ManyToOneConcurrentArrayQueue<>(HELLO_REQUESTS);
    receiver =
        new LinkReceiver(
            context,
            local,
            new Membership(context, local, peers, refused, helloRequests, counters),
            inbound,
            counters);
    sender = new LinkSender(context, local, peers, helloRequests, receiver::isResolved, counters);
  }

  /**
   * Creates the link and subscribes. Hellos are said as soon as the agents are stepped.
   *
   * @param context of the link; concluded here.
   * @return the link, in the state "starting".
   * @throws IOException if the carrier could not subscribe, or takes less than {@link
   *     Context#minFrameBytes()}.
   */
  public static ClusterLink launch(final Context context) throws IOException {
    context.conclude();
    final int longestBytes = context.minFrameBytes();
    if (context.carrier.maxFrameBytes() < longestBytes) {
      throw new IOException("the network takes no message of " + longestBytes + " bytes");
    }
    final ClusterLink link = new ClusterLink(context);
    final Subjects subjects = new Subjects(context.prefix);
    try {
      link.subscribe(subjects.node(context.nodeId, context.incarnation));
      link.subscribe(subjects.hello());
    } catch (final IOException | RuntimeException e) {
      CloseHelper.quietCloseAll(link.subscriptions);
      throw e;
    }
    link.homeWakeup.wake();
    link.senderWakeup.wake();
    return link;
  }

  private void subscribe(final String subject) throws IOException {
    subscriptions.add(carrier.subscribe(subject, this::onFrame));
  }

  private void onFrame(final byte[] frame) {
    if (!inbound.offer(frame)) {
      counters.add(LinkCounter.FRAMES_DROPPED, 1);
    }
    homeWakeup.wake();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A message must not be longer than {@link Context#maxMessageBytes()}, and has to start with
   * an SBE header.
   */
  @Override
  public int tryClaim(final int nodeIndex, final int length, final MessageClaim claim) {
    final Peer peer = peers.get(nodeIndex);
    if (peer == null || !peer.isServing()) {
      return DOWN;
    }
    if (!carrier.isConnected()) {
      // The peer may be well; until its silence has lasted, waiting is better than losing.
      return BACK_PRESSURED;
    }
    final ManyToOneRingBuffer ring = peer.outbound();
    final int index = ring.tryClaim(MESSAGE_TYPE_ID, length);
    if (index < 0) {
      counters.add(LinkCounter.QUEUE_FULL, 1);
      return BACK_PRESSURED;
    }
    claim.wrap(ring, index, length);
    return CLAIMED;
  }

  @Override
  public void flush() {
    for (final Peer peer : peers.others()) {
      if (peer.hasUnseenMessages()) {
        senderWakeup.wake();
        return;
      }
    }
  }

  @Override
  public long incarnation(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    return peer == null ? 0 : peer.incarnationIn(PeerStatus.UP);
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    return peer == null ? 0 : peer.incarnationIn(PeerStatus.DRAINING);
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
  public long peerDeadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    final Peer peer = peers.get(nodeIndex);
    final PeerSession session = peer == null ? null : peer.session();
    if (session == null) {
      throw new IllegalStateException("no clock is known of node " + nodeIndex);
    }
    return session.clock.peerTimeNs(startNs + Math.min(timeoutNs, session.requestTimeoutNs));
  }

  /**
   * The shortest request timeout that a peer has named which was ever heard.
   *
   * @return nanoseconds; {@link Long#MAX_VALUE} while no peer was heard.
   */
  public long shortestRequestTimeoutNs() {
    return peers.shortestRequestTimeoutNs();
  }

  /**
   * What this node knows of a peer.
   *
   * @param nodeIndex of the peer.
   * @return its status; {@link PeerStatus#UNKNOWN} for this node itself.
   */
  public PeerStatus peerStatus(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    final PeerSession session = peer == null ? null : peer.session();
    return session == null ? PeerStatus.UNKNOWN : session.status();
  }

  /**
   * How what is sent to a peer gets on.
   *
   * @param nodeIndex of the peer.
   * @return its figures as of a moment ago; all 0 for this node itself.
   */
  public PeerTraffic traffic(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    return peer == null ? PeerTraffic.NONE : peer.traffic();
  }

  /**
   * Number of event loops of a peer, as its hello said.
   *
   * @param nodeIndex of the peer.
   * @return the number, or 0 while no hello was heard.
   */
  public int peerLoopCount(final int nodeIndex) {
    final Peer peer = peers.get(nodeIndex);
    final PeerSession session = peer == null ? null : peer.session();
    return session == null ? 0 : session.loopCount;
  }

  /**
   * This node's own incarnation.
   *
   * @return the incarnation given at launch.
   */
  public long incarnation() {
    return local.incarnation;
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
    return switch (local.state()) {
      case READY -> false;
      case DRAINING -> local.superseded() != 0 || peers.areAllResolved();
      default -> true;
    };
  }

  /**
   * The second step: says goodbye. The peers await nothing of this node and send it nothing from
   * now on; what they sent before and is claimed here still passes.
   */
  public void markLeaving() {
    become(NodeState.LEAVING);
  }

  /**
   * Whether the goodbye was handed to the network for all peers, or cannot be.
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
    CloseHelper.closeAll(subscriptions);
  }

  /** Configuration of a link. Not to be changed after the launch. */
  public static final class Context {
    /** The most bytes that one peer may not have acknowledged, unless set otherwise. */
    public static final int DEFAULT_WINDOW_BYTES = 1 << 20;

    /** The bytes that may wait in front of that window, unless set otherwise. */
    public static final int DEFAULT_RING_BYTES = 1 << 18;

    private String nodeId;
    private List<String> nodeIds;
    private long incarnation;
    private String prefix;
    private int shardCount;
    private String seed;
    private int laneWindow;
    private int loopCount = 1;
    private FrameCarrier carrier;
    private InboundHandler inbound = new NoInbound();
    private NanoClock clock;
    private EpochClock wallClock = SystemEpochClock.INSTANCE;
    private Wakeup homeWakeup;
    private Wakeup senderWakeup;
    private LinkListener listener = LinkListener.NONE;
    private int windowBytes = DEFAULT_WINDOW_BYTES;
    private int ringBytes = DEFAULT_RING_BYTES;
    private int maxFrameBytes = 1 << 16;
    private int maxMessageBytes = Integer.MAX_VALUE;
    private int inboundFrames = 1 << 13;
    private long helloIntervalNs = 900_000_000L;
    private long probeIntervalNs = 50_000_000L;
    // So that a killed peer is known to be down within three seconds of its end.
    private long silenceTimeoutNs = 2_800_000_000L;
    private long queueLimitNs = 250_000_000L;
    private long requestTimeoutNs = 1_000_000_000L;

    /** Creates a context with the defaults. */
    public Context() {}

    void conclude() {
      require(nodeId != null && nodeIds != null && prefix != null && seed != null, "names missing");
      require(carrier != null && inbound != null && homeWakeup != null, "collaborators missing");
      require(clock != null && wallClock != null, "clocks missing");
      require(requestTimeoutNs > 0, "the request timeout is positive");
      require(nodeIds.contains(nodeId), "node " + nodeId + " is not in the node list");
      require(NodeIds.areValid(nodeIds), "1 to 1024 sorted ids of 1 to 64 of A-Z a-z 0-9 _ -");
      require(Subjects.isPrefix(prefix), "a cluster name is a NATS subject without wildcards");
      require(incarnation > 0, "an incarnation is positive");
      require(loopCount >= 1 && loopCount <= 256, "1 to 256 loops");
      require(BitUtil.isPowerOfTwo(ringBytes), "ring size is a power of two");
      require(maxFrameBytes <= windowBytes, "a frame fits into the window");
      require(maxMessageBytes() >= 256, "the longest message has at least 256 bytes");
      require(inboundFrames >= 2 && windowBytes <= 1 << 30, "queues have sensible sizes");
      require(
          helloIntervalNs > 0 && probeIntervalNs > 0 && silenceTimeoutNs > helloIntervalNs,
          "a peer is heard more often than it may be silent");
      if (senderWakeup == null) {
        senderWakeup = homeWakeup;
      }
    }

    private static void require(final boolean condition, final String rule) {
      if (!condition) {
        throw new IllegalArgumentException(rule);
      }
    }

    /**
     * The longest message that can be claimed: it fits into the ring in front of a peer, and into a
     * frame with a hello.
     *
     * @return length in bytes.
     */
    public int maxMessageBytes() {
      return Math.min(
          Math.min(maxMessageBytes, ringBytes / 8 - RecordDescriptor.HEADER_LENGTH),
          maxFrameBytes - OutboundFrame.OVERHEAD_BYTES);
    }

    /**
     * Sets the longest message that will be claimed; by default the longest that could be.
     *
     * @param value to set.
     * @return this.
     */
    public Context maxMessageBytes(final int value) {
      maxMessageBytes = value;
      return this;
    }

    /**
     * The longest frame that cannot be made shorter: the longest message alone, with a hello. A
     * carrier has to take as much.
     *
     * @return length in bytes.
     */
    public int minFrameBytes() {
      return OutboundFrame.OVERHEAD_BYTES + maxMessageBytes();
    }

    /**
     * Sets the id of this node, one of the node list.
     *
     * @param value to set.
     * @return this.
     */
    public Context nodeId(final String value) {
      nodeId = value;
      return this;
    }

    String nodeId() {
      return nodeId;
    }

    /**
     * Sets all node ids of the cluster, sorted and distinct.
     *
     * @param value to set.
     * @return this.
     */
    public Context nodeIds(final List<String> value) {
      nodeIds = List.copyOf(value);
      return this;
    }

    List<String> nodeIds() {
      return nodeIds;
    }

    /**
     * Sets the incarnation of this node, above any earlier one.
     *
     * @param value to set.
     * @return this.
     */
    public Context incarnation(final long value) {
      incarnation = value;
      return this;
    }

    long incarnation() {
      return incarnation;
    }

    /**
     * Sets the prefix of all subjects: the cluster's name.
     *
     * @param value to set.
     * @return this.
     */
    public Context prefix(final String value) {
      prefix = value;
      return this;
    }

    String prefix() {
      return prefix;
    }

    /**
     * Sets the number of shards; part of the fingerprint.
     *
     * @param value to set.
     * @return this.
     */
    public Context shardCount(final int value) {
      shardCount = value;
      return this;
    }

    int shardCount() {
      return shardCount;
    }

    /**
     * Sets the seed of the placement; part of the fingerprint.
     *
     * @param value to set.
     * @return this.
     */
    public Context seed(final String value) {
      seed = value;
      return this;
    }

    String seed() {
      return seed;
    }

    /**
     * Sets the slots of a lane; part of the fingerprint.
     *
     * @param value to set.
     * @return this.
     */
    public Context laneWindow(final int value) {
      laneWindow = value;
      return this;
    }

    int laneWindow() {
      return laneWindow;
    }

    /**
     * Sets the number of this node's event loops, 1 to 256.
     *
     * @param value to set.
     * @return this.
     */
    public Context loopCount(final int value) {
      loopCount = value;
      return this;
    }

    int loopCount() {
      return loopCount;
    }

    /**
     * Sets what carries the frames; not owned by the link.
     *
     * @param value to set.
     * @return this.
     */
    public Context carrier(final FrameCarrier value) {
      carrier = value;
      return this;
    }

    FrameCarrier carrier() {
      return carrier;
    }

    /**
     * Sets what takes the commands and replies that arrive.
     *
     * @param value to set.
     * @return this.
     */
    public Context inbound(final InboundHandler value) {
      inbound = value;
      return this;
    }

    InboundHandler inbound() {
      return inbound;
    }

    /**
     * Sets what wakes whoever steps the receiver.
     *
     * @param value to set.
     * @return this.
     */
    public Context homeWakeup(final Wakeup value) {
      homeWakeup = value;
      return this;
    }

    /**
     * Sets what wakes whoever steps the sender; by default the home wake-up.
     *
     * @param value to set.
     * @return this.
     */
    public Context senderWakeup(final Wakeup value) {
      senderWakeup = value;
      return this;
    }

    Wakeup senderWakeup() {
      return senderWakeup;
    }

    /**
     * Sets the monotonic clock: the one whose time the agents are stepped with. Read by the threads
     * that step the receiver and the sender, once for each frame.
     *
     * @param value to set.
     * @return this.
     */
    public Context clock(final NanoClock value) {
      clock = value;
      return this;
    }

    NanoClock clock() {
      return clock;
    }

    /**
     * Sets the wall clock, which hellos name; by default the system's.
     *
     * @param value to set.
     * @return this.
     */
    public Context wallClock(final EpochClock value) {
      wallClock = value;
      return this;
    }

    EpochClock wallClock() {
      return wallClock;
    }

    /**
     * Sets the longest time for which a command may be under way to this node's shards, which its
     * hellos name.
     *
     * @param value nanoseconds.
     * @return this.
     */
    public Context requestTimeoutNs(final long value) {
      requestTimeoutNs = value;
      return this;
    }

    long requestTimeoutNs() {
      return requestTimeoutNs;
    }

    /**
     * Sets what hears of events.
     *
     * @param value to set.
     * @return this.
     */
    public Context listener(final LinkListener value) {
      listener = value;
      return this;
    }

    LinkListener listener() {
      return listener;
    }

    /**
     * Sets the bytes published to a peer that it may not have acknowledged.
     *
     * @param value to set.
     * @return this.
     */
    public Context windowBytes(final int value) {
      windowBytes = value;
      return this;
    }

    int windowBytes() {
      return windowBytes;
    }

    /**
     * Sets the bytes that may wait in front of that window, a power of two.
     *
     * @param value to set.
     * @return this.
     */
    public Context ringBytes(final int value) {
      ringBytes = value;
      return this;
    }

    /**
     * Sets the size of the largest frame, sent or accepted.
     *
     * @param value to set.
     * @return this.
     */
    public Context maxFrameBytes(final int value) {
      maxFrameBytes = value;
      return this;
    }

    int maxFrameBytes() {
      return maxFrameBytes;
    }

    /**
     * Sets the frames that may wait for the receiver.
     *
     * @param value to set.
     * @return this.
     */
    public Context inboundFrames(final int value) {
      inboundFrames = value;
      return this;
    }

    /**
     * Sets the longest time between two hellos to a peer, nanoseconds.
     *
     * @param value to set.
     * @return this.
     */
    public Context helloIntervalNs(final long value) {
      helloIntervalNs = value;
      return this;
    }

    long helloIntervalNs() {
      return helloIntervalNs;
    }

    /**
     * Sets the time between two hellos that ask a peer whose window is full for an acknowledgement,
     * nanoseconds.
     *
     * @param value to set.
     * @return this.
     */
    public Context probeIntervalNs(final long value) {
      probeIntervalNs = value;
      return this;
    }

    long probeIntervalNs() {
      return probeIntervalNs;
    }

    /**
     * Sets the silence after which a peer is down, nanoseconds.
     *
     * @param value to set.
     * @return this.
     */
    public Context silenceTimeoutNs(final long value) {
      silenceTimeoutNs = value;
      return this;
    }

    long silenceTimeoutNs() {
      return silenceTimeoutNs;
    }

    /**
     * Sets the longest time for which a command that finds its ring full is kept, nanoseconds.
     *
     * @param value to set.
     * @return this.
     */
    public Context queueLimitNs(final long value) {
      queueLimitNs = value;
      return this;
    }

    long queueLimitNs() {
      return queueLimitNs;
    }
  }
}
