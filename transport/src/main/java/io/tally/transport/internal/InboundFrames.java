package io.tally.transport.internal;

import io.tally.engine.internal.Wakeup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.CloseHelper;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * The frames that have arrived and wait for the receiver. The carrier's threads put them here, the
 * receiver takes them. Whoever may publish can send frames of any length while the receiver stands
 * still, so their bytes are bounded as well as their number. What is longer than a frame may be, or
 * finds no room, is dropped here and counted.
 */
final class InboundFrames implements AutoCloseable {
  private final ManyToOneConcurrentArrayQueue<byte[]> queue;
  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;
  private final int maxFrameBytes;
  private final Wakeup receiverWakeup;
  private final LinkCounters counters;
  private final List<FrameCarrier.Subscription> subscriptions = new ArrayList<>();

  InboundFrames(
      final LinkSettings settings, final Wakeup receiverWakeup, final LinkCounters counters) {
    queue = new ManyToOneConcurrentArrayQueue<>(settings.inboundFrames());
    maxBytes = settings.inboundBytes();
    maxFrameBytes = settings.maxFrameBytes();
    this.receiverWakeup = receiverWakeup;
    this.counters = counters;
  }

  /** Subscribes to what is sent to the node and to all; if one is not possible, neither is done. */
  void subscribe(final FrameCarrier carrier, final NodeStart start) throws IOException {
    final Subjects subjects = new Subjects(start.clusterName());
    final String ofNode = subjects.node(start.nodeId(), start.incarnation());
    try {
      subscriptions.add(carrier.subscribe(ofNode, this::onFrame));
      subscriptions.add(carrier.subscribe(subjects.hello(), this::onFrame));
    } catch (final IOException | RuntimeException e) {
      CloseHelper.quietCloseAll(subscriptions);
      throw e;
    }
  }

  private void onFrame(final byte[] frame) {
    if (frame.length > maxFrameBytes) {
      counters.refuse(FrameRefusal.OVERSIZED);
    } else if (offer(frame)) {
      receiverWakeup.wake();
    } else {
      counters.add(LinkCounter.INBOUND_FULL, 1);
    }
  }

  private boolean offer(final byte[] frame) {
    // Taken first, so that several threads together keep to the maximum.
    if (bytes.addAndGet(frame.length) <= maxBytes && queue.offer(frame)) {
      return true;
    }
    bytes.addAndGet(-frame.length);
    return false;
  }

  /** Takes the next frame; null if none waits. */
  byte[] poll() {
    final byte[] frame = queue.poll();
    if (frame != null) {
      bytes.addAndGet(-frame.length);
    }
    return frame;
  }

  /** Bytes of the frames that wait. Any thread. */
  long bytes() {
    return bytes.get();
  }

  /** Ends the subscriptions. */
  @Override
  public void close() {
    CloseHelper.closeAll(subscriptions);
  }
}
