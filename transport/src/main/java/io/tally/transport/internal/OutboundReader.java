package io.tally.transport.internal;

import static org.agrona.concurrent.ControlledMessageHandler.Action.ABORT;
import static org.agrona.concurrent.ControlledMessageHandler.Action.CONTINUE;

import io.tally.engine.internal.PeerMessage;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/** Takes what waits for a peer: into frames, or away. Owned by the sender. */
final class OutboundReader {
  private final Peer peer;
  private final OutboundFrame frame;
  private final LinkCounters counters;
  private final ControlledMessageHandler appendHandler = this::onOutbound;
  private final ControlledMessageHandler dropHandler = this::onDropped;
  private int frameLimitBytes;
  private long era;
  private boolean frameFull;

  /** Of the first record in the ring, its era and what is in earlier frames. */
  private int takenBytes = OutboundRing.ERA_BYTES;

  OutboundReader(final Peer peer, final OutboundFrame frame, final LinkCounters counters) {
    this.peer = peer;
    this.frame = frame;
    this.counters = counters;
  }

  /** Begins another frame. */
  void begin() {
    frameFull = false;
  }

  /** Whether more waits than there was room for in the frame. */
  boolean isFrameFull() {
    return frameFull;
  }

  /** Where in the first record in the ring begins what is in no frame. */
  int takenBytes() {
    return takenBytes;
  }

  /** Fills the frame up to a length, with what was claimed in this era; drops all else. */
  void read(final int maxFrameBytes, final long ofEra) {
    frameLimitBytes = maxFrameBytes;
    era = ofEra;
    readInto(appendHandler);
  }

  /** Drops all that waits. */
  void drop() {
    readInto(dropHandler);
  }

  private void readInto(final ControlledMessageHandler handler) {
    final ManyToOneRingBuffer ring = peer.outbound().ring();
    frameFull = false;
    // Reading gives 0 after mere padding at the wrap, too: only the second 0 means that nothing is
    // there.
    int zeros = 0;
    while (zeros < 2 && !frameFull) {
      zeros = ring.controlledRead(handler) == 0 ? zeros + 1 : 0;
    }
  }

  private ControlledMessageHandler.Action onOutbound(
      final int typeId, final MutableDirectBuffer buffer, final int index, final int length) {
    if (OutboundRing.era(buffer, index) != era) {
      // Whoever claimed it stood still before it was handed over.
      return onDropped(typeId, buffer, index, length);
    }
    if (typeId == OutboundRing.MESSAGES) {
      takenBytes +=
          frame.appendGathered(buffer, index + takenBytes, length - takenBytes, frameLimitBytes);
      frameFull = takenBytes < length;
    } else {
      final int messageLength = length - takenBytes;
      frameFull = !frame.hasRoom(messageLength, frameLimitBytes);
      if (!frameFull) {
        frame.append(buffer, index + takenBytes, messageLength);
      }
    }
    if (frameFull) {
      return ABORT;
    }
    takenBytes = OutboundRing.ERA_BYTES;
    return CONTINUE;
  }

  private ControlledMessageHandler.Action onDropped(
      final int typeId, final MutableDirectBuffer buffer, final int index, final int length) {
    final int first = index + takenBytes;
    final int count =
        typeId == OutboundRing.MESSAGES
            ? FrameLayout.carried(buffer, first, index + length)
            : PeerMessage.count(buffer, first);
    counters.increase(LinkCounter.MESSAGES_DROPPED, count);
    takenBytes = OutboundRing.ERA_BYTES;
    return CONTINUE;
  }
}
