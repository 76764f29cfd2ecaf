package io.tally.transport.internal;

import io.tally.engine.internal.Wakeup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * The frames that have arrived and wait for the receiver. The carrier's threads put them here, the
 * receiver takes them; what finds no room is dropped and counted.
 */
final class InboundFrames implements AutoCloseable {
  private final ManyToOneConcurrentArrayQueue<byte[]> queue;
  private final Wakeup receiverWakeup;
  private final LinkCounters counters;
  private final List<FrameCarrier.Subscription> subscriptions = new ArrayList<>();

  InboundFrames(final int capacity, final Wakeup receiverWakeup, final LinkCounters counters) {
    queue = new ManyToOneConcurrentArrayQueue<>(capacity);
    this.receiverWakeup = receiverWakeup;
    this.counters = counters;
  }

  /** To what is sent to the node and to all; if one cannot be subscribed to, none is. */
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
    if (!queue.offer(frame)) {
      counters.add(LinkCounter.FRAMES_DROPPED, 1);
    }
    receiverWakeup.wake();
  }

  /** Null if none waits. */
  byte[] poll() {
    return queue.poll();
  }

  /** Ends the subscriptions. */
  @Override
  public void close() {
    CloseHelper.closeAll(subscriptions);
  }
}
