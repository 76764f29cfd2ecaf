package io.tally.transport.internal;

import io.tally.engine.StableHash;
import io.tally.engine.internal.InboundHandler;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongToIntFunction;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Watches a node's link from outside, between its carrier and its engine. It checks that the bytes
 * a peer has not acknowledged keep to the window, that this node acknowledges only what its engine
 * has accepted, that no message leaves which was claimed before an outage of its peer, that no
 * incarnation comes back whose successor was ready, that the link knows which versions of services
 * each incarnation hosts, and that none is sent messages that it does not know.
 */
public final class LinkWitness {
  /** The version of the protocol from which on several commands may be one message. */
  public static final int JOINT_PROTOCOL = 4;

  private static final int COMMANDS = 6;
  private static final int REPLIES = 7;

  private record Process(long nodeKey, long incarnation) {}

  private record Sent(long frameNumber, int bytes) {}

  /** What was sent to one process and is not acknowledged. */
  private static final class Outbound {
    private long lastNumber;
    private final ArrayDeque<Sent> unacked = new ArrayDeque<>();
    private long bytes;
  }

  /** A message that waits in the record of a ring that ends at a position, and where in it. */
  private record Claim(long position, int endInRecord, int era) {}

  /** What was claimed for a peer, and how often it went away or was replaced. */
  private static final class Claims {
    private final Peer peer;
    private final PeerPublisher publisher;
    private final ArrayDeque<Claim> waiting = new ArrayDeque<>();
    private long seen;
    private int era;
    private int eraOfFrame;

    Claims(final Peer peer, final PeerPublisher publisher) {
      this.peer = peer;
      this.publisher = publisher;
    }

    int era() {
      final PeerSession current = peer.session();
      if (current != null && current.era() != seen) {
        seen = current.era();
        era++;
      }
      return era;
    }
  }

  /**
   * What came from one process: the frame that waits for room, and those that came out of order.
   */
  private static final class Inbound {
    private final Set<byte[]> late = new HashSet<>();
    private long lastNumber;
    private long waiting;
  }

  /** What an agent has claimed. It gathers messages in the same way as {@link LinkOutput}. */
  public final class Output {
    private final Map<Claims, ArrayDeque<Claim>> gathered = new HashMap<>();

    /**
     * Whether a message waits until it is flushed.
     *
     * @param length of the message.
     * @return false if it is claimed alone, behind all that were gathered before.
     */
    public boolean isGathered(final int length) {
      return FrameLayout.messageOffset(OutboundRing.ERA_BYTES) + length <= gatheredBytes;
    }

    /**
     * The agent has asked for room for a message, and was not told that the peer is down. For one
     * that is not gathered it has flushed before.
     *
     * @param nodeIndex of the peer that it goes to.
     * @param incarnation of the peer that it is meant for.
     * @param length of the message.
     * @param claimed whether it got room. Where there is none, it may have found out by a flush.
     */
    public void onTried(
        final int nodeIndex, final long incarnation, final int length, final boolean claimed) {
      for (final Claims ofPeer : claims.values()) {
        if (ofPeer.peer.index == nodeIndex) {
          if (claimed && ofPeer.peer.session().incarnation != incarnation) {
            violations.accept("meant: a message was claimed for another process");
          }
          onTried(ofPeer, length, claimed);
        }
      }
    }

    private void onTried(final Claims ofPeer, final int length, final boolean claimed) {
      final int era = ofPeer.era();
      if (!isGathered(length)) {
        if (claimed) {
          ofPeer.waiting.add(
              new Claim(
                  ofPeer.peer.outbound().ring().producerPosition(),
                  OutboundRing.ERA_BYTES + length,
                  era));
        }
        return;
      }
      final ArrayDeque<Claim> before = gathered.computeIfAbsent(ofPeer, peer -> new ArrayDeque<>());
      int end = before.isEmpty() ? OutboundRing.ERA_BYTES : before.peekLast().endInRecord;
      if (end + FrameLayout.LENGTH_BYTES + length > gatheredBytes || isOutdated(ofPeer, before)) {
        move(ofPeer, before, ofPeer.peer.outbound().ring().producerPosition());
        end = OutboundRing.ERA_BYTES;
      }
      if (claimed) {
        before.add(new Claim(0, end + FrameLayout.LENGTH_BYTES + length, era));
      }
    }

    /**
     * The agent has asked for more room for the message that it claimed last.
     *
     * @param nodeIndex of the peer that it goes to.
     * @param length of the room.
     * @param extended whether it got it. Where it did not, messages may have been dropped.
     */
    public void onTriedToExtend(final int nodeIndex, final int length, final boolean extended) {
      for (final Claims ofPeer : claims.values()) {
        if (ofPeer.peer.index == nodeIndex) {
          onTriedToExtend(ofPeer, length, extended);
        }
      }
    }

