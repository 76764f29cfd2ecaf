package io.tally.transport.internal;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Carries frames between the nodes of one process: to publish is to put the frame into each
 * receiver's inbound queue and to wake it. Any thread; never blocks.
 */
public final class InProcessCarrier implements FrameCarrier {
  private final ConcurrentHashMap<String, CopyOnWriteArrayList<FrameListener>> listenersBySubject =
      new ConcurrentHashMap<>();

  /** Creates a carrier to which nobody has subscribed. */
  public InProcessCarrier() {}

  @Override
  public Subscription subscribe(final String subject, final FrameListener listener) {
    listenersBySubject.computeIfAbsent(subject, s -> new CopyOnWriteArrayList<>()).add(listener);
    return () ->
        listenersBySubject.computeIfPresent(
            subject,
            (s, listeners) -> {
              listeners.remove(listener);
              return listeners.isEmpty() ? null : listeners;
            });
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    final CopyOnWriteArrayList<FrameListener> listeners = listenersBySubject.get(subject);
    if (listeners != null) {
      final byte[] frame = Arrays.copyOf(memory, length);
      for (final FrameListener listener : listeners) {
        listener.onFrame(frame);
      }
    }
    return true;
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public String fault() {
    return "";
  }

  @Override
  public long maxFrameBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long listenNs() {
    return 0;
  }
}
