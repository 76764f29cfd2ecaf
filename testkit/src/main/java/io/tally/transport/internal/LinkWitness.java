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

  /**
   * What came from one process: the frame that waits for room, and those that came out of order.
   */
  private static final class Inbound {
    private final Set<byte[]> late = new HashSet<>();
    private long lastNumber;
    private long waiting;
  }

  private final int windowBytes;
  private final LongFunction<List<ServiceVersion>> hosted;
  private final LongToIntFunction protocol;
  private final Consumer<String> violations;
  private final InboundFrame frame = new InboundFrame();
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private byte[] offered;
  private final Map<Process, Outbound> outbound = new HashMap<>();
  private final Map<Process, Inbound> inbound = new HashMap<>();
  private final ClaimWitness claims;
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
    claims = new ClaimWitness(OutboundRing.gatheredBytes(settings.ringBytes()), violations);
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
    claims.attach(link);
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
      final PeerSession session = claims.session(StableHash.hash(nodeId));
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
  public ClaimWitness.Output newOutput() {
    return claims.newOutput();
  }

  /** The link asks how long its next frame may be, and then fills it. */
  public void onFrame() {
    claims.onFrame();
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
    claims.onMessagesLeave(peer.nodeKey, frame.messageCount());
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