    private void onTriedToExtend(final Claims ofPeer, final int length, final boolean extended) {
      final ArrayDeque<Claim> before = gathered.get(ofPeer);
      if (extended) {
        final Claim last = before.removeLast();
        before.add(new Claim(0, last.endInRecord + length, last.era));
      }
    }

    /** The agent is about to flush. */
    public void onFlush() {
      gathered.forEach(
          (ofPeer, messages) -> {
            if (!messages.isEmpty()) {
              move(ofPeer, messages, end(ofPeer.peer, messages.peekLast().endInRecord));
            }
          });
    }

    /** Where the next record of this length will end in the ring. */
    private long end(final Peer peer, final int length) {
      final ManyToOneRingBuffer ring = peer.outbound().ring();
      final long position = ring.producerPosition();
      final int record = OutboundRing.recordBytes(length);
      final int beforeEnd = ring.capacity() - (int) (position & ring.capacity() - 1);
      return position + record + (record > beforeEnd ? beforeEnd : 0);
    }

    private void move(final Claims ofPeer, final ArrayDeque<Claim> messages, final long position) {
      if (!isOutdated(ofPeer, messages)) {
        for (final Claim message : messages) {
          ofPeer.waiting.add(new Claim(position, message.endInRecord, message.era));
        }
      }
      messages.clear();
    }

    private boolean isOutdated(final Claims ofPeer, final ArrayDeque<Claim> messages) {
      return !messages.isEmpty() && messages.peekFirst().era != ofPeer.era();
    }
  }

  private final int windowBytes;
  private final int gatheredBytes;
  private final LongFunction<List<ServiceVersion>> hosted;
  private final LongToIntFunction protocol;
  private final Consumer<String> violations;
  private final InboundFrame frame = new InboundFrame();
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private byte[] offered;
  private final Map<Process, Outbound> outbound = new HashMap<>();
  private final Map<Process, Inbound> inbound = new HashMap<>();
  private final Map<Long, Claims> claims = new HashMap<>();
  private final Map<String, Long> servingIncarnations = new HashMap<>();

  /**
   * Creates a witness of one link.
   *
   * @param settings of the link.
   * @param hosted the services that a process hosts, by its incarnation.
   * @param protocol the highest version of the protocol that a process speaks.
   * @param violations takes a line for each broken rule.
   */
  public LinkWitness(
      final LinkSettings settings,
      final LongFunction<List<ServiceVersion>> hosted,
      final LongToIntFunction protocol,
      final Consumer<String> violations) {
    windowBytes = settings.windowBytes();
    gatheredBytes = OutboundRing.gatheredBytes(settings.ringBytes());
    this.hosted = hosted;
    this.protocol = protocol;
    this.violations = violations;
  }

  /**
   * Begins to watch what is claimed.
   *
   * @param link that was launched with the settings.
   */
  public void attach(final ClusterLink link) {
    final InboundPeer[] peers = ((LinkReceiver) link.receiver()).peers();
    for (int i = 0; i < peers.length; i++) {
      claims.put(
          peers[i].peer.key, new Claims(peers[i].peer, ((LinkSender) link.sender()).publisher(i)));
    }
  }

  /**
   * The link says how a peer stands with it.
   *
   * @param nodeId of the peer.
   * @param incarnation of the peer.
   * @param status of the peer.
   */
  public void onPeerStatus(final String nodeId, final long incarnation, final PeerStatus status) {
    if (incarnation < servingIncarnations.getOrDefault(nodeId, 0L)) {
      violations.accept("peers: an incarnation was heard that another had taken the place of");
    }
    if (status == PeerStatus.UP) {
      servingIncarnations.put(nodeId, incarnation);
      final PeerSession session = claims.get(StableHash.hash(nodeId)).peer.session();
      for (final ServiceVersion service : hosted.apply(incarnation)) {
        if (session.services.versionOf(service.schemaId()) != service.version()) {
          violations.accept("versions: a peer is up of which it is not known what it hosts");
        }
      }
    }
  }

  /**
   * Begins to watch what one more agent claims.
   *
   * @return is told of it.
   */
  public Output newOutput() {
    return new Output();
  }

  /** The link asks how long its next frame may be, and then fills it. */
  public void onFrame() {
    claims.values().forEach(ofPeer -> ofPeer.eraOfFrame = ofPeer.era());
  }

