package io.tally.transport;

import io.tally.engine.InboundAdapter;
import io.tally.engine.KeyHash;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Watches a node's link from outside, between its carrier and its engine: whether what a peer has
 * not acknowledged keeps to the window, and whether this node acknowledges only what it has taken
 * over.
 */
public final class LinkWitness {
  private record Process(long nodeKey, long incarnation) {}

  private record Sent(long frameNumber, int bytes) {}

  /** What was sent to one process, as far as it may not have taken it over. */
  private static final class Outbound {
    private long lastNumber;
    private final ArrayDeque<Sent> unacked = new ArrayDeque<>();
    private long bytes;
  }

  /** What came from one process: which frame of it waits for room, and which came out of order. */
  private static final class Inbound {
    private final Set<byte[]> late = new HashSet<>();
    private long lastNumber;
    private long waiting;
  }

  private final int windowBytes;
  private final Consumer<String> violations;
  private final InboundFrame frame;
  private final Map<Process, Outbound> outbound = new HashMap<>();
  private final Map<Process, Inbound> inbound = new HashMap<>();

  /**
   * Creates a witness of one link.
   *
   * @param context of the link.
   * @param violations takes a line for each broken rule.
   */
  public LinkWitness(final ClusterLink.Context context, final Consumer<String> violations) {
    windowBytes = context.windowBytes();
    frame = new InboundFrame(context.maxFrameBytes());
    this.violations = violations;
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
   * The link offered a message to the engine.
   *
   * @param bytes of the frame that holds it.
   * @param result that the engine gave.
   */
  public void onOffered(final byte[] bytes, final int result) {
    frame.wrap(bytes);
    final Inbound heard = inbound.get(source());
    // The acknowledgement of a frame that has overtaken this one speaks of this one, too.
    if (!heard.late.contains(bytes)) {
      heard.waiting = result == InboundAdapter.RETRY ? frame.frameNumber() : 0;
    }
  }

  private Process source() {
    return new Process(frame.sourceKey(), frame.sourceIncarnation());
  }

  private static Process process(final String subject) {
    final String[] parts = subject.split("\\.");
    return new Process(
        KeyHash.hash(parts[parts.length - 2]), Long.parseLong(parts[parts.length - 1]));
  }
}