  /**
   * The link publishes a frame.
   *
   * @param subject it goes to.
   * @param bytes of the frame.
   */
  public void onPublish(final String subject, final byte[] bytes) {
    frame.wrap(bytes);
    if (frame.frameNumber() == 0) {
      return;
    }
    final Process peer = process(subject);
    final Inbound heard = inbound.get(peer);
    if (heard != null && heard.waiting != 0 && heard.waiting <= frame.ackedFrame()) {
      violations.accept("window: a frame was acknowledged while a message of it waited for room");
    }
    final Outbound sent = outbound.computeIfAbsent(peer, p -> new Outbound());
    sent.lastNumber = frame.frameNumber();
    checkClaims(claims.get(peer.nodeKey), frame.messageCount());
    checkProtocol(peer, bytes);
    // Hellos always pass.
    if (frame.messageCount() > 0 && sent.bytes + bytes.length > windowBytes) {
      violations.accept("window: more was sent than a peer has to keep");
    }
  }

  /**
   * The carrier took the frame.
   *
   * @param subject it goes to.
   * @param bytes of the frame.
   */
  public void onPublished(final String subject, final byte[] bytes) {
    frame.wrap(bytes);
    if (frame.messageCount() > 0) {
      final Outbound sent = outbound.get(process(subject));
      sent.unacked.add(new Sent(frame.frameNumber(), bytes.length));
      sent.bytes += bytes.length;
    }
  }

  /**
   * A frame reached the link, which looks at it later.
   *
   * @param bytes of the frame, this copy's own.
   */
  public void onArrived(final byte[] bytes) {
    frame.wrap(bytes);
    final Outbound sent = outbound.get(source());
    final long acked = frame.ackedFrame();
    if (sent != null && acked <= sent.lastNumber) {
      while (!sent.unacked.isEmpty() && sent.unacked.peekFirst().frameNumber <= acked) {
        sent.bytes -= sent.unacked.removeFirst().bytes;
      }
    }
    final Inbound heard = inbound.computeIfAbsent(source(), p -> new Inbound());
    if (frame.frameNumber() > heard.lastNumber) {
      heard.lastNumber = frame.frameNumber();
    } else {
      heard.late.add(bytes);
    }
  }

  /**
   * The link begins to offer a message to the engine.
   *
   * @param bytes of the frame that holds it.
   */
  public void onBegun(final byte[] bytes) {
    offered = bytes;
  }

  /**
   * The link offered a command or a reply of that message.
   *
   * @param result that the engine gave.
   */
  public void onOffered(final int result) {
    final byte[] bytes = offered;
    frame.wrap(bytes);
    final Inbound heard = inbound.get(source());
    // A frame that was overtaken is acknowledged with the one that overtook it.
    if (!heard.late.contains(bytes)) {
      heard.waiting = result == InboundHandler.RETRY ? frame.frameNumber() : 0;
    }
  }

  /** The frame holds the messages that were read from the ring last; those before were dropped. */
  private void checkClaims(final Claims ofPeer, final int messageCount) {
    if (messageCount == 0) {
      return;
    }
    final long readPosition = ofPeer.peer.outbound().ring().consumerPosition();
    final int takenBytes = ofPeer.publisher.takenBytes();
    final ArrayDeque<Claim> read = new ArrayDeque<>();
    while (!ofPeer.waiting.isEmpty()
        && (ofPeer.waiting.peekFirst().position <= readPosition
            || ofPeer.waiting.peekFirst().endInRecord <= takenBytes)) {
      read.add(ofPeer.waiting.removeFirst());
    }
    for (int i = 0; i < messageCount; i++) {
      if (read.removeLast().era < ofPeer.eraOfFrame) {
        violations.accept("outage: a message left that was claimed before its peer went away");
      }
    }
  }

  private void checkProtocol(final Process peer, final byte[] bytes) {
    final int spoken =
        Math.min(
            protocol.applyAsInt(frame.sourceIncarnation()), protocol.applyAsInt(peer.incarnation));
    int position = frame.firstPosition();
    while (spoken < JOINT_PROTOCOL && position < bytes.length) {
      final int templateId =
          header.wrap(frame.buffer(), FrameLayout.messageOffset(position)).templateId();
      if (templateId == COMMANDS || templateId == REPLIES) {
        violations.accept("versions: a message left that its peer does not know");
      }
      position = FrameLayout.next(frame.buffer(), position);
    }
  }

  private Process source() {
    return new Process(frame.sourceKey(), frame.sourceIncarnation());
  }

  private static Process process(final String subject) {
    final String[] parts = subject.split("\\.");
    return new Process(
        StableHash.hash(parts[parts.length - 2]), Long.parseLong(parts[parts.length - 1]));
  }
}
